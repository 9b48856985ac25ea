/* queuectl.c - what an operator may do to the messages of the spool */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "admin/queuectl.h"
#include "config/spoolpath.h"
#include "queue/command.h"
#include "queue/outcome.h"
#include "spool/sweep.h"
#include "system/log.h"

enum deed { HOLD, RELEASE, RETRY, RETRY_ALL, REMOVE };

/* What is said of a message once it is done. */
static const char *const did[] = {
	[HOLD] = "held", [RELEASE] = "released, and due now",
	[RETRY] = "due now", [RETRY_ALL] = "due now", [REMOVE] = "removed",
};

/* What came of it. */
enum upshot {
	UP_DONE,
	UP_GONE,	/* no such message there */
	UP_BUSY,
	UP_HELD,	/* so it cannot be */
	UP_TROUBLE,	/* see the fault */
	UP__MAX
};

/* Also for those of whom the sender was told that they will not get it? */
static void
queuectl_make_due(struct claimed *c, bool told)
{
	struct rcpt *r;
	size_t i;

	c->note.next = 0;
	for (i = 0; i < c->env.nrcpt; i++) {
		r = &c->env.rcpt[i];
		if (r->told ? told : r->done && r->verdict == VD_PERM)
			rcpt_unsettle(r);
	}
}

/* Do it to a message that is ours. */
static enum upshot
queuectl_act_ours(const struct mailq *q, enum deed deed, struct claimed *c,
    struct fault *f)
{
	struct note *n = &c->note;
	int rc = 0;

	switch (deed) {
	case HOLD:
		n->held = true;
		rc = spool_note(q->spool, &c->file, n, &c->env, f);
		break;
	case RELEASE:
		if (!n->held)
			break;
		n->held = false;
		n->since = q->now;
		n->next = 0;
		rc = spool_note(q->spool, &c->file, n, &c->env, f);
		break;
	case RETRY:
	case RETRY_ALL:
		if (n->held)
			return UP_HELD;
		queuectl_make_due(c, deed == RETRY);
		rc = spool_note(q->spool, &c->file, n, &c->env, f);
		break;
	case REMOVE:
		rc = spool_remove(q->spool, c->file.place, c->file.id, f);
		break;
	}
	return rc == 0 ? UP_DONE : UP_TROUBLE;
}

static enum upshot
queuectl_act(const struct mailq *q, enum deed deed, enum spool_place place,
    const char *id, struct fault *f)
{
	enum upshot up = UP_TROUBLE;
	struct claimed c = { 0 };
	enum claim got = spool_claim(q->spool, place, id, &c.file, &c.env,
	    &c.meta, &c.note, f);

	if ((got == CLAIM_OK || got == CLAIM_BAD) && !mailq_may(q, got, &c))
		got = CLAIM_GONE;
	switch (got) {
	case CLAIM_OK:
		up = queuectl_act_ours(q, deed, &c, f);
		break;
	case CLAIM_GONE:
		up = UP_GONE;
		break;
	case CLAIM_BUSY:
		up = UP_BUSY;
		break;
	case CLAIM_BAD:
		if (deed == REMOVE &&
		    spool_remove(q->spool, place, id, f) == 0)
			up = UP_DONE;
		break;
	}
	claim_release(q->spool, &c);
	return up;
}

static enum upshot
queuectl_restore(const struct mailq *q, const char *id, struct fault *f)
{
	switch (spool_restore(q->spool, id, q->now, f)) {
	case CLAIM_OK:
		return UP_DONE;
	case CLAIM_BUSY:
		return UP_BUSY;
	case CLAIM_GONE:
		return UP_GONE;
	case CLAIM_BAD:
		break;
	}
	return UP_TROUBLE;
}

/* Messages that have failed wait for nothing. */
static enum upshot
queuectl_refuse(const struct mailq *q, const char *id, struct fault *f)
{
	struct claimed c = { 0 };
	enum claim got = spool_peek(q->spool, SPOOL_FAILED, id, &c.file,
	    &c.env, &c.meta, &c.note, f);

	claim_release(q->spool, &c);
	if (got == CLAIM_GONE)
		return UP_GONE;
	(void)fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
	    "%s has failed and waits no more; --retry %s puts it back", id,
	    id);
	return UP_TROUBLE;
}

/* Has who asks no such message there? */
static bool
queuectl_foreign(const struct mailq *q, const char *id)
{
	struct claimed c = { 0 };
	struct fault f = { 0 };
	enum claim got = spool_peek(q->spool, SPOOL_FAILED, id, &c.file,
	    &c.env, &c.meta, &c.note, &f);
	bool may = mailq_may(q, got, &c);

	claim_release(q->spool, &c);
	return !may;
}

static enum upshot
queuectl_act_failed(const struct mailq *q, enum deed deed, const char *id,
    struct fault *f)
{
	if (queuectl_foreign(q, id))
		return UP_GONE;
	switch (deed) {
	case REMOVE:
		return queuectl_act(q, deed, SPOOL_FAILED, id, f);
	case RETRY:
		return queuectl_restore(q, id, f);
	case RETRY_ALL:
	case HOLD:
	case RELEASE:
		break;
	}
	return queuectl_refuse(q, id, f);
}

static int
queuectl_one(const struct mailq *q, enum deed deed, const char *id, struct fault
    *f)
{
	enum upshot up;

	if (q->spool == NULL || !spool_is_id(id))
		return mailq_unknown(id, f);
	if ((up = queuectl_act(q, deed, SPOOL_QUEUE, id, f)) == UP_GONE)
		up = queuectl_act_failed(q, deed, id, f);
	switch (up) {
	case UP_DONE:
		if (spool_sync(q->spool, f) == -1)
			return -1;
		(void)fprintf(q->out, "%s: %s\n", id, did[deed]);
		return 0;
	case UP_GONE:
		return mailq_unknown(id, f);
	case UP_BUSY:
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s is being delivered right now; try again in a moment",
		    id);
	case UP_HELD:
		return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
		    "%s is held; --release %s has it tried now", id, id);
	case UP_TROUBLE:
	case UP__MAX:
		break;
	}
	return -1;
}

/* Goes on after a message that makes trouble; f keeps the first. */
static int
queuectl_all_of(const struct mailq *q, enum deed deed, enum spool_place place,
    size_t count[UP__MAX], struct fault *f)
{
	char (*ids)[SPOOL_ID];
	struct fault why;
	enum upshot up;
	size_t n, i;

	if (spool_list(q->spool, place, &ids, &n, f) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		fault_clear(&why);
		up = queuectl_act(q, deed, place, ids[i], &why);
		if (up == UP_TROUBLE && count[up] == 0)
			*f = why;
		count[up]++;
	}
	free(ids);
	return 0;
}

static int
queuectl_all(const struct mailq *q, enum deed deed, struct fault *f)
{
	size_t count[UP__MAX] = { 0 };
	struct fault why = { 0 };

	if (q->spool != NULL &&
	    (queuectl_all_of(q, deed, SPOOL_QUEUE, count, f) == -1 ||
	    (deed == REMOVE &&
	    queuectl_all_of(q, deed, SPOOL_FAILED, count, f) == -1)))
		return -1;
	(void)fprintf(q->out, "%s: %zu\n", did[deed], count[UP_DONE]);
	if (count[UP_HELD] > 0)
		(void)fprintf(q->out, "held, and left so: %zu\n",
		    count[UP_HELD]);
	if (count[UP_BUSY] > 0)
		(void)fprintf(q->out, "being delivered right now, and left "
		    "alone: %zu\n", count[UP_BUSY]);
	if (q->spool != NULL && spool_sync(q->spool,
	    count[UP_TROUBLE] == 0 ? f : &why) == -1)
		return -1;
	if (count[UP_TROUBLE] > 1)
		fault_add(f, "; and %zu more", count[UP_TROUBLE] - 1);
	else if (count[UP_TROUBLE] == 0 && deed == REMOVE &&
	    count[UP_BUSY] > 0)
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "messages that are being delivered cannot be removed");
	return count[UP_TROUBLE] > 0 ? -1 : 0;
}

int
queuectl_hold(const struct mailq *q, const char *id, struct fault *f)
{
	return queuectl_one(q, HOLD, id, f);
}

int
queuectl_release(const struct mailq *q, const char *id, struct fault *f)
{
	return queuectl_one(q, RELEASE, id, f);
}

int
queuectl_retry(const struct mailq *q, const char *which, struct fault *f)
{
	return strcmp(which, "all") == 0 ? queuectl_all(q, RETRY_ALL, f) :
	    queuectl_one(q, RETRY, which, f);
}

int
queuectl_remove(const struct mailq *q, const char *which, struct fault *f)
{
	return strcmp(which, "all") == 0 ? queuectl_all(q, REMOVE, f) :
	    queuectl_one(q, REMOVE, which, f);
}

static int
queuectl_in_mode(const struct options *o, const struct mailq *q, struct fault
    *f)
{
	static int (*const verb[MODE__MAX])(const struct mailq *, const char *,
	    struct fault *) = {
		[MODE_HOLD] = queuectl_hold, [MODE_RELEASE] = queuectl_release,
		[MODE_RETRY] = queuectl_retry,
		[MODE_REMOVE] = queuectl_remove, [MODE_SHOW] = mailq_show,
	};

	return verb[o->mode] != NULL ? verb[o->mode](q, o->what, f) :
	    mailq_list(q, o->json, f);
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

int
queuectl_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct explain explain;
	struct mailq q = { .out = stdout, .now = time(NULL),
	    .set = &c->base, .explain = &explain, .own = src->elevated,
	    .uid = src->uid };
	char *path = spoolpath_find(&c->base, src);
	struct fault f = { 0 };
	struct spool spool;
	int status;

	explain_init(&explain, c, src, NULL);
	if (queuectl_open_spool(&spool, path, &q, &f) == -1 ||
	    queuectl_in_mode(o, &q, &f) == -1)
		status = log_exit(&f);
	else
		status = log_flush(EX_OK);
	if (q.spool != NULL)
		spool_close(&spool);
	free(path);
	/* Deliver at once, for there is no need to wait any longer. */
	if (status == EX_OK &&
	    (o->mode == MODE_RETRY || o->mode == MODE_RELEASE))
		status = queue_command(o, c, src);
	return status;
}
