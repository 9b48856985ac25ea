/* patience.c - a caller's wait for a connection that the relay still takes */

#include <poll.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/backoff.h"
#include "submit/patience.h"

#define CHECK	200	/* ms, the longest between two looks for a slot */
#define REFUSED	4000	/* ms, the longest until a busy relay is asked again */

void
patience_begin(struct patience *p, const struct settings *s,
    const struct settings *base, struct spool *spool,
    const volatile sig_atomic_t *stop)
{
	*p = (struct patience){ .slot = p->slot, .spool = spool,
	    .stop = stop, .set = s,
	    .end = clock_ms() + base->patience * 1000 };
	if (base->deadline > 0)
		p->deadline = clock_ms() + base->deadline * 1000;
	p->limit = p->deadline == 0 || p->deadline > p->end ? p->end :
	    p->deadline;
	slot_key(p->key, s->relay, s->user);
	(void)rate_parse(s->rate, &p->rate);
}

/*
 * Sleep; false if patience ends before, or less than "then" ms after it, or
 * there was a signal.
 */
static bool
patience_pause(const struct patience *p, long long ms, long long then)
{
	long long until = clock_ms() + ms, left;

	if (until + then >= p->limit)
		return false;
	while ((left = until - clock_ms()) > 0 &&
	    (p->stop == NULL || !*p->stop))
		(void)poll(NULL, 0, left > CHECK ? CHECK : (int)left);
	return p->stop == NULL || !*p->stop;
}

void
patience_release(struct patience *p)
{
	if (p->slot != -1)
		(void)close(p->slot);
	p->slot = -1;
}

/* No connection was free.  If the relay has refused one, that is the reason. */
static int
patience_no_slot(const struct patience *p, struct fault *f)
{
	if (p->refusals == 0)
		return fault_set(f, ST_WAIT, FD_NONE, 0, VD_TEMP,
		    "all connections that `connections %d` allows were in use",
		    p->set->connections);
	*f = p->refused;
	return -1;
}

/* Take a connection as soon as there is one. */
static int
patience_slot(struct patience *p, struct fault *f)
{
	while (!slot_take(p->spool, p->key, p->set->connections, &p->slot))
		if (!patience_pause(p, backoff_pause(p->looks++, CHECK,
		    random_bits()), 0))
			return patience_no_slot(p, f);
	return 0;
}

int
patience_connection(struct patience *p, time_t *next, struct fault *f)
{
	long long ms = 0;

	*next = 0;
	patience_release(p);
	p->asked = clock_ms();
	if (p->spool == NULL)
		return 0;
	fault_what(f, "%s", p->set->relay);
	for (;;) {
		if (patience_slot(p, f) == -1)
			return -1;
		if (p->rate.messages > 0)
			ms = slot_count(p->spool, p->key, p->rate.messages,
			    p->rate.ms);
		p->asked = clock_ms();
		if (ms == 0)
			return 0;
		/* Others may go meanwhile. */
		patience_release(p);
		if (patience_pause(p, ms, 0))
			continue;
		*next = time(NULL) + (time_t)(ms / 1000) + 1;
		return fault_set(f, ST_WAIT, FD_NONE, 0, VD_TEMP,
		    "`rate %s` allows no more messages now", p->set->rate);
	}
}

bool
patience_kept_back(const struct envelope *env)
{
	size_t i;

	for (i = 0; i < env->nrcpt; i++)
		if (env->rcpt[i].verdict == VD_OK ||
		    env->rcpt[i].verdict == VD_DOUBT ||
		    !backoff_busy(env->rcpt[i].why))
			return false;
	return true;
}

bool
patience_again(struct patience *p, struct envelope *env)
{
	long long took = clock_ms() - p->asked;
	size_t i;

	if (!patience_kept_back(env))
		return false;
	if (p->spool != NULL)
		slot_refused(p->spool, p->key, p->set->connections);
	if (p->spool != NULL && p->rate.messages > 0)
		slot_uncount(p->spool, p->key);
	patience_release(p);
	p->refused = *env->rcpt[0].why;
	/* The next answer may take longer than this one. */
	if (!patience_pause(p, backoff_pause(2 + p->refusals++, REFUSED,
	    random_bits()), 2 * took))
		return false;
	for (i = 0; i < env->nrcpt; i++)
		rcpt_unsettle(&env->rcpt[i]);
	return true;
}
