/* deliver.c - a message now, in the background or queued */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "submit/deliver.h"
#include "system/log.h"

/* Have the queue run now, and when a message is due. */
static void
deliver_run_queue(struct deliver *d)
{
	if (d->standby == -1)
		return;
	d->woken = true;
	while (write(d->standby, "r", 1) == -1 && errno == EINTR)
		;
}

/* Put it into the queue, untried or with the result of a try. */
static int
deliver_enqueue(struct deliver *d, struct store *st, const struct envelope *env,
    const struct note *note, struct delivered *r, struct fault *f)
{
	if (st->spool == NULL) {
		*f = st->trouble;
		return -1;
	}
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
	else if (r->next != 0)
		note.next = r->next;
	r->next = note.next;
	if (r->queued > 0 || !told)
		return deliver_enqueue(d, st, env, &note, r, f);
	/* Keep a copy for the operator. */
	if (st->spool != NULL && spool_commit(d->spool, &st->file,
	    SPOOL_FAILED, env, &note, f) == 0)
		(void)strlcpy(r->copy, st->file.id, sizeof(r->copy));
	return 0;
}

/* Log the try, or that the message is queued and was not tried. */
static void
deliver_log(const struct deliver *d, const struct store *st,
    const struct envelope *env, const struct spool_meta *meta,
    const struct delivered *r, bool tried)
{
	const bool kept = r->id[0] != '\0';
	const struct maillog_try t = { .id = kept ? r->id : r->copy,
	    .env = env, .meta = meta,
	    .conninfo = tried ? &r->conninfo : NULL, .accepted = r->accepted,
	    .size = st->size, .tries = tried && !patience_kept_back(env),
	    .kept = kept, .untried = !tried,
	    .learned = tried ? r->learned : 0 };

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

/* Is the result there while the caller waits?  If not, it is detached. */
static bool
deliver_send(struct deliver *d, struct store *st, struct envelope *env,
    struct spool_meta *meta, struct queue_delivery *q, struct delivered *r,
    struct fault *f)
{
	struct fault busy = { 0 };

	do {
		if (patience_connection(&d->patience, &r->next, &busy) == -1) {
			envelope_settle(env, &busy);
			return true;
		}
		outcome_recall(d->spool, d->patience.key, &q->d);
		dispatch_give(&d->dispatch, &q->d, true);
		/* Look now, while the agent works. */
		d->others = d->spool != NULL &&
		    spool_any(d->spool, SPOOL_QUEUE);
		if (dispatch_wait(&d->dispatch,
		    st->spool != NULL ? d->patience.end : 0) != NULL)
			continue;
		if (st->spool != NULL &&
		    deliver_detach(d, st, env, meta, q, r, f) == 0)
			return false;
		/* The caller owns the envelope: no verdict may come later. */
		dispatch_part(&d->dispatch);
		(void)dispatch_wait(&d->dispatch, 0);
	} while (patience_again(&d->patience, env));
	return true;
}

static int
deliver_try(struct deliver *d, struct store *st, struct envelope *env,
    struct spool_meta *meta, struct delivered *r, struct fault *f)
{
	struct queue_delivery *q = xcalloc(1, sizeof(*q));
	int status;

	q->d = (struct delivery){ .env = env, .account = meta->account,
	    .message = { .fd = st->fd, .at = st->at, .size = st->size },
	    .ctx = q };
	conninfo_clear(&q->d.conninfo);
	patience_begin(&d->patience,
	    account_settings(d->config, meta->account), d->set, d->spool,
	    d->dispatch.stop);
	q->d.limit = d->patience.deadline;
	if (!deliver_send(d, st, env, meta, q, r, f))
		return 0;
	(void)strlcpy(r->accepted, q->d.accepted, sizeof(r->accepted));
	r->conninfo = q->d.conninfo;
	r->learned = q->d.learned;
	outcome_learn(d->spool, d->patience.key, &q->d);
	outcome_remember(d->spool, meta->account, env, NULL);
	status = deliver_settle(d, st, env, meta, r, f);
	deliver_log(d, st, env, meta, r, true);
	free(q);
	if (!d->keep_slot)
		patience_release(&d->patience);
	return status;
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
		    (r->taken > 0 && d->others)))
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
	patience_release(&d->patience);
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
		outcome_learn(d->spool, d->patience.key, &q->d);
		outcome_remember(d->spool, q->claimed.meta.account,
		    &q->claimed.env, NULL);
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
