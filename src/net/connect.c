/* connect.c - connects to the first of several addresses that answers */

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/util.h"
#include "net/connect.h"

#define HEAD_START	250	/* ms; RFC 8305, section 8 */

struct race {
	const struct addresses	*a;
	const struct connect_by	*by;		/* or NULL */
	struct pollfd		 p[RESOLVE_MAX];	/* -1: not running */
	size_t			 started, running;
	long long		 next;		/* when the next may start */
	long long		 time;		/* for all of them, ms */
	int			 err;		/* of the last that failed */
	unsigned		 failed;	/* bit i: address i */
	struct buf		 words;
};

static void
connect_failed(struct race *r, size_t i, int err, const char *why)
{
	char text[RESOLVE_ADDRESS_TEXT];

	resolve_address_text(&r->a->v[i], text, sizeof(text));
	buf_addf(&r->words, "%s%s: %s", r->words.len > 0 ? "; " : "", text,
	    why);
	r->err = err;
	r->failed |= 1u << i;
	if (r->p[i].fd != -1) {
		(void)close(r->p[i].fd);
		r->p[i].fd = -1;
		r->running--;
	}
	r->next = clock_ms();
}

static void
connect_lost_source(struct race *r, size_t i, int err)
{
	char text[RESOLVE_ADDRESS_TEXT], why[RESOLVE_ADDRESS_TEXT + 80];

	resolve_address_text(&r->a->source, text, sizeof(text));
	text[strcspn(text, " ")] = '\0';
	(void)snprintf(why, sizeof(why), "%s cannot be the source address: %s",
	    text, strerror(err));
	connect_failed(r, i, err, why);
}

void
connect_begin(const struct address *to, const struct address *source,
    struct begun *b)
{
	int on = 1;

	*b = (struct begun){ .fd = socket(to->sa.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) };
	if (b->fd != -1 && to->sa.ss_family != AF_UNIX)
		(void)setsockopt(b->fd, IPPROTO_TCP, TCP_NODELAY, &on,
		    sizeof(on));
	b->source = b->fd != -1 && source->len > 0 && bind(b->fd,
	    (const struct sockaddr *)&source->sa, source->len) == -1;
	if (b->fd != -1 && !b->source && (connect(b->fd,
	    (const struct sockaddr *)&to->sa, to->len) == 0 ||
	    errno == EINPROGRESS || errno == EINTR))
		return;
	b->err = errno;
	if (b->fd != -1)
		(void)close(b->fd);
	b->fd = -1;
}

static void
connect_start(struct race *r)
{
	size_t i = r->started++;
	const struct address *to = &r->a->v[i];
	struct begun b;

	r->next = clock_ms() + HEAD_START;
	if (r->by != NULL)
		r->by->begin(r->by->ctx, to, &b);
	else
		connect_begin(to, &r->a->source, &b);
	r->p[i] = (struct pollfd){ .fd = b.fd, .events = POLLOUT };
	if (b.fd != -1)
		r->running++;
	else if (b.source)
		connect_lost_source(r, i, b.err);
	else
		connect_failed(r, i, b.err, strerror(b.err));
}

/* Wait for an event; returns the index of a connected socket, or -1. */
static int
connect_watch(struct race *r, long long deadline)
{
	long long until = deadline, now = clock_ms();
	socklen_t len;
	size_t i;
	int err;

	if (r->started < r->a->n && r->next < until)
		until = r->next;
	if (until < now)
		until = now;
	if (until - now > 60000)
		until = now + 60000;
	if (poll(r->p, (nfds_t)r->started, (int)(until - now)) <= 0)
		return -1;
	for (i = 0; i < r->started; i++) {
		if (r->p[i].fd == -1 || r->p[i].revents == 0)
			continue;
		len = sizeof(err);
		if (getsockopt(r->p[i].fd, SOL_SOCKET, SO_ERROR, &err,
		    &len) == -1)
			err = errno;
		if (err == 0)
			return (int)i;
		connect_failed(r, i, err, strerror(err));
	}
	return -1;
}

static int
connect_run(struct race *r, long long deadline)
{
	int won;

	while (clock_ms() < deadline) {
		if (r->started < r->a->n &&
		    (r->running == 0 || clock_ms() >= r->next))
			connect_start(r);
		else if (r->running == 0)
			return -1;
		else if ((won = connect_watch(r, deadline)) != -1)
			return won;
	}
	return -1;
}

/* "0.3", "30": seconds for people. */
static double
connect_seconds(long long ms)
{
	return (double)((ms + 50) / 100) / 10;
}

static int
connect_all_failed(struct race *r, struct fault *f)
{
	char why[64];
	size_t i;

	(void)snprintf(why, sizeof(why), "no answer within %g seconds",
	    connect_seconds(r->time));
	for (i = 0; i < r->started; i++)
		if (r->p[i].fd != -1)
			connect_failed(r, i, ETIMEDOUT, why);
	if (r->started == 0) {
		r->err = ETIMEDOUT;
		buf_adds(&r->words, "there was no time left to try");
	}
	return fault_set(f, ST_CONNECT, FD_ERRNO, r->err, VD_TEMP, "%s",
	    buf_text(&r->words));
}

static void
connect_finish(const struct race *r, size_t i, struct connection *c)
{
	c->fd = r->p[i].fd;
	c->peer = r->a->v[i];
	resolve_address_text(&c->peer, c->text, sizeof(c->text));
	c->failed = r->failed;
	(void)strlcpy(c->why, buf_text(&r->words), sizeof(c->why));
	memset(&c->local, 0, sizeof(c->local));
	c->local.len = sizeof(c->local.sa);
	if (getsockname(c->fd, (struct sockaddr *)&c->local.sa,
	    &c->local.len) == -1)
		c->local.len = 0;
}

int
connect_tcp(const struct addresses *a, const struct connect_by *by,
    long long deadline, struct connection *c, struct fault *f)
{
	struct race r = { .a = a, .by = by, .time = deadline - clock_ms(),
	    .words = { .max = FAULT_TEXT } };
	int winner, result = 0;
	size_t i;

	if ((winner = connect_run(&r, deadline)) != -1)
		connect_finish(&r, (size_t)winner, c);
	else
		result = connect_all_failed(&r, f);
	for (i = 0; i < r.started; i++)
		if (r.p[i].fd != -1 && (int)i != winner)
			(void)close(r.p[i].fd);
	buf_release(&r.words);
	return result;
}

bool
connect_unix_address(const char *path, struct address *a)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	*a = (struct address){ .len = sizeof(un) };
	if (strlcpy(un.sun_path, path, sizeof(un.sun_path)) >=
	    sizeof(un.sun_path))
		return false;
	memcpy(&a->sa, &un, sizeof(un));
	return true;
}

int
connect_unix(const char *path, const struct connect_by *by,
    struct connection *c, struct fault *f)
{
	static const struct address no_source;
	struct address to;
	struct begun b;

	*c = (struct connection){ .fd = -1 };
	if (!connect_unix_address(path, &to))
		return fault_errno(f, ST_CONNECT, ENAMETOOLONG, VD_TEMP, "%s",
		    path);
	(void)strlcpy(c->text, path, sizeof(c->text));
	if (by != NULL)
		by->begin(by->ctx, &to, &b);
	else
		connect_begin(&to, &no_source, &b);
	if ((c->fd = b.fd) != -1)
		return 0;
	return fault_set(f, ST_CONNECT, FD_ERRNO, b.err, VD_TEMP, "%s",
	    strerror(b.err));
}

void
connect_literal(const struct address *a, char *out, size_t size)
{
	char ip[INET6_ADDRSTRLEN];
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	out[0] = '\0';
	if (a->sa.ss_family == AF_INET) {
		memcpy(&in, &a->sa, sizeof(in));
		if (inet_ntop(AF_INET, &in.sin_addr, ip, sizeof(ip)) != NULL)
			(void)snprintf(out, size, "[%s]", ip);
	} else if (a->sa.ss_family == AF_INET6) {
		memcpy(&in6, &a->sa, sizeof(in6));
		if (inet_ntop(AF_INET6, &in6.sin6_addr, ip, sizeof(ip)) !=
		    NULL)
			(void)snprintf(out, size, "[IPv6:%s]", ip);
	}
}

int
connect_lost(struct fault *f, int err)
{
	return fault_set(f, f->stage, FD_LINK, err, VD_TEMP, "%s", err == 0 ?
	    "connection closed by the relay" : strerror(err));
}

int
connect_late(struct fault *f, const char *what, long long ms)
{
	return fault_set(f, f->stage, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	    "%s within %g seconds", what, connect_seconds(ms));
}
