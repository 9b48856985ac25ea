/* socks.c - connects through a SOCKS 5 proxy (RFC 1928) */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "net/resolve.h"
#include "net/socks.h"
#include "net/stream.h"

#define VERSION_5	5
#define NO_LOGIN	0
#define CONNECT		1

enum kind { KIND_IPV4 = 1, KIND_NAME = 3, KIND_IPV6 = 4 };

static int
socks_fault(struct fault *f, const char *why)
{
	return fault_set(f, ST_CONNECT, FD_NONE, 0, VD_TEMP, "the proxy %s",
	    why);
}

static int
socks_write(struct stream *w, const unsigned char *p, size_t n,
    long long deadline, struct fault *f)
{
	ssize_t done;

	while (n > 0) {
		if (stream_wait(w, STREAM_WRITE, deadline, f) == -1 ||
		    (done = stream_write(w, p, n, f)) == -1)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* Read exactly n octets: the next ones are from the relay. */
static int
socks_read(struct stream *w, unsigned char *p, size_t n, long long deadline,
    struct fault *f)
{
	ssize_t got;

	while (n > 0) {
		if (stream_wait(w, STREAM_READ, deadline, f) == -1 ||
		    (got = stream_read(w, p, n, f)) == -1)
			return -1;
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

/* Append the address as SOCKS has it; the number of octets. */
static size_t
socks_put_host(unsigned char *out, const char *host)
{
	size_t n = resolve_literal(host, out + 1);

	if (n > 0) {
		out[0] = n == 4 ? KIND_IPV4 : KIND_IPV6;
		return 1 + n;
	}
	n = strlen(host);
	out[0] = KIND_NAME;
	out[1] = (unsigned char)n;
	memcpy(out + 2, host, n);
	return 2 + n;
}

static int
socks_refused(struct fault *f, unsigned code)
{
	static const char *const words[] = {
		[1] = "has a general failure",
		[2] = "does not allow this connection",
		[3] = "cannot reach the network",
		[4] = "cannot reach the host",
		[5] = "says: connection refused",
		[6] = "says: no answer in time",
		[7] = "does not support this command",
		[8] = "does not support this kind of address",
	};

	return socks_fault(f, code < NITEMS(words) ? words[code] :
	    "refuses, with an unknown reason");
}

/* Skip the address and port in the reply. */
static int
socks_skip_bound(struct stream *w, unsigned kind, long long deadline,
    struct fault *f)
{
	unsigned char rest[256 + 2], n;

	switch (kind) {
	case KIND_IPV4:
		return socks_read(w, rest, 4 + 2, deadline, f);
	case KIND_IPV6:
		return socks_read(w, rest, 16 + 2, deadline, f);
	case KIND_NAME:
		return socks_read(w, &n, 1, deadline, f) == -1 ? -1 :
		    socks_read(w, rest, (size_t)n + 2, deadline, f);
	}
	return socks_fault(f, "does not speak SOCKS 5");
}

int
socks_connect(int fd, const char *host, int port, long long deadline,
    struct fault *f)
{
	static const unsigned char hello[] = { VERSION_5, 1, NO_LOGIN };
	unsigned char ask[3 + 2 + 255 + 2] = { VERSION_5, CONNECT, 0 };
	unsigned char reply[4];
	struct stream w;
	size_t n;

	f->stage = ST_CONNECT;
	stream_init(&w, fd);
	if (strlen(host) > 255)
		return socks_fault(f, "takes no name of over 255 octets");
	if (socks_write(&w, hello, sizeof(hello), deadline, f) == -1 ||
	    socks_read(&w, reply, 2, deadline, f) == -1)
		return -1;
	if (reply[0] != VERSION_5)
		return socks_fault(f, "does not speak SOCKS 5");
	if (reply[1] != NO_LOGIN)
		return socks_fault(f, "wants a login");
	n = 3 + socks_put_host(ask + 3, host);
	ask[n++] = (unsigned char)(port >> 8);
	ask[n++] = (unsigned char)(port & 0xff);
	if (socks_write(&w, ask, n, deadline, f) == -1 ||
	    socks_read(&w, reply, sizeof(reply), deadline, f) == -1)
		return -1;
	if (reply[0] != VERSION_5)
		return socks_fault(f, "does not speak SOCKS 5");
	if (reply[1] != 0)
		return socks_refused(f, reply[1]);
	return socks_skip_bound(&w, reply[3], deadline, f);
}
