/* stream.c - one connection: a socket with or without TLS, and deadlines */

#include <sys/socket.h>

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "net/connect.h"
#include "net/stream.h"

#define HOUR	3600000LL	/* the longest single poll(2), ms */

void
stream_init(struct stream *w, int fd)
{
	*w = (struct stream){ .fd = fd, .watch = -1, .deadline = -1,
	    .since = -1 };
}

void
stream_close(struct stream *w)
{
	if (w->tls != NULL) {
		tls_bye(w->tls);
		tls_free(w->tls);
		w->tls = NULL;
	}
	if (w->fd != -1)
		(void)close(w->fd);
	w->fd = -1;
}

long long
stream_round_trip(const struct stream *w)
{
	return w->fd != -1 ? portable_round_trip(w->fd) : -1;
}

static bool
stream_unsent(const struct stream *w)
{
	return w->tls != NULL && tls_unsent(w->tls);
}

/*
 * Poll for these events and those that TLS needs.  Returns 1 and the events
 * that came, 0 after a signal or by wake, -1 with a fault; late names the
 * missing event in the fault of a timeout.
 */
static int
stream_wait_for(struct stream *w, short events, short *came, long long deadline,
    const char *late, struct fault *f)
{
	struct pollfd p[] = { { .fd = w->fd, .events = events },
	    { .fd = w->watch, .events = w->wake ? POLLIN : 0 } };
	long long now = clock_ms(), left;
	int n;

	if (w->deadline != deadline) {
		w->deadline = deadline;
		w->since = now < deadline ? now : deadline;
	}
	if (stream_unsent(w))
		p[0].events |= POLLOUT;
	do {
		if ((left = deadline - now) <= 0)
			return connect_late(f, late, deadline - w->since);
		n = poll(p, 2, (int)(left < HOUR ? left : HOUR));
		now = clock_ms();
	} while (n == 0);
	if (n == -1 && errno == EINTR)
		return 0;
	if (n == -1 || (p[0].revents & POLLNVAL))
		return connect_lost(f, n == -1 ? errno : EBADF);
	if (p[1].revents & POLLHUP)
		return connect_lost(f, ECANCELED);
	*came = p[0].revents;
	if (*came != 0)
		return 1;
	w->wake = false;
	return 0;
}

/*
 * A relay that sends each reply of a flight by itself may wait for the
 * acknowledgement of the first (RFC 896), which the kernel would delay
 * (RFC 1122 4.2.3.2).  The kernel forgets this wish, so it comes each time.
 */
static void
stream_hurry(const struct stream *w)
{
	portable_acknowledge(w->fd);
}

int
stream_wait(struct stream *w, int want, long long deadline, struct fault *f)
{
	const char *late = want & STREAM_READ ? "no answer" :
	    "the relay took nothing";
	short events = 0, came;
	int r, got = 0;

	assert(want != 0);
	if ((want & STREAM_READ) && w->tls != NULL && tls_pending(w->tls))
		return STREAM_READ;
	if (want & STREAM_READ)
		events |= POLLIN;
	if (want == STREAM_READ)
		stream_hurry(w);
	if (want & STREAM_WRITE)
		events |= POLLOUT;
	while (got == 0) {
		r = stream_wait_for(w, events, &came, deadline, late, f);
		if (r != 1)
			return r;
		if (came & (POLLIN | POLLHUP | POLLERR))
			got |= want & STREAM_READ;
		/* If sending fails, a last reply may still be read. */
		if (stream_unsent(w) && tls_flush(w->tls, f) == -1)
			return want & STREAM_READ ? STREAM_READ : -1;
		if ((came & (POLLOUT | POLLHUP | POLLERR)) && !stream_unsent(w))
			got |= want & STREAM_WRITE;
	}
	return got;
}

int
stream_tls(struct stream *w, const struct tls_opts *o, long long deadline,
    struct fault *f)
{
	short came;
	int r = -1;

	assert(w->tls == NULL);
	f->stage = ST_TLS;
	if ((w->tls = tls_new(w->fd, o, f)) == NULL)
		goto out;
	while ((r = tls_handshake(w->tls, f)) == 0)
		if ((r = stream_wait_for(w, POLLIN, &came, deadline,
		    "the TLS handshake was not done", f)) == -1)
			break;
out:
	if (r == -1)
		stream_close(w);
	return r == -1 ? -1 : 0;
}

/*
 * A ClientHello without a handshake after it: any TLS server answers it, at
 * least with an alert.
 */
static const unsigned char hello[] = {
	22, 3, 1, 0, 51,		/* a record with a handshake */
	1, 0, 0, 47, 3, 3,		/* ClientHello of TLS 1.2 */
	'd', 'o', 'e', 's', ' ', 't', 'h', 'i', 's', ' ', 'p', 'o', 'r', 't',
	' ', 's', 'p', 'e', 'a', 'k', ' ', 'T', 'L', 'S', ' ', 'f', 'i', 'r',
	's', 't', '?', ' ',		/* 32 octets that would be random */
	0,				/* no session */
	0, 8, 0xc0, 0x2b, 0xc0, 0x2f, 0x13, 1, 0, 0x9c,	/* ciphers */
	1, 0				/* no compression */
};

bool
stream_speaks_tls(struct stream *w, long long deadline)
{
	unsigned char first[3];
	struct fault f = { 0 };
	size_t n = 0;
	ssize_t got = stream_write(w, hello, sizeof(hello), &f);

	while (got >= 0 && n < sizeof(first) &&
	    stream_wait(w, STREAM_READ, deadline, &f) > 0 &&
	    (got = stream_read(w, first + n, sizeof(first) - n, &f)) > 0)
		n += (size_t)got;
	return n == sizeof(first) && (first[0] == 21 || first[0] == 22) &&
	    first[1] == 3 && first[2] <= 4;
}

ssize_t
stream_read(struct stream *w, void *p, size_t n, struct fault *f)
{
	ssize_t got;

	if (w->tls != NULL)
		return tls_read(w->tls, p, n, f);
	if ((got = recv(w->fd, p, n, MSG_DONTWAIT)) > 0)
		return got;
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return connect_lost(f, got == 0 ? 0 : errno);
}

ssize_t
stream_write(struct stream *w, const void *p, size_t n, struct fault *f)
{
	ssize_t took;

	if (w->tls != NULL)
		return tls_write(w->tls, p, n, f);
	if ((took = send(w->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL)) >= 0)
		return took;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	return connect_lost(f, errno);
}
