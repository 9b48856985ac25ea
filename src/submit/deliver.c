/* deliver.c - a message now, in the background or queued */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "submit/deliver.h"
#include "system/log.h"

/* Have the queue run now, and when a message is due. */
static void
deliver_run_queue(struct deliver *d)
{
	if (d->standby == -1)
		return;
	while (write(d->standby, "r", 1) == -1 && errno == EINTR)
		;
}

/* Put it into the queue, untried or with the result of a try. */
static int
deliver_enqueue(struct deliver *d, struct store *st, const struct envelope *env,
    const struct note *note, struct delivered *r, struct fault *f)
{
	if (spool_commit(d->spool, &st->file, SPOOL_QUEUE, env, note, f) == -1)
		return -1;
	(void)strlcpy(r->id, st->file.id, sizeof(r->id));
	return 0;
}

static void
deliver_count(const struct envelope *env, struct delivered *r)
{
	const struct rcpt *to;
	size_t i;

	for (i = 0; i < env->nrcpt; i++) {
		to = &env->rcpt[i];
		if (to->verdict == VD_OK) {
			r->taken++;
		} else if (rcpt_waits(to)) {
			r->queued++;
			if (r->why.verdict == VD_OK)
				r->why = *to->why;
		} else {
			r->failed++;
		}
	}
}

/* All verdicts are known: keep the message if it is still needed. */
static int
deliver_settle(struct deliver *d, struct store *st, struct envelope *env,
    const struct spool_meta *meta, struct delivered *r, struct fault *f)
{
	struct note note = { 0 };
	struct rcpt *to;
	bool told;
	size_t i;

	deliver_count(env, r);
	if (d->spool == NULL || r->queued + r->failed == 0)
		return 0;
	told = !d->by_bounce || r->failed == env->nrcpt;
	for (i = 0; i < env->nrcpt; i++) {
		to = &env->rcpt[i];
		if (to->verdict != VD_OK && !rcpt_waits(to))
			to->told = told;
	}
	(void)outcome_note(d->set, env, &note, meta->submitted, time(NULL));
	if (r->queued == 0)
		note.next = 0;
	r->next = note.next;
	if (r->queued > 0 || !told)
		return deliver_enqueue(d, st, env, &note, r, f);
	/* Keep a copy for the operator. */
	(void)spool_commit(d->spool, &st->file, SPOOL_FAILED, env, &note, f);
	return 0;
}

/* Log the try, or that the message is queued and was not tried. */
static void
deliver_log(const struct deliver *d, const struct store *st,
    const struct envelope *env, const struct spool_meta *meta,
    const struct delivered *r, bool tried)
{
	const struct maillog_try t = { .id = r->id, .env = env, .meta = meta,
	    .conninfo = tried ? &r->conninfo : NULL, .accepted = r->accepted,
	    .size = st->size, .tries = tried, .kept = r->id[0] != '\0',
	    .untried = !tried };

	maillog_attempt(d->log, &t);
}

/*
 * The caller no longer waits: from here on this is a queue message that is
 * being tried.  This process keeps it locked until deliver_finish().
 */
static int
deliver_detach(struct deliver *d, struct store *st, struct envelope *env,
    struct spool_meta *meta, struct queue_delivery *q, struct delivered *r,
    struct fault *f)
{
	if (deliver_enqueue(d, st, env, NULL, r, f) == -1)
		return -1;
	q->claimed = (struct claimed){ .file = st->file, .env = *env,
	    .meta = *meta };
	q->d.env = &q->claimed.env;
	*env = (struct envelope){ 0 };
	*meta = (struct spool_meta){ 0 };
	st->file.fd = st->fd = -1;
	r->in_background = true;
	r->queued = q->claimed.env.nrcpt;
	return 0;
}

static int
deliver_try(struct deliver *d, struct store *st, struct envelope *env,
    struct spool_meta *meta, struct delivered *r, struct fault *f)
{
	struct queue_delivery *q = xcalloc(1, sizeof(*q));
	long long patience = d->spool != NULL ?
	    clock_ms() + d->set->patience * 1000 : 0;
	int status;

	q->d = (struct delivery){ .env = env, .account = meta->account,
	    .message = { .fd = st->fd, .at = st->at, .size = st->size },
	    .ctx = q };
	dispatch_give(&d->dispatch, &q->d, true);
	if (dispatch_wait(&d->dispatch, patience) == NULL) {
		if (d->spool != NULL &&
		    deliver_detach(d, st, env, meta, q, r, f) == 0)
			return 0;
		/* The caller owns the envelope: no verdict may come later. */
		dispatch_part(&d->dispatch);
		(void)dispatch_wait(&d->dispatch, 0);
	}
	(void)strlcpy(r->accepted, q->d.accepted, sizeof(r->accepted));
	r->conninfo = q->d.conninfo;
	status = deliver_settle(d, st, env, meta, r, f);
	deliver_log(d, st, env, meta, r, true);
	free(q);
	return status;
}

static bool
deliver_queue_holds_any(struct deliver *d)
{
	char (*ids)[SPOOL_ID] = NULL;
	struct fault f;
	size_t n = 0;

	if (d->spool == NULL ||
	    spool_list(d->spool, SPOOL_QUEUE, &ids, &n, &f) == -1)
		return false;
	free(ids);
	return n > 0;
}

int
deliver_message(struct deliver *d, struct store *st, struct envelope *env,
    struct spool_meta *meta, struct delivered *r, struct fault *f)
{
	struct fault queued = { 0 };
	int status;

	*r = (struct delivered){ 0 };
	if (d->mode == SETTING_DELIVERY_NOW || d->spool == NULL) {
		status = deliver_try(d, st, env, meta, r, f);
		/* The relay accepts mail: try the queue, too. */
		if (status == 0 && !r->in_background && (r->queued > 0 ||
		    (r->taken > 0 && deliver_queue_holds_any(d))))
			deliver_run_queue(d);
		return status;
	}
	if (deliver_enqueue(d, st, env, NULL, r, f) == -1)
		return -1;
	deliver_log(d, st, env, meta, r, false);
	(void)fault_set(&queued, ST_SPOOL, FD_NONE, 0, VD_TEMP, "queued");
	envelope_settle(env, &queued);
	r->queued = env->nrcpt;
	store_release(st);
	deliver_run_queue(d);
	return 0;
}

void
deliver_abandon(struct deliver *d)
{
	struct delivery *got;
	struct queue_delivery *q;

	dispatch_release(&d->dispatch);
	while ((got = dispatch_wait(&d->dispatch, 0)) != NULL) {
		q = got->ctx;
		claim_release(d->spool, &q->claimed);
		free(q);
	}
}

void
deliver_finish(struct deliver *d)
{
	struct delivery *got = dispatch_wait(&d->dispatch, 0);
	struct fault f = { 0 };
	enum outcome what;
	struct queue_delivery *q;

	if (got == NULL && d->dispatch.ndelivery > 0) {
		dispatch_part(&d->dispatch);	/* after a signal */
		got = dispatch_wait(&d->dispatch, 0);
	}
	if (got != NULL) {
		q = got->ctx;
		what = outcome_record(d->spool, d->set, &d->log->explain,
		    q, &f);
		outcome_log(d->log, q, what);
		claim_release(d->spool, &q->claimed);
		free(q);
	}
	deliver_run_queue(d);
}

enum cut
deliver_cut(struct deliver *d)
{
	struct dispatch *k = &d->dispatch;
	const struct envelope *env;
	enum cut how = CUT_WAITS;

	dispatch_part(k);
	if (k->ndelivery > 0) {
		env = k->delivery[0]->env;
		if (envelope_count(env, VD_OK) == env->nrcpt)
			how = CUT_DONE;
		else if (envelope_count(env, VD_DOUBT) > 0)
			how = CUT_DOUBT;
	}
	deliver_finish(d);
	return how;
}
