/* dispatch.c - gives messages to an agent, records what came of them */

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/dispatch.h"
#include "agent/ipc.h"
#include "base/util.h"

#define GLANCE	1000	/* ms between two looks at the stop flag */
#define MOUTHFUL 64	/* records between two looks at the clock */

void
dispatch_init(struct dispatch *k, int sock)
{
	*k = (struct dispatch){ .sock = sock };
}

void
dispatch_release(struct dispatch *k)
{
	if (k->sock != -1)
		(void)close(k->sock);
	k->sock = -1;
}

static void
settle(struct item *it, const struct fault *f)
{
	size_t i;

	for (i = 0; i < it->env->nrcpt; i++)
		if (!it->env->rcpt[i].done)
			rcpt_settle(&it->env->rcpt[i], f);
	it->done = true;
}

static struct item *
find(struct dispatch *k, uint32_t number)
{
	size_t i;

	for (i = 0; i < k->nitems; i++)
		if (k->item[i]->number == number)
			return k->item[i];
	return NULL;
}

/* The same happened to some in a row. */
static bool
refused(struct item *it, uint32_t first, uint32_t n, const struct fault *f)
{
	uint32_t i;

	if (first >= it->nindex || n > it->nindex - first)
		return false;
	for (i = first; i < first + n; i++)
		rcpt_settle(&it->env->rcpt[it->index[i]], f);
	return true;
}

/* All others were accepted: as many as the agent believes. */
static bool
accepted(struct item *it, uint32_t taken)
{
	uint32_t i, n = 0;

	for (i = 0; i < it->nindex; i++)
		n += !it->env->rcpt[it->index[i]].done;
	if (n != taken)
		return false;
	settle(it, NULL);
	return true;
}

/* One record from the agent; false if it is not one it may send. */
static bool
heed(struct dispatch *k, const struct ipc_record *r)
{
	struct item *it = find(k, r->job);

	if (it == NULL || it->done)
		return false;
	switch ((enum ipc_kind)r->kind) {
	case IPC_SENT:
		it->sent = true;
		return true;
	case IPC_FAULT:
		return refused(it, r->u.fault.first, r->u.fault.n,
		    &r->u.fault.fault);
	case IPC_DONE:
		(void)strlcpy(it->accepted, r->u.done.accepted,
		    sizeof(it->accepted));
		it->conninfo = r->u.done.conninfo;
		return accepted(it, r->u.done.taken);
	case IPC_JOB:
	case IPC_RCPT:
	case IPC_END:
	case IPC__MAX:
		break;
	}
	return false;
}

/*
 * The agent may say nothing more.  What it has said still counts, also
 * where an error came before it: that it left without reading all.
 */
static void
last_words(struct dispatch *k)
{
	struct ipc_record r;
	int fd;

	(void)shutdown(k->sock, SHUT_RD);
	while (ipc_receive(k->sock, &r, &fd, 1) == 1 && heed(k, &r))
		;
	dispatch_release(k);
}

void
dispatch_part(struct dispatch *k)
{
	struct fault f = { 0 };
	size_t i;

	if (k->sock != -1)
		last_words(k);
	for (i = 0; i < k->nitems; i++) {
		if (k->item[i]->done)
			continue;
		(void)fault_set(&f, ST_BODY, FD_NONE, 0,
		    k->item[i]->sent ? VD_DOUBT : VD_TEMP,
		    "the process that held the connection ended");
		settle(k->item[i], &f);
	}
}

/* Take what the agent has said so far. */
static void
hear(struct dispatch *k)
{
	struct ipc_record r;
	int fd, got, n;

	/* Only so many: whoever waits looks at the clock, too. */
	for (n = 0; n < MOUTHFUL && k->sock != -1; n++) {
		if ((got = ipc_receive(k->sock, &r, &fd, 1)) == 0)
			return;
		if (got == -1 || !heed(k, &r)) {
			if (fd != -1)
				(void)close(fd);
			dispatch_part(k);
		}
	}
}

/*
 * Say one thing, and listen meanwhile: the agent may be saying something
 * itself and would wait for us as we for it.
 */
static void
say(struct dispatch *k, const struct ipc_record *r, int fd)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };
	int sent;

	while (k->sock != -1) {
		if ((sent = ipc_send(k->sock, r, fd, 1)) == 1)
			return;
		if (sent == -1 || (k->stop != NULL && *k->stop)) {
			dispatch_part(k);
			return;
		}
		p.fd = k->sock;
		if (poll(&p, 1, GLANCE) == 1 && p.revents & POLLIN)
			hear(k);
	}
}

/* The recipients from i on that there is room for; where it ends. */
static uint32_t
add_rcpts(struct ipc_words *w, const struct item *it, uint32_t i)
{
	while (i < it->nindex &&
	    ipc_add_rcpt(w, &it->env->rcpt[it->index[i]]))
		i++;
	return i;
}

static void
say_job(struct dispatch *k, const struct item *it, bool last)
{
	struct ipc_record r;
	uint32_t i;

	ipc_begin(&r, IPC_JOB, it->number);
	r.u.job.at = it->at;
	r.u.job.size = (int64_t)it->size;
	r.u.job.nrcpt = it->nindex;
	r.u.job.ret = it->env->ret;
	r.u.job.eightbit = it->env->eightbit;
	r.u.job.last = last;
	(void)ipc_add(&r.u.job.words, it->account);
	(void)ipc_add(&r.u.job.words, it->env->from);
	(void)ipc_add(&r.u.job.words, it->env->envid);
	i = add_rcpts(&r.u.job.words, it, 0);
	say(k, &r, it->fd);
	while (i < it->nindex) {
		ipc_begin(&r, IPC_RCPT, it->number);
		i = add_rcpts(&r.u.rcpt.words, it, i);
		say(k, &r, -1);
	}
}

void
dispatch_give(struct dispatch *k, struct item *it, bool last)
{
	uint32_t i;

	it->number = ++k->numbers;
	it->sent = it->done = false;
	it->accepted[0] = '\0';
	conninfo_clear(&it->conninfo);
	it->index = xreallocarray(NULL, it->env->nrcpt, sizeof(*it->index));
	it->nindex = 0;
	for (i = 0; i < it->env->nrcpt; i++)
		if (!it->env->rcpt[i].done)
			it->index[it->nindex++] = i;
	k->item[k->nitems++] = it;
	if (k->sock == -1) {
		dispatch_part(k);
		return;
	}
	say_job(k, it, last);
}

void
dispatch_end(struct dispatch *k)
{
	struct ipc_record r;

	ipc_begin(&r, IPC_END, 0);
	say(k, &r, -1);
}

static struct item *
finished(struct dispatch *k)
{
	struct item *it;
	size_t i;

	for (i = 0; i < k->nitems; i++) {
		if (!(it = k->item[i])->done)
			continue;
		memmove(&k->item[i], &k->item[i + 1],
		    (k->nitems - i - 1) * sizeof(k->item[0]));
		k->nitems--;
		free(it->index);
		it->index = NULL;
		return it;
	}
	return NULL;
}

struct item *
dispatch_wait(struct dispatch *k, long long deadline)
{
	struct pollfd p = { .events = POLLIN };
	long long left;
	struct item *it;

	if ((it = finished(k)) != NULL)
		return it;	/* heard of with another */
	for (;;) {
		hear(k);
		if (k->sock == -1)
			dispatch_part(k);
		if ((it = finished(k)) != NULL || k->nitems == 0)
			return it;
		if (k->stop != NULL && *k->stop)
			return NULL;
		left = deadline == 0 ? GLANCE : deadline - clock_ms();
		if (left <= 0)
			return NULL;
		p.fd = k->sock;
		if (poll(&p, 1, left > GLANCE ? GLANCE : (int)left) == -1 &&
		    errno != EINTR)
			dispatch_part(k);
	}
}
