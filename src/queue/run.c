/* run.c - a queue run: all messages that are due, over one connection */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "queue/backoff.h"
#include "queue/outcome.h"
#include "queue/run.h"
#include "system/log.h"

/*
 * Messages claimed at a time.  If the process is killed, so many may be sent
 * twice; so it is little more than a session needs.  When half are done new
 * ones are claimed, so that they go to the relay together.
 */
#define WINDOW	10
#define LOW	(WINDOW / 2)

struct run {
	struct spool	*spool;
	const struct settings *set;
	const struct maillog *log;
	struct dispatch	*dispatch;
	const struct queue_select *select;
	struct queue_result *result;
	char		*account;	/* whose messages are tried, or NULL */
	char		(*later)[SPOOL_ID]; /* messages of other accounts */
	size_t		 nlater;
	size_t		 out;		/* with the agent */
	bool		 stop;		/* the relay cannot be used */
	bool		 given;
	struct fault	 trouble;	/* with the spool; VD_OK: none */
};

static void
run_waits(struct run *r, time_t next)
{
	r->result->waiting++;
	if (r->result->next == 0 || next < r->result->next)
		r->result->next = next;
}

static bool
run_has(const char *s, const char *part)
{
	return part == NULL || strstr(s, part) != NULL;
}

static bool
run_chosen(const struct queue_select *s, const struct claimed *c)
{
	size_t i;

	if (!run_has(c->file.id, s->id) || !run_has(c->env.from, s->sender))
		return false;
	for (i = 0; i < c->env.nrcpt; i++)
		if (run_has(c->env.rcpt[i].addr, s->rcpt))
			return true;
	return false;
}

/* One account after the other; the first message says which is next. */
static bool
run_its_turn(struct run *r, const struct claimed *c)
{
	const char *name = c->meta.account != NULL ? c->meta.account : "";

	if (r->account == NULL)
		r->account = xstrdup(name);
	return strcmp(r->account, name) == 0;
}

/* Is it tried in this run?  If not, count it as waiting unless held. */
static bool
run_due(struct run *r, const struct claimed *c, time_t now)
{
	time_t next = backoff_due(r->set, c->note.next, now);

	if (c->note.held)
		return false;
	if (!run_chosen(r->select, c) || (!r->select->all && next > now)) {
		run_waits(r, next);
		return false;
	}
	return true;
}

/* Is it tried now?  Messages of other accounts are put off. */
static bool
run_now_or_later(struct run *r, const struct claimed *c, time_t now)
{
	if (!run_due(r, c, now))
		return false;
	if (!run_its_turn(r, c)) {
		r->later = xreallocarray(r->later, r->nlater + 1,
		    sizeof(*r->later));
		(void)strlcpy(r->later[r->nlater++], c->file.id,
		    sizeof(*r->later));
		return false;
	}
	if (r->stop)
		run_waits(r, now + r->set->retry_min);
	return !r->stop;
}

static void
run_give(struct run *r, struct queue_delivery *q)
{
	size_t i;

	q->tried = xcalloc(q->claimed.env.nrcpt, sizeof(*q->tried));
	for (i = 0; i < q->claimed.env.nrcpt; i++)
		q->tried[i] = !q->claimed.env.rcpt[i].done;
	q->d = (struct delivery){ .env = &q->claimed.env,
	    .account = q->claimed.meta.account, .ctx = q,
	    .message = { .fd = q->claimed.file.fd, .at = q->claimed.file.at,
	    .size = q->claimed.file.size } };
	dispatch_give(r->dispatch, &q->d, false);
	r->result->tried++;
	r->given = true;
	r->out++;
}

/* Did the session fail, so that no other message can be sent? */
static bool
run_hopeless(const struct envelope *e)
{
	size_t i;

	for (i = 0; i < e->nrcpt; i++)
		if (e->rcpt[i].why != NULL && fault_of_session(e->rcpt[i].why))
			return true;
	return false;
}

static void
run_finish(struct run *r, struct queue_delivery *q)
{
	enum outcome what;
	struct fault f = { 0 };

	if (q->tried != NULL)	/* else these are old faults */
		r->stop |= run_hopeless(&q->claimed.env);
	what = outcome_record(r->spool, r->set, &r->log->explain, q, &f);
	if (q->tried != NULL)
		outcome_log(r->log, q, what);
	switch (what) {
	case OUTCOME_GAVE_UP:
		r->result->failed++;
		/* FALLTHROUGH */
	case OUTCOME_DONE:
		r->result->done++;
		break;
	case OUTCOME_WAITS:
		run_waits(r, q->claimed.note.next);
		break;
	}
	if (f.verdict != VD_OK && r->trouble.verdict != VD_OK)
		log_fault(&f);
	else if (f.verdict != VD_OK)
		r->trouble = f;
	claim_release(r->spool, &q->claimed);
	free(q->tried);
	free(q);
}

static void
run_claim(struct run *r, const char *id, time_t now)
{
	struct queue_delivery *q = xcalloc(1, sizeof(*q));
	struct fault f = { 0 };

	switch (spool_claim(r->spool, SPOOL_QUEUE, id, &q->claimed.file,
	    &q->claimed.env, &q->claimed.meta, &q->claimed.note, &f)) {
	case CLAIM_OK:
		if (q->claimed.note.damaged)
			log_fault(&f);
		if (!run_now_or_later(r, &q->claimed, now)) {
			claim_release(r->spool, &q->claimed);
			break;
		}
		if (note_reopen(&q->claimed.env, false) > 0)
			run_give(r, q);
		else
			run_finish(r, q); /* after a crash */
		return;
	case CLAIM_BAD:
		log_fault(&f);
		break;
	case CLAIM_BUSY:
		run_waits(r, now + r->set->retry_min);
		break;
	case CLAIM_GONE:
		break;
	}
	free(q);
}

/*
 * Stop early.  For messages that the relay may have write the note, so that
 * they are not sent again at once.  Release the others unchanged.
 */
static void
run_cut(struct run *r)
{
	struct delivery *d;
	struct queue_delivery *q;

	dispatch_part(r->dispatch);
	while ((d = dispatch_wait(r->dispatch, 0)) != NULL) {
		q = d->ctx;
		r->out--;
		if (d->sent) {
			run_finish(r, q);
			continue;
		}
		claim_release(r->spool, &q->claimed);
		free(q->tried);
		free(q);
	}
}

/*
 * Try all messages of one account: that of the first message.  False after a
 * signal to stop.
 */
static bool
run_turn(struct run *r, char (*ids)[SPOOL_ID], size_t n, time_t now)
{
	struct delivery *d;
	bool ended = false;
	size_t i = 0;

	for (;;) {
		if (r->out <= LOW)
			while (i < n && r->out < WINDOW)
				run_claim(r, ids[i++], now);
		if (r->given && !ended && (i == n || r->stop)) {
			dispatch_end(r->dispatch);
			ended = true;
		}
		if (r->out == 0 && i == n)
			return true;
		if ((d = dispatch_wait(r->dispatch, 0)) == NULL) {
			if (r->out == 0)
				continue;
			run_cut(r);
			return false;
		}
		r->out--;
		run_finish(r, d->ctx);
	}
}

int
queue_run(struct spool *spool, const struct settings *set,
    const struct maillog *log, struct dispatch *dispatch,
    const struct queue_select *select, struct queue_result *result,
    struct fault *f)
{
	struct run r = { .spool = spool, .set = set,
	    .log = log, .dispatch = dispatch, .select = select,
	    .result = result };
	char (*ids)[SPOOL_ID] = NULL;
	time_t now = time(NULL);
	bool goes_on = true;
	size_t n = 0;

	*result = (struct queue_result){ 0 };
	if (spool_writable(spool, f) == -1 ||
	    spool_list(spool, SPOOL_QUEUE, &ids, &n, f) == -1)
		return -1;
	while (n > 0 && goes_on) {
		goes_on = run_turn(&r, ids, n, now);
		free(ids);
		ids = r.later;
		n = r.nlater;
		r.later = NULL;
		r.nlater = 0;
		free(r.account);
		r.account = NULL;
		r.stop = r.given = false;
	}
	free(ids);
	if (spool_sync(spool, f) == 0 && r.trouble.verdict != VD_OK)
		*f = r.trouble;
	return f->verdict == VD_OK ? 0 : -1;
}
