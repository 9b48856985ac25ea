/* agents.c - the agents of a queue run, each with a connection to the relay */

#include <sys/socket.h>

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/agents.h"
#include "system/log.h"

#define FIRST	3	/* messages until the relay's pace is known */
#define SLOW	2	/* messages of a relay that needs time for each */
#define PACE	100	/* ms for a message: such a relay is slow */
#define START	100	/* ms that a new agent is thought to need at least */
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
	a->opened = a->last = a->waited = a->busy = a->again = 0;
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

static size_t
agents_window(const struct agents *a)
{
	if (a->done == 0)
		return a->n == 1 ? FIRST : SLOW;
	return a->busy / (long long)a->done >= PACE ? SLOW : AGENTS_WINDOW;
}

struct run_agent *
agents_next(struct agents *a, bool any)
{
	size_t window = agents_window(a), i;
	struct run_agent *best = NULL, *r;

	for (i = 0; i < a->n; i++) {
		r = a->agent[i];
		/* Wait until half are done, so that some go together. */
		if (r->dispatch.ndelivery >= window)
			r->filling = false;
		else if (r->dispatch.ndelivery <= window / 2)
			r->filling = true;
		if ((r->filling || any) && !r->leaving && (best == NULL ||
		    r->dispatch.ndelivery < best->dispatch.ndelivery))
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

void
agents_finish(struct agents *a)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		if (a->agent[i]->given)
			dispatch_end(&a->agent[i]->dispatch);
		a->agent[i]->given = false;
	}
}

/* As agents_due(), if there is a connection for it. */
static long long
agents_pays(const struct agents *a, size_t left)
{
	long long sent, setup, need, quiet;

	if (left == 0 || a->n == 0 || a->n >= (size_t)a->allowed)
		return 0;
	sent = a->agent[0]->dispatch.first_sent;
	if (sent == 0)
		return clock_ms() + LOOK;
	setup = sent - a->opened;
	/* So long for each message, and another agent pays. */
	need = (setup + START) * (long long)(a->n + 1) / (long long)left;
	if (agents_pace(a) > need)
		return clock_ms();
	quiet = need > setup ? need : setup;
	return (a->last != 0 ? a->last : sent) + quiet + 1;
}

long long
agents_due(const struct agents *a, size_t left)
{
	long long due = agents_pays(a, left);

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
	if (a->done > 0)
		a->waited += clock_ms() - since;
	if (d == NULL)
		return NULL;
	*of = a->agent[a->turn];
	a->last = clock_ms();
	a->done++;
	agents_count_busy(a, *of);
	return d;
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

/* Has the agent closed its end?  Wait until the deadline. */
static void
agents_await_end(const struct run_agent *r, long long deadline)
{
	struct pollfd p = { .fd = r->dispatch.sock, .events = POLLIN };
	long long left = deadline - clock_ms();
	char octet;

	while (p.fd != -1 && left > 0 && poll(&p, 1, (int)left) == 1 &&
	    recv(p.fd, &octet, 1, MSG_DONTWAIT) > 0)
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
