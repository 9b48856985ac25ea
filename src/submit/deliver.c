/* deliver.c - a message now, in the background or queued */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "config/rate.h"
#include "queue/backoff.h"
#include "submit/deliver.h"
#include "system/log.h"

#define CHECK	200	/* ms, the longest between two looks for a slot */
#define REFUSED	4000	/* ms, the longest until a busy relay is asked again */

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
	(void)spool_commit(d->spool, &st->file, SPOOL_FAILED, env, &note, f);
	return 0;
}

/* Did only a relay that is busy, `connections` or `rate` keep it back? */
static bool
deliver_kept_back(const struct envelope *env)
{
	size_t i;

	for (i = 0; i < env->nrcpt; i++)
		if (env->rcpt[i].verdict == VD_OK ||
		    env->rcpt[i].verdict == VD_DOUBT ||
		    !backoff_busy(env->rcpt[i].why))
			return false;
	return true;
}

/* Log the try, or that the message is queued and was not tried. */
static void
deliver_log(const struct deliver *d, const struct store *st,
    const struct envelope *env, const struct spool_meta *meta,
    const struct delivered *r, bool tried)
{
	const struct maillog_try t = { .id = r->id, .env = env, .meta = meta,
	    .conninfo = tried ? &r->conninfo : NULL, .accepted = r->accepted,
	    .size = st->size, .tries = tried && !deliver_kept_back(env),
	    .kept = r->id[0] != '\0', .untried = !tried,
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

/* The wait of a message for its connection. */
struct patience {
	const struct settings *set;	/* of its account */
	struct rate	 rate;
	long long	 end;		/* clock_ms() of patience, */
	long long	 deadline;	/* of the deadline, or 0 */
	long long	 limit;		/* the first of these */
	unsigned	 looks;		/* for a slot */
	unsigned	 refusals;	/* by a busy relay, */
	struct fault	 refused;	/* and its last words */
};

static void
deliver_be_patient(struct deliver *d, const struct spool_meta *meta,
    struct patience *p)
{
	int account = account_find(d->config,
	    meta->account != NULL ? meta->account : "");

	*p = (struct patience){ .set = account == ACCOUNT_NONE ? d->set :
	    config_settings(d->config, account),
	    .end = clock_ms() + d->set->patience * 1000 };
	if (d->set->deadline > 0)
		p->deadline = clock_ms() + d->set->deadline * 1000;
	p->limit = p->deadline == 0 || p->deadline > p->end ? p->end :
	    p->deadline;
	slot_key(d->key, p->set->relay, p->set->user);
	(void)rate_parse(p->set->rate, &p->rate);
}

/* Sleep; false if patience ends before, or there was a signal. */
static bool
deliver_pause(const struct deliver *d, const struct patience *p, long long ms)
{
	const volatile sig_atomic_t *stop = d->dispatch.stop;
	long long until = clock_ms() + ms, left;

	if (until >= p->limit)
		return false;
	while ((left = until - clock_ms()) > 0 && (stop == NULL || !*stop))
		(void)poll(NULL, 0, left > CHECK ? CHECK : (int)left);
	return stop == NULL || !*stop;
}

void
deliver_release_slot(struct deliver *d)
{
	if (d->slot != -1)
		(void)close(d->slot);
	d->slot = -1;
}

/* No connection was free.  If the relay has refused one, that is the reason. */
static int
deliver_has_no_slot(const struct patience *p, struct fault *f)
{
	if (p->refusals == 0)
		return fault_set(f, ST_WAIT, FD_NONE, 0, VD_TEMP,
		    "all connections that `connections %d` allows were in use",
		    p->set->connections);
	*f = p->refused;
	return -1;
}

/* Get a connection that `connections` and `rate` allow; -1 and a fault. */
static int
deliver_get_slot(struct deliver *d, struct patience *p, struct delivered *r,
    struct fault *f)
{
	long long ms;

	deliver_release_slot(d);
	if (d->spool == NULL)
		return 0;
	fault_what(f, "%s", p->set->relay);
	while (!slot_take(d->spool, d->key, p->set->connections, &d->slot))
		if (!deliver_pause(d, p, backoff_pause(p->looks++, CHECK,
		    random_bits())))
			return deliver_has_no_slot(p, f);
	while (p->rate.messages > 0 && (ms = slot_count(d->spool, d->key,
	    p->rate.messages, p->rate.ms)) > 0)
		if (!deliver_pause(d, p, ms)) {
			r->next = time(NULL) + (time_t)(ms / 1000) + 1;
			return fault_set(f, ST_WAIT, FD_NONE, 0, VD_TEMP,
			    "`rate %s` allows no more messages now",
			    p->set->rate);
		}
	return 0;
}

/* May a busy relay be asked again?  Then no recipient has a verdict. */
static bool
deliver_again(struct deliver *d, struct patience *p, struct envelope *env)
{
	size_t i;

	if (!deliver_kept_back(env))
		return false;
	if (d->spool != NULL)
		slot_refused(d->spool, d->key, p->set->connections);
	if (d->spool != NULL && p->rate.messages > 0)
		slot_uncount(d->spool, d->key, p->rate.messages);
	deliver_release_slot(d);
	p->refused = *env->rcpt[0].why;
	if (!deliver_pause(d, p, backoff_pause(2 + p->refusals++, REFUSED,
	    random_bits())))
		return false;
	for (i = 0; i < env->nrcpt; i++)
		rcpt_unsettle(&env->rcpt[i]);
	return true;
}

/* Is the result there while the caller waits?  If not, it is detached. */
static bool
deliver_send(struct deliver *d, struct store *st, struct envelope *env,
    struct spool_meta *meta, struct queue_delivery *q, struct delivered *r,
    struct patience *p, struct fault *f)
{
	struct fault busy = { 0 };

	do {
		if (deliver_get_slot(d, p, r, &busy) == -1) {
			envelope_settle(env, &busy);
			return true;
		}
		outcome_recall(d->spool, d->key, &q->d);
		dispatch_give(&d->dispatch, &q->d, true);
		/* Look now, while the agent works. */
		d->others = d->spool != NULL &&
		    spool_any(d->spool, SPOOL_QUEUE);
		if (dispatch_wait(&d->dispatch,
		    d->spool != NULL ? p->end : 0) != NULL)
			continue;
		if (d->spool != NULL &&
		    deliver_detach(d, st, env, meta, q, r, f) == 0)
			return false;
		/* The caller owns the envelope: no verdict may come later. */
		dispatch_part(&d->dispatch);
		(void)dispatch_wait(&d->dispatch, 0);
	} while (deliver_again(d, p, env));
	return true;
}

static int
deliver_try(struct deliver *d, struct store *st, struct envelope *env,
    struct spool_meta *meta, struct delivered *r, struct fault *f)
{
	struct queue_delivery *q = xcalloc(1, sizeof(*q));
	struct patience p;
	int status;

	q->d = (struct delivery){ .env = env, .account = meta->account,
	    .message = { .fd = st->fd, .at = st->at, .size = st->size },
	    .ctx = q };
	conninfo_clear(&q->d.conninfo);
	deliver_be_patient(d, meta, &p);
	q->d.limit = p.deadline;
	if (!deliver_send(d, st, env, meta, q, r, &p, f))
		return 0;
	(void)strlcpy(r->accepted, q->d.accepted, sizeof(r->accepted));
	r->conninfo = q->d.conninfo;
	r->learned = q->d.learned;
	outcome_learn(d->spool, d->key, &q->d);
	status = deliver_settle(d, st, env, meta, r, f);
	deliver_log(d, st, env, meta, r, true);
	free(q);
	if (!d->keep_slot)
		deliver_release_slot(d);
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
	deliver_release_slot(d);
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
		outcome_learn(d->spool, d->key, &q->d);
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
