/* t_agent_transport.c - what settings make of a connection */

#include <sys/socket.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/transport.h"
#include "base/util.h"
#include "config/value.h"
#include "net/dns.h"
#include "tap.h"

#define PIN "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

#define HOST	"host.example.org"
#define SENDER	"a@s.example.org"

/* The DNS: one service each with TLS from the start, and with STARTTLS. */
static struct dns_srv_list submissions, submission;

int
dns_srv_lookup(const char *name, const char *resolver,
    struct dns_srv_list *list, struct fault *f)
{
	(void)resolver;
	(void)f;
	*list = strcmp(name, "_submissions._tcp.example.org") == 0 ?
	    submissions : submission;
	return 0;
}

/* Settings from "key value; key value". */
static void
set(struct settings *s, const char *lines)
{
	struct buf why = { .max = 1024 };
	char *text = xstrdup(lines), *line, *rest = text, *value;

	values_init(s);
	while ((line = strsep(&rest, ";")) != NULL) {
		line += strspn(line, " ");
		value = line + strcspn(line, " ");
		*value++ = '\0';
		if (!value_set(setting_find(line), s, value, &why))
			ok(false, "%s %s: %s", line, value, buf_text(&why));
	}
	buf_release(&why);
	free(text);
}

/*
 * The mode of TLS, whether a login may trust it, and whether the relay's
 * certificate is verified.
 */
static void
modes(void)
{
	static const struct {
		const char	*lines;
		enum client_tls	 tls;
		bool		 trusted, verified, implicit;
	} t[] = {
		{ "relay a.test; tls none", CLIENT_TLS_NONE, true, true,
		    false },
		{ "relay a.test", CLIENT_TLS_STARTTLS, true, true, false },
		{ "relay a.test; tls starttls", CLIENT_TLS_STARTTLS, true,
		    true, false },
		{ "relay a.test; tls-verify no", CLIENT_TLS_STARTTLS, true,
		    false, false },
		{ "relay a.test; tls-verify no; tls-pin " PIN,
		    CLIENT_TLS_STARTTLS, true, true, false },
		{ "relay a.test:465", CLIENT_TLS_IMPLICIT, true, true, true },
		{ "relay smtps://a.test", CLIENT_TLS_IMPLICIT, true, true,
		    true },
		{ "relay a.test; tls opportunistic", CLIENT_TLS_OPPORTUNISTIC,
		    false, false, false },
		{ "relay 127.0.0.1", CLIENT_TLS_OPPORTUNISTIC, false, false,
		    false },
		{ "relay unix:/socket", CLIENT_TLS_OPPORTUNISTIC, false, false,
		    false },
		{ "relay a.test; tls opportunistic; tls-pin " PIN,
		    CLIENT_TLS_OPPORTUNISTIC, true, true, false },
	};
	struct transport r;
	struct settings s;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct fault f = { 0 };

		set(&s, t[i].lines);
		/* It may fail on a host without certificates of its own. */
		(void)transport_prepare(&r, &s, NULL, &f);
		is_int(r.client.tls, t[i].tls, "%s: the mode", t[i].lines);
		is_int(r.session.trusted, t[i].trusted, "%s: trusted",
		    t[i].lines);
		is_int(!r.session.tls.noverify, t[i].verified, "%s: verified",
		    t[i].lines);
		is_int(r.session.tls.implicit, t[i].implicit, "%s: implicit",
		    t[i].lines);
		transport_release(&r);
		values_release(&s);
	}
}

static void
logins(void)
{
	static const struct {
		const char	*lines, *user;
		enum sasl_mech	 mech;
	} t[] = {
		{ "user u", "u", SASL__MAX },
		{ "user u; auth none", NULL, SASL__MAX },
		{ "user u; auth plain", "u", SASL_PLAIN },
		{ "user u; auth scram-sha-256", "u", SASL_SCRAM_SHA_256 },
		{ "auth external", NULL, SASL_EXTERNAL },
		{ "user u; auth external", "u", SASL_EXTERNAL },
	};
	struct transport r;
	struct settings s;
	char *lines;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct fault f = { 0 };

		lines = xasprintf("relay a.test; tls none; %s", t[i].lines);
		set(&s, lines);
		ok(transport_prepare(&r, &s, NULL, &f) == 0, "%s",
		    t[i].lines);
		is(r.client.user, t[i].user, "%s: user", t[i].lines);
		is_int(r.client.mech, t[i].mech, "%s: mechanism", t[i].lines);
		transport_release(&r);
		values_release(&s);
		free(lines);
	}
}

static void
deadlines(void)
{
	struct transport r = { .limit = 0 };
	long long now = clock_ms(), due = transport_within(&r, 10);

	ok(due >= now + 10000 && due <= clock_ms() + 10000, "no limit");
	r.limit = now + 3000;
	is_int(transport_within(&r, 10), r.limit, "the limit comes first");
	r.limit = now + 60000;
	due = transport_within(&r, 10);
	ok(due >= now + 10000 && due <= clock_ms() + 10000,
	    "the limit comes later");
	r.limit = now - 1;
	is_int(transport_within(&r, 10), r.limit, "the limit has passed");
}

static void
names(void)
{
	static const struct {
		const char	*helo, *fqdn, *sender;
		bool		 connected;
		const char	*want;
	} t[] = {
		{ "h.test", HOST, SENDER, true, "h.test" },
		{ "auto", HOST, SENDER, true, HOST },
		{ NULL, HOST, SENDER, true, HOST },
		{ NULL, "host", SENDER, true, "s.example.org" },
		{ NULL, NULL, SENDER, true, "s.example.org" },
		{ NULL, NULL, "", true, "[127.0.0.1]" },
		{ NULL, "localhost", "", true, "[127.0.0.1]" },
		{ NULL, HOST, "", false, HOST },
	};
	struct transport r;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct settings s = { .helo = t[i].helo != NULL ?
		    xstrdup(t[i].helo) : NULL };

		r = (struct transport){ .set = &s, .fqdn = t[i].fqdn,
		    .stream.fd = t[i].connected ? STDIN_FILENO : -1 };
		(void)resolve_address_parse("127.0.0.1",
		    &r.connection.local);
		transport_introduce(&r, t[i].sender);
		is(r.helo, t[i].want, "name %zu", i);
		free(s.helo);
	}
}

/* A socket of 127.0.0.1 that listens or does not, and its port. */
static int
bound(bool listens, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&a, len) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1 ||
	    (listens && listen(fd, 8) == -1))
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

static void
offer(struct dns_srv_list *list, int port)
{
	*list = (struct dns_srv_list){ .n = 1, .v[0].port = (uint16_t)port };
	(void)strlcpy(list->v[0].host, "127.0.0.1", sizeof(list->v[0].host));
}

/* The record that answers decides about TLS, unless `tls` does. */
static void
services(void)
{
	static const struct {
		const char	*tls;
		bool		 first, second;	/* does it listen? */
		enum client_tls	 want;
		bool		 open;
	} t[] = {
		{ "auto", true, true, CLIENT_TLS_IMPLICIT, true },
		{ "auto", true, false, CLIENT_TLS_IMPLICIT, true },
		{ "auto", false, true, CLIENT_TLS_STARTTLS, true },
		{ "auto", false, false, CLIENT_TLS_IMPLICIT, false },
		{ "starttls", true, true, CLIENT_TLS_STARTTLS, true },
		{ "implicit", true, true, CLIENT_TLS_IMPLICIT, true },
		{ "implicit", false, true, CLIENT_TLS_IMPLICIT, false },
		{ "opportunistic", true, true, CLIENT_TLS_OPPORTUNISTIC, true },
		{ "none", true, true, CLIENT_TLS_NONE, true },
	};
	struct transport r;
	struct settings s;
	char *lines, what[64];
	int fd[2], port[2], at;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct fault f = { 0 };

		fd[0] = bound(t[i].first, &port[0]);
		fd[1] = bound(t[i].second, &port[1]);
		offer(&submissions, port[0]);
		offer(&submission, port[1]);
		lines = xasprintf("relay srv:example.org; tls-verify no; "
		    "tls %s", t[i].tls);
		set(&s, lines);
		ok(transport_prepare(&r, &s, NULL, &f) == 0 &&
		    transport_locate(&r, 0, &f) == 0, "service %zu: found", i);
		is_int(transport_open(&r, "", &f), t[i].open ? 0 : -1,
		    "service %zu: connected", i);
		is_int(r.client.tls, t[i].want, "service %zu: the mode", i);
		is_int(r.session.tls.implicit,
		    t[i].want == CLIENT_TLS_IMPLICIT, "service %zu: TLS from "
		    "the start", i);
		at = t[i].want == CLIENT_TLS_IMPLICIT ? 0 : 1;
		(void)snprintf(what, sizeof(what), "127.0.0.1:%d", port[at]);
		is(r.what, what, "service %zu: its name", i);
		is_int(r.client.port, port[at], "service %zu: its port", i);
		is(r.session.tls.name, "example.org",
		    "service %zu: the name in its certificate", i);
		transport_release(&r);
		values_release(&s);
		free(lines);
		(void)close(fd[0]);
		(void)close(fd[1]);
	}
}

/* What connecting took before counts for connect-timeout, not the limit. */
static void
time_to_connect(void)
{
	static const struct {
		const char	*label;
		long long	 before, limit;	/* ms; 0: none */
		bool		 open;
	} t[] = {
		{ "no limit", 10000, 0, true },
		{ "a limit", 10000, 9000, true },
		{ "the connect-timeout is over", 30001, 0, false },
		{ "the limit is over", 10000, -1, false },
	};
	struct transport r;
	struct settings s;
	char *lines;
	int fd, port;
	size_t i;

	fd = bound(true, &port);
	lines = xasprintf("relay 127.0.0.1; port %d; tls none; "
	    "connect-timeout 30s", port);
	set(&s, lines);
	for (i = 0; i < NITEMS(t); i++) {
		struct fault f = { 0 };

		ok(transport_prepare(&r, &s, NULL, &f) == 0 &&
		    transport_locate(&r, 0, &f) == 0, "%s", t[i].label);
		r.connecting = t[i].before;
		r.limit = t[i].limit != 0 ? clock_ms() + t[i].limit : 0;
		is_int(transport_open(&r, "", &f), t[i].open ? 0 : -1,
		    "%s: connected", t[i].label);
		transport_release(&r);
	}
	values_release(&s);
	free(lines);
	(void)close(fd);
}

/* When does a delivery go on without TLS? */
static void
give_up_tls(void)
{
	static const struct {
		const char	*label, *lines;
		enum stage	 stage;
		int		 code;		/* of a reply, or 0 */
		bool		 up, yes;
	} t[] = {
		{ "STARTTLS refused", "tls opportunistic", ST_STARTTLS, 454,
		    false, true },
		{ "the handshake fails", "tls opportunistic", ST_TLS, 0,
		    false, true },
		{ "on localhost by default", "relay localhost", ST_TLS, 0,
		    false, true },
		{ "TLS is up", "tls opportunistic", ST_TLS, 0, true, false },
		{ "a later fault", "tls opportunistic", ST_MAIL, 550, false,
		    false },
		{ "TLS is required", "tls starttls", ST_STARTTLS, 454, false,
		    false },
		{ "a login", "tls opportunistic; user u", ST_TLS, 0, false,
		    false },
		{ "no login after all", "tls opportunistic; user u; auth none",
		    ST_TLS, 0, false, true },
		{ "a login without a password", "tls opportunistic; "
		    "auth external", ST_TLS, 0, false, false },
		{ "a pin", "tls opportunistic; tls-pin " PIN, ST_TLS, 0,
		    false, false },
	};
	struct client *c = xcalloc(1, sizeof(*c));
	struct transport r;
	struct settings s;
	struct conninfo l;
	struct fault f = { 0 };
	char *lines;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		lines = xasprintf("relay a.test; %s", t[i].lines);
		set(&s, lines);
		(void)transport_prepare(&r, &s, NULL, &f);
		fault_clear(&c->fault);
		c->mech = SASL__MAX;
		c->tls = t[i].up;
		(void)fault_set(&c->fault, t[i].stage, t[i].code != 0 ?
		    FD_SMTP : FD_LINK, t[i].code, VD_TEMP, "no");
		is_int(transport_give_up_tls(&r, c), t[i].yes, "%s",
		    t[i].label);
		is_int(r.client.tls == CLIENT_TLS_NONE, t[i].yes,
		    "... the next connection uses none");
		transport_describe(&r, NULL, &l);
		is(l.clear, !t[i].yes ? "" : t[i].code != 0 ?
		    "no TLS, as the STARTTLS of the relay fails: 454 no" :
		    "no TLS, as the STARTTLS of the relay fails: no",
		    "... and the log says why");
		transport_release(&r);
		values_release(&s);
		free(lines);
	}
	free(c);
}

int
main(void)
{
	modes();
	logins();
	deadlines();
	names();
	services();
	time_to_connect();
	give_up_tls();
	return done();
}
