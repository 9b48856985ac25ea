/* dispatch.c - gives messages to an agent, receives the verdicts */

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/dispatch.h"
#include "agent/ipc.h"
#include "base/portable.h"
#include "base/util.h"
#include "config/setting.h"
#include "system/msgfile.h"

#define INTERVAL	1000	/* ms until the stop flag is checked again */
#define BATCH		64	/* records until the clock is checked again */

void
dispatch_init(struct dispatch *k, int sock)
{
	*k = (struct dispatch){ .sock = sock };
}

int
dispatch_open(struct dispatch *k, int opener, struct fault *f)
{
	struct ipc_record r;
	int sock[2], sent;

	dispatch_init(k, -1);
	if (ipc_pair(sock, f) == -1)
		return -1;
	ipc_begin(&r, IPC_OPEN, 0);
	sent = ipc_send(opener, &r, sock[1], 0);
	(void)close(sock[1]);
	if (sent == 1) {
		dispatch_init(k, sock[0]);
		return 0;
	}
	(void)close(sock[0]);
	return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
	    "the delivery agent ended too early");
}

void
dispatch_release(struct dispatch *k)
{
	if (k->sock != -1)
		(void)close(k->sock);
	k->sock = -1;
}

static struct delivery *
dispatch_find(struct dispatch *k, uint32_t number)
{
	size_t i;

	for (i = 0; i < k->ndelivery; i++)
		if (k->delivery[i]->number == number)
			return k->delivery[i];
	return NULL;
}

/* These recipients in a row have the same fault. */
static bool
dispatch_refused(struct delivery *d, uint32_t first, uint32_t n, const struct
    fault *f)
{
	uint32_t i;

	if (first >= d->nindex || n > d->nindex - first)
		return false;
	for (i = first; i < first + n; i++)
		rcpt_settle(&d->env->rcpt[d->index[i]], f);
	return true;
}

/* All others were accepted, if the agent counts as many. */
static bool
dispatch_accepted(struct delivery *d, uint32_t taken)
{
	uint32_t i, n = 0;

	for (i = 0; i < d->nindex; i++)
		n += !d->env->rcpt[d->index[i]].done;
	if (n != taken)
		return false;
	envelope_settle(d->env, NULL);
	d->done = true;
	return true;
}

/* Take in one record; false if the agent may not send it. */
static bool
dispatch_apply(struct dispatch *k, const struct ipc_record *r)
{
	struct delivery *d = dispatch_find(k, r->number);

	if (d == NULL || d->done)
		return false;
	switch ((enum ipc_kind)r->kind) {
	case IPC_SENT:
		d->sent = true;
		if (k->first_sent == 0)
			k->first_sent = clock_ms();
		return true;
	case IPC_FAULT:
		return dispatch_refused(d, r->u.fault.first, r->u.fault.n,
		    &r->u.fault.fault);
	case IPC_DONE:
		(void)strlcpy(d->accepted, r->u.done.accepted,
		    sizeof(d->accepted));
		d->conninfo = r->u.done.conninfo;
		d->learned = r->u.done.learned;
		d->proven = r->u.done.proven;
		return dispatch_accepted(d, r->u.done.taken);
	case IPC_DELIVERY:
	case IPC_RCPT:
	case IPC_END:
	case IPC_OPEN:
	case IPC_CONNECT:
	case IPC_BEGUN:
	case IPC__MAX:
		break;
	}
	return false;
}

/*
 * The agent can send no more from now on.  What it has sent still counts,
 * also after an error: an agent may end before it has read all.
 */
static void
dispatch_receive_rest(struct dispatch *k)
{
	struct ipc_record r;
	int fd;

	(void)shutdown(k->sock, SHUT_RD);
	while (ipc_receive(k->sock, &r, &fd, 1) == 1 && dispatch_apply(k, &r))
		;
	dispatch_release(k);
}

/* There will be no more verdicts. */
static void
dispatch_settle(struct dispatch *k)
{
	struct fault f = { 0 };
	struct delivery *d;
	size_t i;

	if (k->sock != -1)
		dispatch_receive_rest(k);
	for (i = 0; i < k->ndelivery; i++) {
		if ((d = k->delivery[i])->done)
			continue;
		if (k->err != 0)
			(void)fault_errno(&f, ST_BODY, k->err, VD_TEMP,
			    "cannot start the delivery agent");
		else
			(void)fault_set(&f, ST_BODY, FD_NONE, 0,
			    d->sent ? VD_DOUBT : VD_TEMP,
			    "the delivery agent ended too early");
		envelope_settle(d->env, &f);
		d->done = true;
	}
}

void
dispatch_part(struct dispatch *k)
{
	k->cut |= k->sock != -1;
	dispatch_settle(k);
}

static void
dispatch_lose(struct dispatch *k)
{
	k->lost |= k->sock != -1;
	dispatch_settle(k);
}

/* Take in what the agent has sent so far. */
static void
dispatch_receive(struct dispatch *k)
{
	struct ipc_record r;
	int fd, got, n;

	/* Not without end: the caller has a deadline. */
	for (n = 0; n < BATCH && k->sock != -1; n++) {
		if ((got = ipc_receive(k->sock, &r, &fd, 1)) == 0)
			return;
		if (got == -1 || !dispatch_apply(k, &r)) {
			if (fd != -1)
				(void)close(fd);
			dispatch_lose(k);
		}
	}
}

/*
 * Send a record and receive meanwhile: the agent may be sending, too, and
 * would otherwise wait for this process while it waits for the agent.
 */
static void
dispatch_send_record(struct dispatch *k, const struct ipc_record *r, int fd)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };
	int sent;

	while (k->sock != -1) {
		if ((sent = ipc_send(k->sock, r, fd, 1)) == 1)
			return;
		if (sent == -1)
			dispatch_lose(k);
		else if (k->stop != NULL && *k->stop)
			dispatch_part(k);
		if (k->sock == -1)
			return;
		p.fd = k->sock;
		if (poll(&p, 1, INTERVAL) == 1 && p.revents & POLLIN)
			dispatch_receive(k);
	}
}

/* Add recipients from i on, as many as fit; returns the next. */
static uint32_t
dispatch_add_rcpts(struct ipc_words *w, const struct delivery *d, uint32_t i)
{
	while (i < d->nindex && ipc_add_rcpt(w, &d->env->rcpt[d->index[i]]))
		i++;
	return i;
}

static void
dispatch_send_delivery(struct dispatch *k, const struct delivery *d, bool last)
{
	int fd = portable_reopen(d->message.fd);
	struct ipc_record r;
	uint32_t i;

	ipc_begin(&r, IPC_DELIVERY, d->number);
	r.u.delivery.at = d->message.at;
	r.u.delivery.size = (int64_t)d->message.size;
	r.u.delivery.limit = d->limit;
	r.u.delivery.nrcpt = d->nindex;
	r.u.delivery.ret = (uint16_t)d->env->ret;
	r.u.delivery.eightbit = d->env->eightbit;
	r.u.delivery.tries = d->tries;
	r.u.delivery.last = last;
	r.u.delivery.avoid = d->avoid;
	r.u.delivery.works = d->works;
	(void)ipc_add(&r.u.delivery.words, d->account);
	(void)ipc_add(&r.u.delivery.words, d->env->from);
	(void)ipc_add(&r.u.delivery.words, d->env->envid);
	i = dispatch_add_rcpts(&r.u.delivery.words, d, 0);
	dispatch_send_record(k, &r, fd != -1 ? fd : d->message.fd);
	if (fd != -1)
		(void)close(fd);
	while (i < d->nindex) {
		ipc_begin(&r, IPC_RCPT, d->number);
		i = dispatch_add_rcpts(&r.u.rcpt.words, d, i);
		dispatch_send_record(k, &r, -1);
	}
}

void
dispatch_give(struct dispatch *k, struct delivery *d, bool last)
{
	uint32_t i;

	d->number = ++k->numbers;
	d->sent = d->done = false;
	d->accepted[0] = '\0';
	d->learned = d->proven = 0;
	conninfo_clear(&d->conninfo);
	d->index = xreallocarray(NULL, d->env->nrcpt, sizeof(*d->index));
	d->nindex = 0;
	for (i = 0; i < d->env->nrcpt; i++)
		if (!d->env->rcpt[i].done)
			d->index[d->nindex++] = i;
	k->delivery[k->ndelivery++] = d;
	if (k->sock == -1) {
		dispatch_lose(k);
		return;
	}
	dispatch_send_delivery(k, d, last);
}

void
dispatch_end(struct dispatch *k)
{
	struct ipc_record r;

	ipc_begin(&r, IPC_END, 0);
	dispatch_send_record(k, &r, -1);
}

static struct delivery *
dispatch_finished(struct dispatch *k)
{
	struct delivery *d;
	size_t i;

	for (i = 0; i < k->ndelivery; i++) {
		if (!(d = k->delivery[i])->done)
			continue;
		memmove(&k->delivery[i], &k->delivery[i + 1],
		    (k->ndelivery - i - 1) * sizeof(k->delivery[0]));
		k->ndelivery--;
		free(d->index);
		d->index = NULL;
		return d;
	}
	return NULL;
}

/* Wait at most so many ms for a record of one that has messages. */
static void
dispatch_poll(struct dispatch *const *k, size_t n, int ms)
{
	struct pollfd p[CONNECTIONS_MOST];
	size_t i, np = 0;

	for (i = 0; i < n; i++)
		if (k[i]->ndelivery > 0)
			p[np++] = (struct pollfd){ .fd = k[i]->sock,
			    .events = POLLIN };
	if (poll(p, np, ms) == -1 && errno != EINTR)
		for (i = 0; i < n; i++)
			dispatch_lose(k[i]);
}

struct delivery *
dispatch_wait_any(struct dispatch *const *k, size_t n, long long deadline,
    size_t *of)
{
	long long left;
	struct delivery *d;
	bool busy, stop;
	size_t i;

	for (;;) {
		for (busy = stop = false, i = 0; i < n; i++) {
			*of = (*of + 1) % n;
			if (k[*of]->sock == -1)
				dispatch_lose(k[*of]);
			else if (k[*of]->ndelivery > 0)
				dispatch_receive(k[*of]);
			if ((d = dispatch_finished(k[*of])) != NULL)
				return d;
			busy |= k[*of]->ndelivery > 0;
			stop |= k[*of]->stop != NULL && *k[*of]->stop;
		}
		left = deadline == 0 ? INTERVAL : deadline - clock_ms();
		if (!busy || stop || left <= 0)
			return NULL;
		dispatch_poll(k, n, left > INTERVAL ? INTERVAL : (int)left);
	}
}

struct delivery *
dispatch_wait(struct dispatch *k, long long deadline)
{
	size_t of = 0;

	return dispatch_wait_any(&k, 1, deadline, &of);
}
