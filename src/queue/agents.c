/* agents.c - the agents of a queue run, each with a connection to the relay */

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/agents.h"
#include "system/log.h"

#define SLOW	2	/* messages of a relay that needs time for each */
#define PACE	100	/* ms for a message: such a relay is slow */
#define START	10	/* ms that a new agent is thought to need at least */
#define LOOK	50	/* ms until it is looked whether a message has gone */
#define AGAIN	500	/* ms until a connection may have come free */
#define CLOSING	1000	/* ms for all connections to be closed */

void
agents_init(struct agents *a, int opener, const struct spool *spool,
    const volatile sig_atomic_t *stop, bool one)
{
	*a = (struct agents){ .opener = opener, .spool = spool, .stop = stop,
	    .one = one };
}

void
agents_begin(struct agents *a, const struct settings *s)
{
	a->connections = s->connections;
	a->allowed = a->one ? 1 : s->connections;
	slot_key(a->key, s->relay, s->user);
	a->opened = a->last = a->wait = a->waited = a->busy = a->again = 0;
	a->done = 0;
}

bool
agents_add(struct agents *a)
{
	struct run_agent *new;
	struct fault f = { 0 };
	int slot;

	if (!slot_take(a->spool, a->key, a->connections, &slot)) {
		a->again = clock_ms() + AGAIN;
		return false;
	}
	new = xcalloc(1, sizeof(*new));
	new->slot = slot;
	/* Without an agent the verdicts say so. */
	if (dispatch_open(&new->dispatch, a->opener, &f) == -1)
		log_fault(&f);
	new->dispatch.stop = a->stop;
	a->agent[a->n++] = new;
	if (a->opened == 0)
		a->opened = clock_ms();
	return true;
}

/* ms that the relay lets this process wait for a verdict, on the average. */
static long long
agents_pace(const struct agents *a)
{
	return a->done < 2 ? 0 : a->waited / (long long)(a->done - 1);
}

/*
 * A slow relay has one message, and the next one to go with its verdict; but
 * the last messages wait for whichever connection comes free.  None waits
 * behind the first one of a connection, which may hang.
 */
static size_t
agents_window(const struct agents *a, const struct run_agent *r, size_t left)
{
	if (a->done == 0 || !r->proven)
		return 1;
	if (a->busy / (long long)a->done < PACE)
		return AGENTS_WINDOW;
	return left > a->n ? SLOW : 1;
}

/* Is r better for the next message?  One that has room comes first. */
static bool
agents_better(const struct run_agent *r, const struct run_agent *best)
{
	if (best == NULL || r->filling != best->filling)
		return best == NULL || r->filling;
	return r->dispatch.ndelivery < best->dispatch.ndelivery;
}

struct run_agent *
agents_next(struct agents *a, size_t left, bool any)
{
	struct run_agent *best = NULL, *r;
	size_t window, i;

	for (i = 0; i < a->n; i++) {
		r = a->agent[i];
		window = agents_window(a, r, left);
		/* Wait until half are done, so that some go together. */
		if (r->dispatch.ndelivery >= window)
			r->filling = false;
		else if (r->dispatch.ndelivery <= window / 2)
			r->filling = true;
		if ((r->filling || any) && !r->leaving &&
		    agents_better(r, best))
			best = r;
	}
	return best;
}

size_t
agents_out(const struct agents *a)
{
	size_t i, n = 0;

	for (i = 0; i < a->n; i++)
		n += a->agent[i]->dispatch.ndelivery;
	return n;
}

/* Has the agent closed its end? */
static bool
agents_ended(const struct run_agent *r)
{
	ssize_t n;
	char octet;

	while ((n = recv(r->dispatch.sock, &octet, 1, MSG_DONTWAIT)) > 0)
		;
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

/* It gets no more: others have its connection as soon as that is closed. */
static void
agents_retire(struct run_agent *r)
{
	r->leaving = true;
	if (r->slot == -1)
		return;
	(void)shutdown(r->dispatch.sock, SHUT_WR);
	if (!agents_ended(r))
		return;
	dispatch_release(&r->dispatch);
	(void)close(r->slot);
	r->slot = -1;
}

/* May a connection still be refused, and its message need another? */
static bool
agents_need_reserve(const struct agents *a)
{
	const struct run_agent *r;
	size_t i;

	for (i = 0; i < a->n; i++) {
		r = a->agent[i];
		if (r->dispatch.ndelivery > 0 && r->dispatch.first_sent == 0)
			return true;
	}
	return false;
}

void
agents_finish(struct agents *a)
{
	bool reserve = agents_need_reserve(a);
	struct run_agent *r;
	size_t i;

	for (i = 0; i < a->n; i++) {
		r = a->agent[i];
		if (r->given)
			dispatch_end(&r->dispatch);
		r->given = false;
		if (r->dispatch.ndelivery > 0)
			continue;
		if (reserve && !r->leaving)
			reserve = false;
		else
			agents_retire(r);
	}
}

/* As agents_due(), if there is a connection for it. */
static long long
agents_pays(const struct agents *a, size_t left)
{
	long long sent, setup, need, quiet, n = (long long)a->n + 1;

	if (left == 0 || a->n == 0 || a->n >= (size_t)a->allowed)
		return 0;
	sent = a->agent[0]->dispatch.first_sent;
	if (sent == 0)
		return clock_ms() + LOOK;
	setup = sent - a->opened;
	/*
	 * So long for each message, and another agent pays.  The last ones
	 * gain all the time until a connection would come free.
	 */
	if (n > (long long)left)
		n = (long long)left;
	need = (setup + START) * n / (long long)left;
	if (agents_pace(a) > need)
		return clock_ms();
	quiet = need > setup ? need : setup;
	return (a->last != 0 ? a->last : sent) + quiet + 1;
}

long long
agents_due(const struct agents *a, size_t left)
{
	long long due = agents_pays(a, left);
	const struct run_agent *r;
	size_t i;

	for (i = 0; i < a->n && left == 0; i++) {
		r = a->agent[i];
		if (r->leaving && r->dispatch.ndelivery == 0 && r->slot != -1)
			return clock_ms() + LOOK;
	}
	return due != 0 && due < a->again ? a->again : due;
}

/* How long the relay had a message of this connection, and not the next. */
static void
agents_count_busy(struct agents *a, struct run_agent *r)
{
	if (r->dispatch.first_sent > r->since)
		r->since = r->dispatch.first_sent;
	a->busy += a->last - r->since;
	r->since = a->last;
}

void
agents_give(struct run_agent *r, struct delivery *d)
{
	r->given = true;
	if (r->dispatch.ndelivery == 0)
		r->since = clock_ms();
	dispatch_give(&r->dispatch, d, false);
}

struct delivery *
agents_wait(struct agents *a, long long deadline, struct run_agent **of)
{
	struct dispatch *k[CONNECTIONS_MOST];
	struct delivery *d;
	long long since = clock_ms();
	size_t i;

	for (i = 0; i < a->n; i++)
		k[i] = &a->agent[i]->dispatch;
	d = dispatch_wait_any(k, a->n, deadline, &a->turn);
	a->wait += clock_ms() - since;
	if (d == NULL)
		return NULL;
	*of = a->agent[a->turn];
	a->last = clock_ms();
	return d;
}

void
agents_heard(struct agents *a, struct run_agent *r)
{
	if (a->done++ > 0)
		a->waited += a->wait;
	a->wait = 0;
	agents_count_busy(a, r);
	r->proven = true;
}

bool
agents_refused(struct agents *a, struct run_agent *r, bool busy)
{
	size_t i;
	int others = 0;

	/* Once, however many messages say so. */
	if (busy && r->slot != -1) {
		slot_refused(a->spool, a->key, a->connections);
		(void)close(r->slot);
		r->slot = -1;
	}
	for (i = 0; i < a->n; i++)
		others += a->agent[i] != r && !a->agent[i]->leaving;
	if (others == 0)
		return false;
	r->leaving = true;
	/* The relay may have refused only the message: end it anyway. */
	if (r->given)
		dispatch_end(&r->dispatch);
	r->given = false;
	a->allowed = (int)a->n;
	return true;
}

static void
agents_await_end(const struct run_agent *r, long long deadline)
{
	struct pollfd p = { .fd = r->dispatch.sock, .events = POLLIN };
	long long left = deadline - clock_ms();

	while (!agents_ended(r) && left > 0 && poll(&p, 1, (int)left) == 1)
		left = deadline - clock_ms();
}

void
agents_end(struct agents *a)
{
	long long deadline = clock_ms() + CLOSING;
	struct run_agent *r;
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->agent[i]->dispatch.sock != -1)
			(void)shutdown(a->agent[i]->dispatch.sock, SHUT_WR);
	for (i = 0; i < a->n; i++) {
		r = a->agent[i];
		agents_await_end(r, deadline);
		dispatch_release(&r->dispatch);
		if (r->slot != -1)
			(void)close(r->slot);
		free(r);
	}
	a->n = 0;
}
