/* t_net_connect.c - names to addresses, and the race between addresses */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "net/connect.h"
#include "tap.h"

/*
 * The resolver answers for names that end in ".fake": "E-2.fake" fails with
 * that code, "646.fake" has addresses of these families.  All else is asked
 * of the real one.
 */
static struct addrinfo fake[32];
static struct sockaddr_storage fake_sa[32];
static int flags_seen;

int
getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **out)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	const char *dot = strstr(host, ".fake");
	size_t i, n;

	flags_seen = hints->ai_flags;
	if (dot == NULL) {
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
		return real(host, service, hints, out);
	}
	if (host[0] == 'E')
		return (int)strtol(host + 1, NULL, 10);
	n = (size_t)(dot - host);
	memset(fake, 0, sizeof(fake));
	memset(fake_sa, 0, sizeof(fake_sa));
	for (i = 0; i < n; i++) {
		fake[i].ai_addr = (struct sockaddr *)&fake_sa[i];
		fake[i].ai_next = i + 1 < n ? &fake[i + 1] : NULL;
		fake[i].ai_family = host[i] == '6' ? AF_INET6 : AF_INET;
		in6.sin6_addr.s6_addr[15] = (unsigned char)(i + 1);
		in.sin_addr.s_addr = htonl(host[i] == 'd' ? 99 :
		    (unsigned)i + 1);
		fake[i].ai_addrlen = host[i] == '6' ? sizeof(in6) : sizeof(in);
		memcpy(&fake_sa[i], host[i] == '6' ? (void *)&in6 :
		    (void *)&in, fake[i].ai_addrlen);
	}
	*out = fake;
	return 0;
}

void
freeaddrinfo(struct addrinfo *list)
{
	void (*real)(struct addrinfo *);

	if (list == fake)
		return;
	*(void **)&real = dlsym(RTLD_NEXT, "freeaddrinfo");
	real(list);
}

static void
t_resolve(void)
{
	static const struct {
		const char	*host;
		int		 family;
		const char	*want;	/* NULL: a fault */
	} tests[] = {
		{ "127.0.0.1", AF_UNSPEC, "127.0.0.1 port 25" },
		{ "[127.0.0.1]", AF_UNSPEC, "127.0.0.1 port 25" },
		{ "::1", AF_UNSPEC, "::1 port 25" },
		{ "[::1]", AF_UNSPEC, "::1 port 25" },
		{ "[::1]", AF_INET6, "::1 port 25" },
		{ "localhost", AF_INET, "127.0.0.1 port 25" },
		{ "127.0.0.1", AF_INET6, NULL },
		{ "::1", AF_INET, NULL },
		{ "", AF_UNSPEC, NULL },
		{ "[]", AF_UNSPEC, NULL },
	};
	char text[RESOLVE_ADDRESS_TEXT], big[300];
	struct addresses a;
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(tests); i++) {
		fault_clear(&f);
		if (resolve_host(tests[i].host, 25, tests[i].family, &a, &f) ==
		    -1)
			is(NULL, tests[i].want, "%s: %s", tests[i].host,
			    f.text);
		else {
			resolve_address_text(&a.v[0], text, sizeof(text));
			is(text, tests[i].want, "%s", tests[i].host);
		}
		if (tests[i].want == NULL)
			ok(f.stage == ST_RESOLVE && f.domain == FD_GAI &&
			    f.verdict == VD_PERM, "... for good");
	}
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	is_int(resolve_host(big, 25, AF_UNSPEC, &a, &f), -1, "a name too long");
	is(f.text, "no such host name", "... says so");
}

static void
t_faults(void)
{
	static const struct {
		int		 e;
		enum verdict	 verdict;
		enum domain	 domain;
		const char	*text;
	} tests[] = {
		{ EAI_NONAME, VD_PERM, FD_GAI, "no such host name" },
		{ EAI_NODATA, VD_PERM, FD_GAI, "no such host name" },
		{ EAI_ADDRFAMILY, VD_PERM, FD_GAI, NULL },
		{ EAI_AGAIN, VD_TEMP, FD_GAI,
		    "Temporary failure in name resolution" },
		{ EAI_FAIL, VD_TEMP, FD_GAI, NULL },
		{ EAI_MEMORY, VD_TEMP, FD_GAI, NULL },
		{ EAI_SYSTEM, VD_TEMP, FD_ERRNO, NULL },
	};
	char host[32];
	struct addresses a;
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(tests); i++) {
		fault_clear(&f);
		(void)snprintf(host, sizeof(host), "E%d.fake", tests[i].e);
		errno = EIO;
		is_int(resolve_host(host, 25, AF_UNSPEC, &a, &f), -1,
		    "%s fails", gai_strerror(tests[i].e));
		ok(f.verdict == tests[i].verdict &&
		    f.domain == tests[i].domain && f.stage == ST_RESOLVE &&
		    f.code == (f.domain == FD_ERRNO ? EIO : tests[i].e),
		    "... verdict, domain, stage, code");
		if (tests[i].text != NULL)
			is(f.text, tests[i].text, "... words");
	}
}

static void
t_order(void)
{
	static const struct {
		const char	*host;	/* families as the system sorts them */
		const char	*want;	/* family and which one it was */
	} tests[] = {
		{ "4", "4a" },
		{ "664", "6a4c6b" },
		{ "466", "4a6b6c" },
		{ "666444", "6a4d6b4e6c4f" },
		{ "4444", "4a4b4c4d" },
		{ "d4dd6", "4-6e4b" },
		{ "66666666666666666666", "6a6b6c6d6e6f6g6h6i6j6k6l6m6n6o6p" },
		{ "44444444444444444446",
		    "4a6t4b4c4d4e4f4g4h4i4j4k4l4m4n4o" },
		{ "666666666644444444444",
		    "6a4k6b4l6c4m6d4n6e4o6f4p6g4q6h4r" },
	};
	struct addresses a;
	struct fault f;
	char host[40], got[64];
	const unsigned char *last;
	size_t i, k;

	for (i = 0; i < NITEMS(tests); i++) {
		(void)snprintf(host, sizeof(host), "%s.fake", tests[i].host);
		is_int(
		    resolve_host(host, 25, AF_UNSPEC, &a, &f), 0, "%s", host);
		for (k = 0; k < a.n && 2 * k + 2 < sizeof(got); k++) {
			last = a.v[k].sa.ss_family == AF_INET6 ?
			    (const unsigned char *)&a.v[k].sa + 23 :
			    (const unsigned char *)&a.v[k].sa + 7;
			got[2 * k] = a.v[k].sa.ss_family == AF_INET6 ?
			    '6' : '4';
			got[2 * k + 1] = *last == 99 ? '-' :
			    (char)('a' + *last - 1);
		}
		got[2 * k] = '\0';
		is(got, tests[i].want, "... in turn, each once");
	}
	ok(flags_seen & AI_ADDRCONFIG, "only usable families for a name");
	(void)resolve_host("localhost", 25, AF_INET, &a, &f);
	ok(!(flags_seen & AI_ADDRCONFIG), "... but any for localhost");
	(void)resolve_host("a.LOCALHOST.", 25, AF_INET, &a, &f);
	ok(!(flags_seen & AI_ADDRCONFIG), "... and what is under it");
	(void)resolve_host("::1", 25, AF_UNSPEC, &a, &f);
	ok(!(flags_seen & AI_ADDRCONFIG), "... and for an address");
}

static void
t_literal(void)
{
	static const struct {
		const char	*host;
		size_t		 want;
	} tests[] = {
		{ "127.0.0.1", 4 }, { "[127.0.0.1]", 4 }, { "::1", 16 },
		{ "[::1]", 16 }, { "fe80::1%eth0", 16 }, { "127.1", 0 },
		{ "relay.example.org", 0 }, { "", 0 }, { "[", 0 },
		{ "1.2.3.4.", 0 },
	};
	unsigned char ip[16];
	size_t i;

	for (i = 0; i < NITEMS(tests); i++)
		is_int((long long)resolve_literal(tests[i].host, ip),
		    (long long)tests[i].want, "literal %s", tests[i].host);
}

/* Sockets */

static void
add(struct addresses *a, const char *ip, unsigned port)
{
	struct addresses one;
	struct fault f;

	if (resolve_host(ip, port, AF_UNSPEC, &one, &f) == -1)
		abort();
	a->v[a->n++] = one.v[0];
}

/* Bind to a port of ip; with listen if backlog is not -1. */
static int
bound(const char *ip, int backlog, unsigned *port)
{
	struct addresses a = { .n = 0 };
	struct sockaddr_in in;
	socklen_t n;
	int fd;

	add(&a, ip, 0);
	n = a.v[0].len;
	fd = socket(a.v[0].sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&a.v[0].sa, n) == -1 ||
	    (backlog != -1 && listen(fd, backlog) == -1) ||
	    getsockname(fd, (struct sockaddr *)&a.v[0].sa, &n) == -1) {
		*port = 0;
		return -1;
	}
	/* The port is in the same place for both families. */
	memcpy(&in, &a.v[0].sa, sizeof(in));
	*port = ntohs(in.sin_port);
	return fd;
}

#define FILLERS	8

/* A port that neither answers nor refuses: its backlog is full. */
static int
blackhole(const char *ip, unsigned *port, int *filler)
{
	struct addresses a = { .n = 0 };
	int fd = bound(ip, 0, port), i;

	add(&a, ip, *port);
	for (i = 0; i < FILLERS; i++) {
		filler[i] = socket(AF_INET,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(filler[i], (struct sockaddr *)&a.v[0].sa,
		    a.v[0].len);
	}
	return fd;
}

static int
open_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
t_connected(void)
{
	struct addresses a = { .n = 0 };
	struct connection c;
	struct fault f;
	unsigned port;
	int s = bound("127.0.0.1", 5, &port), on = 0;
	socklen_t n = sizeof(on);
	char want[RESOLVE_ADDRESS_TEXT], literal[64];

	add(&a, "127.0.0.1", port);
	if (!ok(connect_tcp(&a, NULL, clock_ms() + 2000, &c, &f) == 0,
	    "connects"))
		return;
	(void)snprintf(want, sizeof(want), "127.0.0.1 port %u", port);
	is(c.text, want, "names the peer");
	connect_literal(&c.local, literal, sizeof(literal));
	is(literal, "[127.0.0.1]", "the literal of our end");
	ok(c.failed == 0 && c.why[0] == '\0', "no other address failed");
	ok(fcntl(c.fd, F_GETFL) & O_NONBLOCK, "does not block");
	ok(fcntl(c.fd, F_GETFD) & FD_CLOEXEC, "is not inherited");
	(void)getsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, &n);
	ok(on, "does not wait with small writes");
	(void)close(c.fd);
	(void)close(s);

	a.n = 0;
	if ((s = bound("::1", 5, &port)) == -1) {
		ok(true, "IPv6 # SKIP there is none here");
		return;
	}
	add(&a, "::1", port);
	is_int(connect_tcp(&a, NULL, clock_ms() + 2000, &c, &f), 0, "IPv6");
	connect_literal(&c.local, literal, sizeof(literal));
	is(literal, "[IPv6:::1]", "the literal of our end");
	(void)close(c.fd);
	(void)close(s);
}

static void
t_refused(void)
{
	struct addresses a = { .n = 0 };
	struct connection c;
	struct fault f;
	unsigned dead1, dead2, good;
	/* Bound but not listening: nobody else can come to listen there. */
	int d1 = bound("127.0.0.1", -1, &dead1);
	int d2 = bound("127.0.0.2", -1, &dead2);
	int s = bound("127.0.0.1", 5, &good);
	long long t;
	char want[256];

	add(&a, "127.0.0.1", dead1);
	add(&a, "127.0.0.2", dead2);
	is_int(connect_tcp(&a, NULL, clock_ms() + 2000, &c, &f), -1,
	    "all refuse");
	(void)snprintf(want, sizeof(want), "127.0.0.1 port %u: Connection "
	    "refused; 127.0.0.2 port %u: Connection refused", dead1, dead2);
	is(f.text, want, "each is named");
	ok(f.stage == ST_CONNECT && f.domain == FD_ERRNO &&
	    f.code == ECONNREFUSED && f.verdict == VD_TEMP,
	    "stage, domain, code, verdict");
	add(&a, "127.0.0.1", good);
	t = clock_ms();
	is_int(connect_tcp(&a, NULL, t + 2000, &c, &f), 0, "the third answers");
	ok(clock_ms() - t < 240, "and was not kept waiting");
	is(c.why, want, "both that failed are named");
	is_int(c.failed, 3, "and marked");
	(void)close(c.fd);
	(void)close(s);
	(void)close(d1);
	(void)close(d2);
}

static void
t_blackhole(void)
{
	struct addresses a = { .n = 0 };
	struct connection c;
	struct fault f;
	unsigned hole, good, dead;
	int filler[FILLERS], i, before, d = bound("127.0.0.1", -1, &dead);
	int h = blackhole("127.0.0.3", &hole, filler);
	int s = bound("127.0.0.1", 5, &good);
	long long t;
	char want[256];

	add(&a, "127.0.0.3", hole);
	before = open_fds();
	t = clock_ms();
	is_int(connect_tcp(&a, NULL, t + 300, &c, &f), -1, "a silent address");
	t = clock_ms() - t;
	ok(t >= 300 && t < 1500, "ends at the deadline (%lld ms)", t);
	(void)snprintf(want, sizeof(want),
	    "127.0.0.3 port %u: no answer within 0.3 seconds", hole);
	is(f.text, want, "is named");
	ok(f.code == ETIMEDOUT && f.verdict == VD_TEMP, "code, verdict");
	is_int(open_fds(), before, "nothing stays open");

	add(&a, "127.0.0.1", good);
	t = clock_ms();
	is_int(connect_tcp(&a, NULL, t + 5000, &c, &f), 0,
	    "the next one answers");
	t = clock_ms() - t;
	ok(t >= 250 && t < 1500, "after the head start (%lld ms)", t);
	is_int(open_fds(), before + 1, "only the winner stays open");
	(void)close(c.fd);

	a.n = 1;
	add(&a, "127.0.0.1", dead);
	add(&a, "127.0.0.1", good);
	t = clock_ms();
	is_int(connect_tcp(&a, NULL, t + 5000, &c, &f), 0,
	    "one silent, one refuses, one answers");
	t = clock_ms() - t;
	ok(t >= 250 && t < 490, "a failure starts the next (%lld ms)", t);
	is_int(c.failed, 2, "only the one that refused has failed");
	(void)close(c.fd);

	a.n = 2;
	is_int(connect_tcp(&a, NULL, clock_ms() + 400, &c, &f), -1,
	    "one refuses, one is silent");
	ok(strstr(f.text, "refused; 127.0.0.3 port") != NULL,
	    "both are named: %s", f.text);
	is_int(connect_tcp(&a, NULL, clock_ms() - 1, &c, &f), -1,
	    "no time at all");
	ok(f.code == ETIMEDOUT && f.text[0] != '\0', "is said: %s", f.text);
	for (i = 0; i < FILLERS; i++)
		(void)close(filler[i]);
	(void)close(h);
	(void)close(s);
	(void)close(d);
}

int
main(void)
{
	t_resolve();
	t_faults();
	t_order();
	t_literal();
	t_connected();
	t_refused();
	t_blackhole();
	return done();
}
