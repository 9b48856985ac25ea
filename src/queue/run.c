/* run.c - a queue run: all messages that are due, over some connections */

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/account.h"
#include "config/rate.h"
#include "queue/backoff.h"
#include "queue/outcome.h"
#include "queue/run.h"
#include "system/log.h"

#define SOON	1	/* seconds to the next try without a connection */
#define LOCKED	2	/* seconds to the next look at a locked message */
#define PAUSE	500	/* ms, the longest between two looks for a connection */
#define PACED	2000	/* ms that a connection is kept open for `rate` */

struct run {
	struct spool	*spool;
	const struct config *config;
	const struct settings *set;	/* those above all accounts */
	const struct maillog *log;
	struct agents	*agents;
	const struct queue_select *select;
	struct queue_result *result;
	char		*account;	/* whose messages are tried, or NULL */
	struct rate	 rate;		/* of that account */
	char		(*later)[SPOOL_ID]; /* messages of other accounts */
	size_t		 nlater;
	struct queue_delivery **back;	/* for another connection */
	size_t		 nback;
	bool		 stop;		/* no more messages go to the relay */
	time_t		 again;		/* when they are due */
	struct fault	 trouble;	/* with the spool; VD_OK: none */
};

static bool
run_stopped(const struct run *r)
{
	return r->agents->stop != NULL && *r->agents->stop;
}

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

/* No more messages of this account go to the relay for so many ms. */
static void
run_stop(struct run *r, enum queue_stop why, long long ms)
{
	r->stop = true;
	if (why > r->result->why)
		r->result->why = why;
	r->again = time(NULL) + (time_t)((ms + 999) / 1000);
}

/* One account after the other; the first message says which is next. */
static bool
run_its_turn(struct run *r, const struct claimed *c)
{
	const char *name = c->meta.account != NULL ? c->meta.account : "";
	const struct settings *s = account_settings(r->config, name);

	if (r->account != NULL)
		return strcmp(r->account, name) == 0;
	r->account = xstrdup(name);
	(void)rate_parse(s->rate, &r->rate);
	agents_begin(r->agents, s);
	return true;
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

static bool
run_busy(const struct envelope *e)
{
	size_t i;

	for (i = 0; i < e->nrcpt; i++)
		if (e->rcpt[i].done && e->rcpt[i].verdict != VD_OK &&
		    backoff_busy(e->rcpt[i].why))
			return true;
	return false;
}

/* Can another connection still do all that this try was for? */
static bool
run_untouched(const struct queue_delivery *q)
{
	const struct rcpt *to = q->claimed.env.rcpt;
	size_t i;

	for (i = 0; i < q->claimed.env.nrcpt; i++)
		if (q->tried[i] && (to[i].verdict == VD_DOUBT ||
		    !rcpt_waits(&to[i])))
			return false;
	return true;
}

/* A message that only met a busy relay does not count for `rate`. */
static void
run_uncount(struct run *r, const struct queue_delivery *q)
{
	if (r->rate.messages > 0 && q->tried != NULL &&
	    run_busy(&q->claimed.env) && run_untouched(q))
		slot_uncount(r->spool, r->agents->key);
}

static void
run_release(struct run *r, struct queue_delivery *q)
{
	claim_release(r->spool, &q->claimed);
	free(q->tried);
	free(q);
}

static void
run_record(struct run *r, struct queue_delivery *q)
{
	enum outcome what;
	struct fault f = { 0 };

	run_uncount(r, q);
	if (q->tried != NULL)
		outcome_remember(r->spool, q->claimed.meta.account,
		    &q->claimed.env, q->tried);
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
	run_release(r, q);
}

/*
 * A message has its verdicts.  If only this connection was refused, another
 * gets the message.
 */
static void
run_finish(struct run *r, struct run_agent *by, struct queue_delivery *q)
{
	const struct envelope *e = &q->claimed.env;
	bool busy = run_busy(e);
	bool hopeless = run_hopeless(e) || (by->dispatch.sock == -1 &&
	    envelope_count(e, VD_OK) < e->nrcpt);

	outcome_learn(r->spool, r->agents->key, &q->d);
	if (!busy && !hopeless) {
		agents_heard(r->agents, by);
	} else if ((busy || !by->proven) && run_untouched(q) &&
	    agents_refused(r->agents, by, busy)) {
		r->back = xreallocarray(r->back, r->nback + 1,
		    sizeof(struct queue_delivery *));
		r->back[r->nback++] = q;
		return;
	} else {
		run_stop(r, QUEUE_STOP_RELAY, busy ? SOON * 1000 :
		    r->set->retry_min * 1000);
	}
	run_record(r, q);
}

/* Wait for the verdicts on one message; false at the deadline or a signal. */
static bool
run_wait(struct run *r, long long deadline)
{
	struct run_agent *by;
	struct delivery *d = agents_wait(r->agents, deadline, &by);

	if (d != NULL)
		run_finish(r, by, d->ctx);
	return d != NULL;
}

/* Let so many ms pass; false after a signal to stop. */
static bool
run_pause(struct run *r, long long ms)
{
	long long deadline = clock_ms() + ms, left;

	while ((left = deadline - clock_ms()) > 0 && !run_stopped(r))
		if (agents_out(r->agents) > 0)
			(void)run_wait(r, deadline);
		else
			(void)poll(NULL, 0, left > PAUSE ? PAUSE : (int)left);
	return !run_stopped(r);
}

/* Have a connection.  False: there is none, and all messages wait. */
static bool
run_connect(struct run *r)
{
	long long limit = clock_ms() + r->select->patience;
	unsigned n = 0;

	if (r->agents->n > 0)
		return true;
	while (!agents_add(r->agents))
		if (clock_ms() >= limit || !run_pause(r,
		    backoff_pause(n++, PAUSE, random_bits()))) {
			run_stop(r, QUEUE_STOP_CONNECTIONS, SOON * 1000);
			return false;
		}
	return true;
}

/* Does `rate` allow another message?  Wait if it soon does. */
static bool
run_in_rate(struct run *r)
{
	long long ms;

	while (r->rate.messages > 0 && !r->stop && (ms = slot_count(r->spool,
	    r->agents->key, r->rate.messages, r->rate.ms)) > 0)
		if (ms > PACED || !run_pause(r, ms))
			run_stop(r, QUEUE_STOP_RATE, ms);
	return !r->stop;
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
	if (!r->stop && run_connect(r) && run_in_rate(r))
		return true;
	r->result->left++;
	run_waits(r, r->again);
	return false;
}

static void
run_give(struct run *r, struct queue_delivery *q)
{
	struct envelope *e = &q->claimed.env;
	size_t i;

	if (q->tried == NULL) {
		r->result->tried++;
		q->tried = xcalloc(e->nrcpt, sizeof(*q->tried));
		for (i = 0; i < e->nrcpt; i++)
			q->tried[i] = !e->rcpt[i].done;
	}
	for (i = 0; i < e->nrcpt; i++)
		if (q->tried[i] && e->rcpt[i].done)
			rcpt_unsettle(&e->rcpt[i]);
	q->d = (struct delivery){ .env = e,
	    .account = q->claimed.meta.account, .ctx = q,
	    .tries = q->claimed.note.tries,
	    .message = { .fd = q->claimed.file.fd, .at = q->claimed.file.at,
	    .size = q->claimed.file.size } };
	outcome_recall(r->spool, r->agents->key, &q->d);
	/* A pause for `rate` may have changed which ones may have it. */
	agents_give(agents_next(r->agents, 0, true), &q->d);
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
			run_record(r, q); /* after a crash: old faults */
		return;
	case CLAIM_BAD:
		log_fault(&f);
		break;
	case CLAIM_BUSY:
		/* Its note may already say that it is due again. */
		run_waits(r, now + LOCKED);
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
	struct run_agent *by;
	struct delivery *d;
	size_t i;

	for (i = 0; i < r->agents->n; i++)
		dispatch_part(&r->agents->agent[i]->dispatch);
	while ((d = agents_wait(r->agents, 0, &by)) != NULL)
		if (d->sent)
			run_record(r, d->ctx);
		else
			run_release(r, d->ctx);
	while (r->nback > 0)
		run_release(r, r->back[--r->nback]);
}

/* Give messages to agents while they take any; n ids from *i on are left. */
static void
run_feed(struct run *r, char (*ids)[SPOOL_ID], size_t n, size_t *i, time_t now)
{
	struct queue_delivery *q;

	while ((*i < n || r->nback > 0) && !run_stopped(r)) {
		if (r->agents->n > 0 && !r->stop && agents_next(r->agents,
		    n - *i + r->nback, false) == NULL)
			return;
		if (r->nback == 0) {
			run_claim(r, ids[(*i)++], now);
			continue;
		}
		q = r->back[--r->nback];
		if (r->stop)
			run_record(r, q);
		else
			run_give(r, q);
	}
	if (*i == n && r->nback == 0)
		agents_finish(r->agents);
}

/*
 * Try all messages of one account: that of the first message.  False after a
 * signal to stop.
 */
static bool
run_turn(struct run *r, char (*ids)[SPOOL_ID], size_t n, time_t now)
{
	long long due;
	size_t i = 0, left;

	do {
		run_feed(r, ids, n, &i, now);
		left = r->stop ? 0 : n - i + r->nback;
		due = agents_due(r->agents, left);
		if (left > 0 && due != 0 && due <= clock_ms()) {
			(void)agents_add(r->agents);
			continue;
		}
		if (!run_wait(r, due) && run_stopped(r)) {
			run_cut(r);
			return false;
		}
	} while (i < n || r->nback > 0 || agents_out(r->agents) > 0);
	return true;
}

int
queue_run(struct spool *spool, const struct config *config,
    const struct maillog *log, struct agents *agents,
    const struct queue_select *select, struct queue_result *result,
    struct fault *f)
{
	struct run r = { .spool = spool, .config = config,
	    .set = &config->base, .log = log, .agents = agents,
	    .select = select, .result = result };
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
		agents_end(agents);
		free(ids);
		ids = r.later;
		n = r.nlater;
		r.later = NULL;
		r.nlater = 0;
		free(r.account);
		r.account = NULL;
		r.stop = false;
	}
	free(ids);
	free(r.back);
	if (spool_sync(spool, f) == 0 && r.trouble.verdict != VD_OK)
		*f = r.trouble;
	return f->verdict == VD_OK ? 0 : -1;
}
