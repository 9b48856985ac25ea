/* t_agent_route.c - the order of a relay's addresses, and faults of one */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "agent/route.h"
#include "base/util.h"
#include "tap.h"

#define PINS	GNUTLS_E_CERTIFICATE_KEY_MISMATCH
#define CERT	GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR

/* Which faults lie with the address, and which with the relay as a whole. */
static void
faults(void)
{
	static const struct {
		const char	*label;
		enum stage	 stage;
		enum domain	 domain;
		int		 code;
		enum verdict	 verdict;
		bool		 want;
	} t[] = {
		{ "no fault", ST_USAGE, FD_NONE, 0, VD_OK, false },
		{ "refused", ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
		    true },
		{ "greeting 421", ST_GREETING, FD_SMTP, 421, VD_TEMP, true },
		{ "greeting 554", ST_GREETING, FD_SMTP, 554, VD_PERM, true },
		{ "no greeting", ST_GREETING, FD_ERRNO, ETIMEDOUT, VD_TEMP,
		    true },
		{ "closed", ST_GREETING, FD_LINK, 0, VD_TEMP, true },
		{ "reset", ST_GREETING, FD_LINK, ECONNRESET, VD_TEMP, true },
		{ "no SMTP", ST_GREETING, FD_NONE, 0, VD_TEMP, true },
		{ "dispatcher gone", ST_GREETING, FD_LINK, ECANCELED, VD_TEMP,
		    false },
		{ "EHLO 421", ST_EHLO, FD_SMTP, 421, VD_TEMP, true },
		{ "EHLO 450", ST_EHLO, FD_SMTP, 450, VD_TEMP, false },
		{ "EHLO 550", ST_EHLO, FD_SMTP, 550, VD_PERM, false },
		{ "EHLO, closed", ST_EHLO, FD_LINK, 0, VD_TEMP, true },
		{ "STARTTLS 454", ST_STARTTLS, FD_SMTP, 454, VD_TEMP, true },
		{ "no STARTTLS", ST_STARTTLS, FD_NONE, 0, VD_PERM, true },
		{ "certificate", ST_TLS, FD_TLS, CERT, VD_PERM, true },
		{ "handshake", ST_TLS, FD_LINK, 0, VD_TEMP, true },
		{ "pin", ST_TLS, FD_TLS, PINS, VD_PERM, false },
		{ "AUTH 535", ST_AUTH, FD_SMTP, 535, VD_PERM, false },
		{ "AUTH 454", ST_AUTH, FD_SMTP, 454, VD_TEMP, false },
		{ "AUTH 421", ST_AUTH, FD_SMTP, 421, VD_TEMP, false },
		{ "AUTH, closed", ST_AUTH, FD_LINK, 0, VD_TEMP, true },
		{ "no mechanism", ST_AUTH, FD_NONE, 0, VD_PERM, false },
		{ "MAIL 530", ST_MAIL, FD_SMTP, 530, VD_PERM, false },
		{ "MAIL, closed", ST_MAIL, FD_LINK, 0, VD_TEMP, false },
		{ "in doubt", ST_BODY, FD_LINK, 0, VD_DOUBT, false },
		{ "priorities", ST_CONFIG, FD_TLS, -1, VD_PERM, false },
	};
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		if (t[i].verdict != VD_OK)
			(void)fault_set(&f, t[i].stage, t[i].domain, t[i].code,
			    t[i].verdict, "words");
		is_int(route_fault_of_address(&f), t[i].want, "%s",
		    t[i].label);
	}
}

/* A socket that listens there or does not, and its port. */
static int
bound(const char *ip, bool listens, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)*port) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || inet_pton(AF_INET, ip, &a.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&a, len) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1 ||
	    (listens && listen(fd, 8) == -1))
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

static void
add(struct route_hop *hop, const char *ip, int port)
{
	struct address *a = &hop->addrs.v[hop->addrs.n++];
	struct sockaddr_in in;

	(void)resolve_address_parse(ip, a);
	memcpy(&in, &a->sa, sizeof(in));
	in.sin_port = htons((uint16_t)port);
	memcpy(&a->sa, &in, sizeof(in));
	hop->port = port;
	(void)strlcpy(hop->host, "host", sizeof(hop->host));
}

/* Connect; the peer's address without the port, or "". */
static const char *
reach(struct route *r, bool again, struct fault *f)
{
	struct connection c = { .fd = -1 };
	static char ip[RESOLVE_ADDRESS_TEXT];

	fault_clear(f);
	ip[0] = '\0';
	if (route_open(r, again, clock_ms() + 5000, &c, f) == 0) {
		(void)strlcpy(ip, c.text, sizeof(ip));
		ip[strcspn(ip, " ")] = '\0';
		(void)close(c.fd);
	}
	return ip;
}

static struct fault
greeting(int code)
{
	struct fault f = { 0 };

	(void)fault_set(&f, ST_GREETING, FD_SMTP, code,
	    code < 500 ? VD_TEMP : VD_PERM, "5.7.1 no\ngo away");
	return f;
}

/* The first host has three addresses, of which the second refuses. */
static void
order(void)
{
	struct route_hop hop[2] = { { .host = "" } };
	struct route r = { .hop = hop, .n = 2 };
	struct fault f = { 0 };
	int port = 0, fd[4];
	char want[512];

	fd[0] = bound("127.0.0.2", true, &port);
	fd[1] = bound("127.0.0.3", false, &port);
	fd[2] = bound("127.0.0.4", true, &port);
	fd[3] = bound("127.0.0.5", true, &port);
	add(&hop[0], "127.0.0.2", port);
	add(&hop[0], "127.0.0.3", port);
	add(&hop[0], "127.0.0.4", port);
	add(&hop[1], "127.0.0.5", port);
	(void)strlcpy(hop[1].host, "second", sizeof(hop[1].host));

	route_begin(&r, 0);
	is(reach(&r, false, &f), "127.0.0.2", "the first");
	is_int((long long)route_left(&r), 3, "three are left");
	is(reach(&r, true, &f), "127.0.0.2", "once more");
	f = greeting(554);
	ok(route_next(&r, &f), "goes on");
	is(reach(&r, false, &f), "127.0.0.4", "the second refuses");
	is_int((long long)route_left(&r), 1, "the other host is left");
	is(reach(&r, true, &f), "127.0.0.4", "once more");
	f = greeting(554);
	ok(route_next(&r, &f), "goes on");
	is(reach(&r, false, &f), "127.0.0.5", "the second host");
	is_int((long long)route_left(&r), 0, "none is left");
	f = greeting(554);
	ok(!route_next(&r, &f), "it was the last");
	(void)snprintf(want, sizeof(want), "host 127.0.0.2 port %d: 554-5.7.1 "
	    "no 554 go away; host 127.0.0.3 port %d: Connection refused; host "
	    "127.0.0.4 port %d: 554-5.7.1 no 554 go away; second 127.0.0.5 "
	    "port %d: 554-5.7.1 no 554 go away", port, port, port, port);
	is(f.text, want, "each is named");
	ok(f.verdict == VD_TEMP && f.stage == ST_GREETING &&
	    f.domain == FD_NONE, "temporary, as one was");

	route_begin(&r, 0);
	is(reach(&r, false, &f), "127.0.0.2", "the next try, of another mail");
	route_begin(&r, 1);
	is(reach(&r, false, &f), "127.0.0.4", "the second try");
	route_begin(&r, 2);
	is(reach(&r, false, &f), "127.0.0.4", "the third try");
	route_begin(&r, 3);
	is(reach(&r, false, &f), "127.0.0.2", "the fourth try");

	f = greeting(421);
	ok(route_next(&r, &f) && reach(&r, false, &f)[0] != '\0', "another");
	route_settle(&r, true);
	route_begin(&r, 0);
	is(reach(&r, false, &f), "127.0.0.4", "the good one again");
	f = greeting(421);
	ok(route_next(&r, &f), "if it fails, go on");
	is(reach(&r, false, &f), "127.0.0.2", "with those before it");
	route_settle(&r, false);
	route_begin(&r, 0);
	is(reach(&r, false, &f), "127.0.0.2", "none is good");
	(void)close(fd[0]);
	(void)close(fd[1]);
	(void)close(fd[2]);
	(void)close(fd[3]);
}

/* One fault is told as it is; of several, the kind of one is told. */
static void
reports(void)
{
	struct route_hop hop = { .host = "" };
	struct route r = { .hop = &hop, .n = 1 };
	struct fault f;
	int port = 0, fd[2];
	char want[256];

	fd[0] = bound("127.0.0.2", true, &port);
	fd[1] = bound("127.0.0.3", true, &port);
	add(&hop, "127.0.0.2", port);
	route_begin(&r, 0);
	is(reach(&r, false, &f), "127.0.0.2", "the only address");
	f = greeting(554);
	ok(!route_next(&r, &f) && f.domain == FD_SMTP && f.code == 554 &&
	    strcmp(f.text, "5.7.1 no\ngo away") == 0 && f.verdict == VD_PERM,
	    "the fault is unchanged");

	add(&hop, "127.0.0.3", port);
	route_begin(&r, 0);
	(void)reach(&r, false, &f);
	(void)fault_set(&f, ST_TLS, FD_TLS, CERT, VD_PERM, "not for relay");
	ok(route_next(&r, &f), "a bad certificate");
	(void)reach(&r, false, &f);
	f = greeting(421);
	ok(!route_next(&r, &f) && f.verdict == VD_TEMP && f.stage == ST_TLS &&
	    f.code == CERT, "the one that got furthest: %s", f.text);

	route_begin(&r, 0);
	(void)reach(&r, false, &f);
	f = greeting(554);
	ok(route_next(&r, &f), "refused");
	(void)reach(&r, false, &f);
	f = greeting(521);
	ok(!route_next(&r, &f) && f.verdict == VD_PERM, "all for good: %s",
	    f.text);

	route_begin(&r, 0);
	(void)reach(&r, false, &f);
	f = greeting(421);
	ok(route_next(&r, &f), "busy");
	(void)reach(&r, false, &f);
	(void)fault_set(&f, ST_AUTH, FD_SMTP, 535, VD_PERM, "5.7.8 no");
	f.esc[0] = 5, f.esc[1] = 7, f.esc[2] = 8;
	ok(!route_next(&r, &f) && f.verdict == VD_PERM && f.stage == ST_AUTH &&
	    f.domain == FD_SMTP && f.code == 535 && f.esc[2] == 8,
	    "busy, and a login that is refused for good");
	(void)snprintf(want, sizeof(want), "5.7.8 no; before that, 127.0.0.2 "
	    "port %d: 421-5.7.1 no 421 go away", port);
	is(f.text, want, "and the other address is named");

	(void)close(fd[0]);
	route_begin(&r, 0);
	is(reach(&r, false, &f), "127.0.0.3", "the first does not listen");
	(void)fault_set(&f, ST_EHLO, FD_SMTP, 550, VD_PERM, "not that name");
	ok(!route_next(&r, &f) && f.verdict == VD_PERM && f.code == 550,
	    "the name is refused for good");
	(void)snprintf(want, sizeof(want), "not that name; before that, "
	    "127.0.0.2 port %d: Connection refused", port);
	is(f.text, want, "and the other address is named");
	(void)close(fd[1]);
}

/* The two hosts have an IPv6 and an IPv4 address, and IPv4 only. */
static void
families(void)
{
	static const struct {
		unsigned	 first, second;	/* failed */
		int		 want;
		int		 six, four;	/* lost, if that is used */
	} t[] = {
		{ 0, 0, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC },
		{ 1, 0, AF_INET6, AF_UNSPEC, AF_INET6 },
		{ 3, 0, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC },
		{ 1, 1, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC },
		{ 2, 0, AF_UNSPEC, AF_INET, AF_UNSPEC },
		{ 2, 1, AF_INET, AF_INET, AF_UNSPEC },
		{ 3, 1, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC },
	};
	struct route_hop hop[2] = { { .addrs.n = 2 }, { .addrs.n = 1 } };
	struct route r = { .hop = hop, .n = 2 };
	size_t i;

	hop[0].addrs.v[0].sa.ss_family = AF_INET6;
	hop[0].addrs.v[1].sa.ss_family = AF_INET;
	hop[1].addrs.v[0].sa.ss_family = AF_INET;
	for (i = 0; i < NITEMS(t); i++) {
		hop[0].failed = t[i].first;
		hop[1].failed = t[i].second;
		is_int(route_failed_family(&r), t[i].want, "family %zu", i);
		r.address = 0;
		is_int(route_lost_family(&r), t[i].six, "by IPv6 %zu", i);
		r.address = 1;
		is_int(route_lost_family(&r), t[i].four, "by IPv4 %zu", i);
	}
	r.address = RESOLVE_MAX;
	is_int(route_lost_family(&r), AF_UNSPEC, "no address is in use");
	r.address = 0;
	r.hop[0].addrs.n = 1;
	r.n = 1;
	r.hop[0].failed = 1;
	is_int(route_failed_family(&r), AF_UNSPEC, "only IPv6 addresses");
}

int
main(void)
{
	faults();
	families();
	order();
	reports();
	return done();
}
