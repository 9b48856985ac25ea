/*
 * f_socks.c - whatever a proxy answers
 *
 * The first octet chooses the host; the rest is what the proxy sends before
 * it closes the connection.  A connect succeeds only by the replies of
 * RFC 1928, and leaves all octets behind them to the relay.  What is sent
 * to the proxy is right octet by octet.
 */

#include <sys/socket.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "net/socks.h"

#include "fuzz.h"

#define PORT	587

struct asked {
	const char	*host;
	const char	*want;		/* the address in the request */
	size_t		 n;
};

static const struct asked hosts[] = {
	{ "relay.test", "\003\012relay.test", 12 },
	{ "192.0.2.1", "\001\300\000\002\001", 5 },
	{ "::1", "\004\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\001", 17 },
};

/* Octets of the two replies; 0 if they refuse or end early. */
static size_t
replies(const uint8_t *p, size_t n)
{
	size_t all;

	if (n < 7 || p[0] != 5 || p[1] != 0 || p[2] != 5 || p[3] != 0)
		return 0;
	switch (p[5]) {
	case 1:
		all = 6 + 4 + 2;
		break;
	case 3:
		all = 6 + 1 + (size_t)p[6] + 2;
		break;
	case 4:
		all = 6 + 16 + 2;
		break;
	default:
		return 0;
	}
	return all <= n ? all : 0;
}

static void
check_sent(int sock, const struct asked *a, bool greeted)
{
	char got[512], want[512] = "\005\001\000\005\001";
	size_t n = 3;
	ssize_t k;

	if (greeted) {
		memcpy(want + 6, a->want, a->n);
		n = 6 + a->n;
		want[n++] = PORT >> 8;
		want[n++] = PORT & 0xff;
	}
	k = recv(sock, got, sizeof(got), MSG_DONTWAIT);
	CHECK(k == (ssize_t)n && memcmp(got, want, n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static uint8_t rest[4096];
	const struct asked *a;
	struct fault f = { 0 };
	size_t used;
	ssize_t left;
	int s[2];

	if (n < 1 || n > sizeof(rest))
		return 0;
	a = &hosts[p[0] % NITEMS(hosts)];
	p++;
	n--;
	used = replies(p, n);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0, s) == 0);
	CHECK(send(s[1], p, n, MSG_NOSIGNAL) == (ssize_t)n);
	CHECK(shutdown(s[1], SHUT_WR) == 0);
	if (socks_connect(s[0], a->host, PORT, clock_ms() + 60000, &f) == 0) {
		CHECK(used > 0);
		left = recv(s[0], rest, sizeof(rest), 0);
		CHECK(left == (ssize_t)(n - used));
		CHECK(memcmp(rest, p + used, n - used) == 0);
	} else {
		CHECK(used == 0 && f.text[0] != '\0');
		CHECK(f.stage == ST_CONNECT && f.verdict == VD_TEMP);
	}
	check_sent(s[1], a, n >= 2 && p[0] == 5 && p[1] == 0);
	(void)close(s[0]);
	(void)close(s[1]);
	return 0;
}
