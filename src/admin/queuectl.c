/* queuectl.c - what an operator does to queue messages */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "admin/queuectl.h"
#include "config/spoolpath.h"
#include "queue/command.h"
#include "spool/sweep.h"
#include "system/log.h"

/* The word that is printed after the action. */
static const char *const done_words[MODE__MAX] = {
	[MODE_HOLD] = "held", [MODE_RELEASE] = "released, due now",
	[MODE_RETRY] = "due now", [MODE_REMOVE] = "removed",
};

enum result {
	RESULT_DONE,
	RESULT_GONE,	/* there is no such message */
	RESULT_BUSY,
	RESULT_HELD,	/* refused because it is held */
	RESULT_EARLY,	/* refused so soon after a try */
	RESULT_ERROR,	/* see the fault */
	RESULT__MAX
};

static const enum result results[] = {
	[CLAIM_OK] = RESULT_DONE, [CLAIM_BUSY] = RESULT_BUSY,
	[CLAIM_GONE] = RESULT_GONE, [CLAIM_BAD] = RESULT_ERROR,
};

/* Also for recipients whose failure the sender was told? */
static void
queuectl_make_due(struct claimed *c, bool told)
{
	struct rcpt *r;

	c->note.next = 0;
	for (r = c->env.rcpt; r < c->env.rcpt + c->env.nrcpt; r++)
		if (r->told ? told : r->done && r->verdict == VD_PERM)
			rcpt_unsettle(r);
}

/* Its note is as old as the last try, or younger. */
static bool
queuectl_too_early(const struct mailq *q, enum spool_place place,
    const char *id)
{
	time_t noted = spool_noted(q->spool, place, id);

	return q->paced && noted != 0 && noted <= q->now &&
	    q->now - noted < q->set->retry_min;
}

static enum result
queuectl_act_locked(const struct mailq *q, enum options_mode mode, bool all,
    struct claimed *c, struct fault *f)
{
	struct note *n = &c->note;

	if (mode == MODE_REMOVE)
		return spool_remove(q->spool, c->file.place, c->file.id, f) ==
		    0 ? RESULT_DONE : RESULT_ERROR;
	if (mode == MODE_RETRY && n->held)
		return RESULT_HELD;
	if (mode == MODE_RETRY &&
	    queuectl_too_early(q, c->file.place, c->file.id))
		return RESULT_EARLY;
	if (mode == MODE_RELEASE && !n->held)
		return RESULT_DONE;
	n->held = mode == MODE_HOLD;
	if (mode == MODE_RETRY) {
		queuectl_make_due(c, !all);
	} else if (mode == MODE_RELEASE) {
		n->since = q->now;
		if (!q->paced)
			n->next = 0;
	}
	return spool_note(q->spool, &c->file, n, &c->env, f) == 0 ?
	    RESULT_DONE : RESULT_ERROR;
}

static enum result
queuectl_act(const struct mailq *q, enum options_mode mode, bool all,
    enum spool_place place, const char *id, struct fault *f)
{
	enum result result;
	struct claimed c = { 0 };
	enum claim got = spool_claim(q->spool, place, id, &c.file, &c.env,
	    &c.meta, &c.note, f);

	result = results[got];
	if (got == CLAIM_OK)
		result = queuectl_act_locked(q, mode, all, &c, f);
	else if (got == CLAIM_BAD && mode == MODE_REMOVE &&
	    spool_remove(q->spool, place, id, f) == 0)
		result = RESULT_DONE;
	claim_release(q->spool, &c);
	return result;
}

static enum result
queuectl_act_failed(const struct mailq *q, enum options_mode mode,
    const char *id, struct fault *f)
{
	struct claimed c = { 0 };
	struct fault ignored = { 0 };
	enum claim got = spool_peek(q->spool, SPOOL_FAILED, id, &c.file,
	    &c.env, &c.meta, &c.note, &ignored);

	claim_release(q->spool, &c);
	if (got == CLAIM_GONE)
		return RESULT_GONE;
	if (mode == MODE_REMOVE)
		return queuectl_act(q, mode, false, SPOOL_FAILED, id, f);
	if (mode == MODE_RETRY && queuectl_too_early(q, SPOOL_FAILED, id))
		return RESULT_EARLY;
	if (mode == MODE_RETRY)
		return results[spool_restore(q->spool, id, q->now, f)];
	(void)fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
	    "%s has failed; --retry %s returns it to the queue", id, id);
	return RESULT_ERROR;
}

static int
queuectl_one(const struct mailq *q, enum options_mode mode, const char *id,
    struct fault *f)
{
	enum result result;

	if (q->spool == NULL || !spool_is_id(id))
		return mailq_unknown(id, f);
	result = queuectl_act(q, mode, false, SPOOL_QUEUE, id, f);
	if (result == RESULT_GONE)
		result = queuectl_act_failed(q, mode, id, f);
	switch (result) {
	case RESULT_DONE:
		if (spool_sync(q->spool, f) == -1)
			return -1;
		(void)fprintf(q->out, "%s: %s\n", id, q->paced &&
		    mode == MODE_RELEASE ? "released" : done_words[mode]);
		return 0;
	case RESULT_GONE:
		return mailq_unknown(id, f);
	case RESULT_BUSY:
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s is being delivered right now; try again in a moment",
		    id);
	case RESULT_HELD:
		return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
		    "%s is held; --release %s tries it now", id, id);
	case RESULT_EARLY:
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s was tried or changed less than %lld s ago "
		    "(retry-min); try again later", id, q->set->retry_min);
	case RESULT_ERROR:
	case RESULT__MAX:
		break;
	}
	return -1;
}

/* Continues after a message with an error; f keeps the first fault. */
static int
queuectl_all_of(const struct mailq *q, enum options_mode mode,
    enum spool_place place, size_t count[RESULT__MAX], struct fault *f)
{
	char (*ids)[SPOOL_ID];
	struct fault why;
	enum result result;
	size_t n, i;

	if (spool_list(q->spool, place, &ids, &n, f) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		fault_clear(&why);
		result = queuectl_act(q, mode, true, place, ids[i], &why);
		if (result == RESULT_ERROR && count[result] == 0)
			*f = why;
		count[result]++;
	}
	free(ids);
	return 0;
}

/* What is done to all messages of some spools. */
struct queuectl_task {
	const struct mailq *q;
	enum options_mode mode;
	size_t		 count[RESULT__MAX];
	struct fault	*f;		/* the first of a message */
};

static int
queuectl_all_in(void *ctx, struct spool *spool, struct fault *f)
{
	struct queuectl_task *t = ctx;
	struct mailq q = *t->q;

	q.spool = spool;
	if (queuectl_all_of(&q, t->mode, SPOOL_QUEUE, t->count, t->f) == -1 ||
	    (t->mode == MODE_REMOVE && queuectl_all_of(&q, t->mode,
	    SPOOL_FAILED, t->count, t->f) == -1)) {
		*f = *t->f;
		return -1;
	}
	return spool_sync(spool, f);
}

static int
queuectl_all(const struct mailq *q, enum options_mode mode, struct fault *f)
{
	struct fault first = { 0 };
	struct queuectl_task t = { .q = q, .mode = mode, .f = &first };
	const size_t *count = t.count;
	size_t errors;
	int rc = spools_each(&q->all, q->spool, queuectl_all_in, &t, f);

	errors = count[RESULT_ERROR];
	if (rc == -1 && errors == 0)
		return -1;
	(void)fprintf(q->out, "%s: %zu\n", done_words[mode],
	    count[RESULT_DONE]);
	if (count[RESULT_HELD] > 0)
		(void)fprintf(q->out, "still held: %zu\n", count[RESULT_HELD]);
	if (count[RESULT_EARLY] > 0)
		(void)fprintf(q->out, "tried less than retry-min ago, "
		    "unchanged: %zu\n", count[RESULT_EARLY]);
	if (count[RESULT_BUSY] > 0)
		(void)fprintf(q->out, "being delivered, unchanged: %zu\n",
		    count[RESULT_BUSY]);
	if (errors > 0)
		*f = first;
	if (errors > 1)
		fault_add(f, "; and %zu more", errors - 1);
	else if (errors == 0 && mode == MODE_REMOVE && count[RESULT_BUSY] > 0)
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "messages that are being delivered cannot be removed");
	return errors > 0 ? -1 : 0;
}

int
queuectl_do(const struct mailq *q, enum options_mode mode, const char *which,
    struct fault *f)
{
	return (mode == MODE_RETRY || mode == MODE_REMOVE) &&
	    strcmp(which, "all") == 0 ? queuectl_all(q, mode, f) :
	    queuectl_one(q, mode, which, f);
}

static int
queuectl_in_mode(const struct options *o, const struct mailq *q, struct fault
    *f)
{
	if (o->mode == MODE_MAILQ)
		return mailq_list(q, o->json, f);
	if (o->mode == MODE_SHOW)
		return mailq_show(q, o->what, f);
	return queuectl_do(q, o->mode, o->what, f);
}

/* One message of any user, or more: who can guess an id can use it, too. */
struct queuectl_search {
	const struct options *o;
	const struct mailq *q;
	bool		 found;
	int		 rc;		/* what became of it */
	struct fault	 fault;
};

static int
queuectl_in_spool(void *ctx, struct spool *spool, struct fault *f)
{
	struct queuectl_search *s = ctx;
	struct fault ignored = { 0 };
	struct mailq q = *s->q;

	if (!spool_there(spool, SPOOL_QUEUE, s->o->what) &&
	    !spool_there(spool, SPOOL_FAILED, s->o->what))
		return 0;
	s->found = true;
	q.spool = spool;
	q.all = (struct spools){ 0 };
	if (queuectl_in_mode(s->o, &q, s->rc == 0 ? &s->fault : &ignored) ==
	    -1)
		s->rc = -1;
	return 0;
}

/* In one spool, or as root in the spools of all users. */
static int
queuectl_in_all(const struct options *o, const struct mailq *q, struct fault
    *f)
{
	struct queuectl_search s = { .o = o, .q = q };

	if ((q->all.top == NULL && !q->all.users) ||
	    o->mode == MODE_MAILQ || strcmp(o->what, "all") == 0)
		return queuectl_in_mode(o, q, f);
	if (spool_is_id(o->what) && spools_each(&q->all, q->spool,
	    queuectl_in_spool, &s, f) == -1)
		return -1;
	if (!s.found)
		return mailq_unknown(o->what, f);
	*f = s.fault;
	return s.rc;
}

/* A spool that does not exist yet is empty. */
static int
queuectl_open_spool(struct spool *spool, const char *path, struct mailq *q,
    struct fault *f)
{
	if (path == NULL)
		return 0;
	if (spool_open(spool, path, false, f) == -1)
		return f->code == ENOENT ? 0 : -1;
	q->spool = spool;
	return 0;
}

/* Is what is due tried now?  After "--retry all", also if one is damaged. */
static bool
queuectl_tries(const struct options *o, int status)
{
	if (o->mode == MODE_RETRY && strcmp(o->what, "all") == 0)
		return true;
	return status == EX_OK &&
	    (o->mode == MODE_RETRY || o->mode == MODE_RELEASE);
}

int
queuectl_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct explain explain;
	struct mailq q = { .out = stdout, .now = time(NULL),
	    .set = &c->base, .explain = &explain, .relays = o->verbose,
	    .paced = src->elevated };
	char *path = spoolpath_find(&c->base, src);
	char *top = spoolpath_everyone(&c->base, src, &q.all.group);
	struct fault f = { 0 };
	struct spool spool;
	int status, run;

	explain_init(&explain, c, src, NULL);
	q.all.top = top;
	q.all.users = spoolpath_looks(&c->base, src, top);
	if ((top == NULL && queuectl_open_spool(&spool, path, &q, &f) == -1) ||
	    queuectl_in_all(o, &q, &f) == -1)
		status = log_exit(&f);
	else
		status = log_flush(EX_OK);
	if (q.spool != NULL)
		spool_close(&spool);
	free(top);
	free(path);
	if (queuectl_tries(o, status) &&
	    (run = queue_command(o, c, src)) != EX_OK)
		status = run;
	return status;
}
