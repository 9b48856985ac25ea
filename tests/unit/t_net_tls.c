/* t_net_tls.c - whom TLS believes, and what it says of the others */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/ocsp.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include "authority.h"
#include "base/buf.h"
#include "net/tls.h"
#include "net/trust.h"
#include "tap.h"

enum cert {
	CA, OTHER_CA, OLD_CA, GOOD, WILD, IP4, IP6, IP_AS_DNS, CN_TOO,
	EXPIRED, YOUNG, SELF, STRANGER, CLIENT, BOTH, NUL, BY_LEAF,
	BY_OLD_CA, IDN, MANY, STAPLE, US, CERTS
};

static struct id id[CERTS];

static const struct recipe recipes[CERTS] = {
	[CA] = { CA, "Test CA", .to = 90, .ca = true },
	[OTHER_CA] = { OTHER_CA, "Other CA", .to = 90, .ca = true },
	[OLD_CA] = { CA, "Old CA", .to = -1, .from = -90, .ca = true },
	[GOOD] = { CA, "leaf", "relay.example.org", .to = 30 },
	[WILD] = { CA, "relay", "*.example.org", .to = 30 },
	[IP4] = { CA, "relay", NULL, .ip = "127.0.0.1", .to = 30 },
	[IP6] = { CA, "relay", NULL, .ip = "::1", .to = 30 },
	[IP_AS_DNS] = { CA, "relay", "127.0.0.1", .to = 30 },
	[CN_TOO] = { CA, "relay.example.org", "other.example.org", .to = 30 },
	[EXPIRED] = { CA, "relay", "relay.example.org", .from = -30,
	    .to = -2 },
	[YOUNG] = { CA, "relay", "relay.example.org", .from = 2, .to = 30 },
	[SELF] = { SELF, "relay", "relay.example.org", .to = 30 },
	[STRANGER] = { OTHER_CA, "relay", "relay.example.org", .to = 30 },
	[CLIENT] = { CA, "relay", "relay.example.org", .to = 30,
	    .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	[BOTH] = { CA, "relay", "relay.example.org", .to = 30,
	    .purpose = GNUTLS_KP_TLS_WWW_SERVER },
	[NUL] = { CA, "relay", NULL, .to = 30, .nul = true },
	[BY_LEAF] = { GOOD, "relay", "victim.example.org", .to = 30 },
	[BY_OLD_CA] = { OLD_CA, "relay", "relay.example.org", .to = 30 },
	[IDN] = { CA, "relay", "xn--bcher-kva.example", .to = 30 },
	[MANY] = { CA, "\033[2J", "relay.example.org", .ip = "127.0.0.1",
	    .to = 30 },
	[STAPLE] = { CA, "relay", "relay.example.org", .to = 30,
	    .staple = true },
	[US] = { OTHER_CA, "web1", "web1.example.org", .to = 30,
	    .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
};

/* Servers, each in a process of its own */

#define NO_RECORD	-2	/* of talk(): close without a goodbye */

struct server {
	enum cert	 cert, sub;	/* sub is sent too, unless CA (0) */
	const char	*priority;
	int		(*talk)(gnutls_session_t);
	void		(*raw)(int);	/* instead of TLS */
};

static void
tcp_pair(int fd[2])
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t n = sizeof(in);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s, (struct sockaddr *)&in, n) == -1 || listen(s, 1) == -1 ||
	    getsockname(s, (struct sockaddr *)&in, &n) == -1 ||
	    connect(fd[0], (struct sockaddr *)&in, n) == -1 ||
	    (fd[1] = accept(s, NULL, NULL)) == -1)
		must(GNUTLS_E_PULL_ERROR);
	(void)close(s);
}

static int
server_tls(const struct server *s, int fd)
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t session;
	gnutls_x509_crt_t crts[2] = { id[s->cert].crt, id[s->sub].crt };
	int e;

	must(gnutls_certificate_allocate_credentials(&cred));
	must(gnutls_certificate_set_x509_key(cred, crts,
	    s->sub != CA ? 2 : 1, id[s->cert].key));
	must(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL));
	must(gnutls_priority_set_direct(session,
	    s->priority != NULL ? s->priority : "NORMAL", NULL));
	must(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred));
	gnutls_transport_set_int(session, fd);
	do
		e = gnutls_handshake(session);
	while (e < 0 && !gnutls_error_is_fatal(e));
	if (e < 0)
		(void)gnutls_alert_send_appropriate(session, e);
	else if (s->talk == NULL || s->talk(session) != NO_RECORD)
		(void)gnutls_bye(session, GNUTLS_SHUT_WR);
	return e < 0;
}

/* The client's end of a connection to a new server. */
static int
serve(const struct server *s, pid_t *pid)
{
	int fd[2];

	tcp_pair(fd);
	(void)fflush(stdout);
	if ((*pid = fork()) == 0) {
		(void)close(fd[0]);
		(void)alarm(20);
		if (s->raw != NULL) {
			s->raw(fd[1]);
			_exit(0);
		}
		_exit(server_tls(s, fd[1]));
	}
	(void)close(fd[1]);
	return fd[0];
}

static void
reap(pid_t pid, int fd)
{
	(void)close(fd);
	(void)waitpid(pid, NULL, 0);
}

/* Wait as net/stream does, but without a deadline worth the name. */
static void
pause_for(const struct tls *t, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (tls_unsent(t))
		p.events |= POLLOUT;
	if (poll(&p, 1, 10000) != 1)
		must(GNUTLS_E_TIMEDOUT);
}

static int
shake(struct tls *t, int fd, struct fault *f)
{
	int r;

	while ((r = tls_handshake(t, f)) == 0)
		pause_for(t, fd);
	return r;
}

/* Read to the end; the fault is what ended it. */
static void
read_all(struct tls *t, int fd, char *out, size_t size, struct fault *f)
{
	size_t n = 0;
	ssize_t k;

	while ((k = tls_read(t, out + n, size - 1 - n, f)) >= 0) {
		n += (size_t)k;
		if (k == 0 && !tls_pending(t))
			pause_for(t, fd);
	}
	out[n] = '\0';
}

/* Who is believed */

static struct trust *trust;

static void
t_verify(void)
{
	static const char tls11[] = "NORMAL:-VERS-ALL:+VERS-TLS1.1";
	static const char tls12[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
	static const struct {
		const char	*label;
		enum cert	 cert, sub;
		const char	*theirs;	/* priority of the server */
		const char	*ours;
		const char	*name;		/* NULL: relay.example.org */
		const char	*text;		/* part of it; NULL: fine */
		bool		 noverify;
	} tests[] = {
		{ "good", .cert = GOOD },
		{ "upper case", .cert = GOOD, .name = "Relay.Example.ORG" },
		{ "final dot", .cert = GOOD, .name = "relay.example.org." },
		{ "server and client purpose", .cert = BOTH },
		{ "TLS 1.2", .cert = GOOD, .theirs = tls12 },
		{ "wildcard", .cert = WILD },
		{ "wildcard, two labels", .cert = WILD,
		    .name = "a.b.example.org",
		    .text = "not good: it is for "
			    "*.example.org, not for a.b.example.org" },
		{ "wildcard, no label", .cert = WILD, .name = "example.org",
		    .text = "not for example.org" },
		{ "IPv4", .cert = IP4, .name = "127.0.0.1" },
		{ "IPv4 in brackets", .cert = IP4, .name = "[127.0.0.1]" },
		{ "IPv6", .cert = IP6, .name = "::1" },
		{ "IPv6 in brackets", .cert = IP6, .name = "[0:0::0:1]" },
		{ "wrong IPv4", .cert = IP4, .name = "127.0.0.2",
		    .text = "it is for 127.0.0.1, not for 127.0.0.2" },
		{ "wrong IPv6", .cert = IP6, .name = "::2",
		    .text = "it is for ::1, not for ::2" },
		{ "IPv4 in a dNSName", .cert = IP_AS_DNS, .name = "127.0.0.1",
		    .text = "it is for DNS:127.0.0.1, not for 127.0.0.1" },
		{ "IPv4 for a name", .cert = GOOD, .name = "127.0.0.1",
		    .text = "it is for relay.example.org, not for 127.0.0.1" },
		{ "wrong name", .cert = GOOD, .name = "mail.example.org",
		    .text = "relay.example.org, not for mail.example.org" },
		{ "CN beside other names", .cert = CN_TOO,
		    .text = "other.example.org, not for relay.example.org" },
		{ "NUL in a name", .cert = NUL,
		    .text = "relay.example.org?.evil.org, not for relay." },
		{ "expired", .cert = EXPIRED,
		    .text = "not good: it expired on 20" },
		{ "not yet valid", .cert = YOUNG,
		    .text = "not good: it is not valid before 20" },
		{ "expired issuer", .cert = BY_OLD_CA, .sub = OLD_CA,
		    .text = "not good: its issuer CN=Old CA expired on 20" },
		{ "self-signed", .cert = SELF,
		    .text = "not good: it is self-signed (CN=relay, issued by "
			    "CN=relay, for relay.example.org, key sha256:" },
		{ "another CA", .cert = STRANGER,
		    .text = "signed it (that of its issuer did not "
		    "come) (CN=relay, "
		    "issued by CN=Other CA" },
		{ "another CA and name", .cert = STRANGER,
		    .name = "mail.example.org",
		    .text = "signed it (that of its issuer did not "
		    "come); it is "
		    "for relay.example.org," },
		{ "issuer is missing", .cert = BY_LEAF,
		    .name = "victim.example.org",
		    .text = "signed it (that of its issuer did not "
		    "come) (CN=relay, "
		    "issued by CN=leaf" },
		{ "signed by a server", .cert = BY_LEAF, .sub = GOOD,
		    .name = "victim.example.org",
		    .text = "not a certificate authority" },
		{ "for clients only", .cert = CLIENT,
		    .text = "not good: it is not meant for servers" },
		{ "TLS 1.1", .cert = GOOD, .theirs = tls11,
		    .text = "no TLS version that is allowed" },
		{ "TLS 1.1, not named", .cert = GOOD, .theirs = tls11,
		    .ours = "NORMAL:+VERS-ALL",
		    .text = "no TLS version that is allowed" },
		{ "TLS 1.1 by name", .cert = GOOD, .theirs = tls11,
		    .ours = "NORMAL:+VERS-TLS1.1" },
		{ "no cipher in common", .cert = GOOD,
		    .theirs = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-"
			      "256-GCM",
		    .ours = "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305",
		    .text = "TLS alert: Handshake failed" },
		{ "IDN", .cert = IDN, .name = "xn--bcher-kva.example" },
		{ "IDN, upper case", .cert = IDN,
		    .name = "XN--BCHER-KVA.example" },
		{ "IDN, as it is spelt", .cert = IDN,
		    .name = "b\xc3\xbc"
			    "cher.example" },
		{ "IDN, another", .cert = IDN, .name = "xn--bcher-kvb.example",
		    .text = "it is for xn--bcher-kva.example, not for xn--" },
		{ "escapes in a name", .cert = MANY, .name = "x.example.org",
		    .text = "(CN=?[2J, issued by CN=Test CA)" },
		{ "which one it is", .cert = EXPIRED,
		    .text = " (CN=relay, "
			    "issued by CN=Test CA, for relay.example.org, key "
			    "sha256:" },
		{ "no status where one is promised", .cert = STAPLE,
		    .text = "did not send the OCSP status that it requires" },
		{ "no X25519", .cert = GOOD,
		    .theirs = "NORMAL:-GROUP-ALL:+GROUP-SECP384R1" },
		{ "TLS 1.2 without X25519", .cert = GOOD,
		    .theirs = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-GROUP-ALL:"
			      "+GROUP-SECP521R1" },
		{ "unverified: name", .cert = GOOD, .noverify = true,
		    .name = "mail.example.org" },
		{ "unverified: self-signed", .cert = SELF, .noverify = true },
	};
	struct fault f;
	struct tls *t;
	pid_t pid;
	size_t i;
	int fd, r;

	for (i = 0; i < NITEMS(tests); i++) {
		struct server s = { .cert = tests[i].cert,
		    .sub = tests[i].sub, .priority = tests[i].theirs };
		struct tls_opts o = { .name = tests[i].name != NULL ?
		    tests[i].name : "relay.example.org",
		    .trust = tests[i].noverify ? NULL : trust,
		    .priority = tests[i].ours,
		    .noverify = tests[i].noverify };

		fault_clear(&f);
		fd = serve(&s, &pid);
		if ((t = tls_new(fd, &o, &f)) == NULL) {
			ok(false, "%s: %s", tests[i].label, f.text);
			reap(pid, fd);
			continue;
		}
		r = shake(t, fd, &f);
		if (tests[i].text == NULL)
			ok(r == 1, "%s is believed %s", tests[i].label,
			    f.text);
		else
			ok(r == -1 && f.stage == ST_TLS &&
			    f.domain == FD_TLS && f.verdict == VD_PERM &&
			    strstr(f.text, tests[i].text) != NULL,
			    "%s is refused: %s", tests[i].label, f.text);
		tls_free(t);
		reap(pid, fd);
	}
}

/* A pin that does not fit is told from a certificate that is not good. */
static void
t_pin(const char *ca)
{
	static const char other[] =
	    "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
	static const struct {
		enum cert	 cert;
		const char	*pins;
		bool		 unpinned;
	} tests[] = {
		{ GOOD, other, true }, { STRANGER, other, true },
		{ STRANGER, NULL, false }, { EXPIRED, NULL, false },
	};
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(tests); i++) {
		struct server s = { .cert = tests[i].cert };
		struct trust_opts to = { .ca = ca, .pins = tests[i].pins };
		struct trust *pinned = trust_new(&to, &f);
		struct tls_opts o = { .name = "relay.example.org",
		    .trust = pinned };
		pid_t pid;
		int fd = serve(&s, &pid);
		struct tls *t;

		fault_clear(&f);
		t = tls_new(fd, &o, &f);
		ok(t != NULL && shake(t, fd, &f) == -1, "pin %zu: refused", i);
		is_int(tls_unpinned(&f), tests[i].unpinned, "pin %zu: %s", i,
		    f.text);
		tls_free(t);
		reap(pid, fd);
		trust_free(pinned);
	}
}

static void
t_priority(void)
{
	struct tls_opts o = { .name = "relay.example.org", .trust = trust,
	    .priority = "NORMAL:+NONSENSE" };
	struct fault f;
	struct tls *t;

	fault_clear(&f);
	t = tls_new(-1, &o, &f);
	ok(t == NULL && f.stage == ST_CONFIG && f.verdict == VD_PERM &&
	    strstr(f.text, "NONSENSE") != NULL, "bad priority: %s", f.text);
	tls_free(t);
}

/* What is said in a session */

static int
talk_name(gnutls_session_t s)
{
	char sni[256] = "nothing";
	size_t n = sizeof(sni) - 1;
	unsigned kind;

	(void)gnutls_server_name_get(s, sni, &n, &kind, 0);
	(void)gnutls_record_send(s, sni, strlen(sni));
	return 0;
}

static int
talk_cut(gnutls_session_t s)
{
	(void)gnutls_record_send(s, "250 o", 5);
	return NO_RECORD;
}

static int
talk_alert(gnutls_session_t s)
{
	(void)gnutls_record_send(s, "250 o", 5);
	(void)gnutls_alert_send(s, GNUTLS_AL_WARNING,
	    GNUTLS_A_UNRECOGNIZED_NAME);
	(void)gnutls_record_send(s, "k", 1);
	(void)gnutls_alert_send(s, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
	return NO_RECORD;
}

/* Ask for another handshake; tell whether that was declined politely. */
static int
talk_anew(gnutls_session_t s)
{
	static const char yes[] = "declined", no[] = "not declined";
	int e;

	must(gnutls_rehandshake(s));
	e = gnutls_handshake(s);
	if (e == GNUTLS_E_WARNING_ALERT_RECEIVED &&
	    gnutls_alert_get(s) == GNUTLS_A_NO_RENEGOTIATION)
		(void)gnutls_record_send(s, yes, strlen(yes));
	else
		(void)gnutls_record_send(s, no, strlen(no));
	return 0;
}

static void
t_submit_smtpd_io(void)
{
	static const char tls12[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
	static const char closed[] = "connection closed by the relay";
	static const char cut[] =
	    "connection closed by the relay without close_notify";
	static const struct {
		const char	*label;
		enum cert	 cert;
		const char	*theirs;
		int		(*talk)(gnutls_session_t);
		const char	*name;
		const char	*want;
		enum domain	 domain;
		const char	*text;
	} tests[] = {
		{ "server name", GOOD, NULL, talk_name, "relay.example.org.",
		    "relay.example.org", FD_LINK, closed },
		{ "no server name", IP4, NULL, talk_name, "[127.0.0.1]",
		    "nothing", FD_LINK, closed },
		{ "cut off", GOOD, NULL, talk_cut, "relay.example.org",
		    "250 o", FD_LINK, cut },
		{ "cut off, 1.2", GOOD, tls12, talk_cut, "relay.example.org",
		    "250 o", FD_LINK, cut },
		{ "alerts", GOOD, tls12, talk_alert, "relay.example.org",
		    "250 ok", FD_TLS,
		    "the relay sent a TLS alert: Internal error" },
		{ "renegotiation", GOOD, tls12, talk_anew,
		    "relay.example.org", "declined", FD_LINK, closed },
	};
	char got[256];
	struct fault f;
	struct tls *t;
	pid_t pid;
	size_t i;
	int fd;

	for (i = 0; i < NITEMS(tests); i++) {
		struct server s = { .cert = tests[i].cert,
		    .priority = tests[i].theirs, .talk = tests[i].talk };
		struct tls_opts o = { .name = tests[i].name, .trust = trust };

		fault_clear(&f);
		fd = serve(&s, &pid);
		if ((t = tls_new(fd, &o, &f)) == NULL ||
		    shake(t, fd, &f) == -1) {
			ok(false, "%s: %s", tests[i].label, f.text);
		} else {
			is(tls_version(t), tests[i].theirs == tls12 ?
			    "TLS1.2" : "TLS1.3", "%s: version",
			    tests[i].label);
			ok(strncmp(tls_cipher(t), "AES-", 4) == 0,
			    "... cipher %s", tls_cipher(t));
			f.stage = ST_BODY;
			read_all(t, fd, got, sizeof(got), &f);
			is(got, tests[i].want, "... what was said");
			is(f.text, tests[i].text, "... how it ended");
			ok(f.domain == tests[i].domain && f.stage == ST_BODY &&
			    f.verdict == VD_TEMP, "... domain, stage");
		}
		tls_free(t);
		reap(pid, fd);
	}
}

/* What the other end takes for the name of the session */

static int
talk_binding(gnutls_session_t s)
{
	gnutls_datum_t d = { 0 };

	must(gnutls_session_channel_binding(s,
	    gnutls_protocol_get_version(s) == GNUTLS_TLS1_3 ?
	    GNUTLS_CB_TLS_EXPORTER : GNUTLS_CB_TLS_UNIQUE, &d));
	(void)gnutls_record_send(s, d.data, d.size);
	gnutls_free(d.data);
	return 0;
}

static void
t_binding(void)
{
	static const struct {
		const char	*theirs, *kind;
		size_t		 n;
	} tests[] = {
		{ "NORMAL", "tls-exporter", 32 },
		{ "NORMAL:-VERS-ALL:+VERS-TLS1.2", "tls-unique", 12 },
	};
	struct tls_opts o = { .name = "relay.example.org", .trust = trust };
	struct buf b = { .max = 256 }, before = { .max = 256 };
	struct fault f;
	struct tls *t;
	char got[256];
	pid_t pid;
	size_t i;
	int fd;

	for (i = 0; i < 2 * NITEMS(tests); i++) {
		struct server s = { .cert = GOOD,
		    .priority = tests[i / 2].theirs, .talk = talk_binding };

		fault_clear(&f);
		buf_clear(&b);
		memset(got, 0, sizeof(got));
		fd = serve(&s, &pid);
		if ((t = tls_new(fd, &o, &f)) == NULL ||
		    shake(t, fd, &f) == -1) {
			ok(false, "binding: %s", f.text);
		} else {
			is(tls_binding(t, &b), tests[i / 2].kind, "binding");
			is_int((long long)b.len, (long long)tests[i / 2].n,
			    "... octets of %s", tests[i / 2].kind);
			read_all(t, fd, got, sizeof(got), &f);
			ok(memcmp(got, buf_text(&b), b.len) == 0,
			    "... the relay has the same");
			ok(b.len != before.len || memcmp(b.p, before.p,
			    b.len) != 0, "... another session had another");
			buf_clear(&before);
			buf_add(&before, b.p, b.len);
		}
		tls_free(t);
		reap(pid, fd);
	}
	buf_release(&b);
	buf_release(&before);
}

/* Servers that do not speak TLS */

static void
say(int fd, const char *s)
{
	char sink[1024];

	(void)send(fd, s, strlen(s), MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	while (read(fd, sink, sizeof(sink)) > 0)
		;
}

static void
raw_greet(int fd)
{
	say(fd, "220 relay.example.org ESMTP\r\n");
}

static void
raw_greet_lines(int fd)
{
	say(fd, "220-relay.example.org\r\n220 ESMTP\r\n");
}

static void
raw_busy(int fd)
{
	say(fd, "421 4.7.0 busy\033[2J, go away\r\nnext line\r\n");
}

static void
raw_http(int fd)
{
	say(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
}

static void
raw_close(int fd)
{
	say(fd, "");
}

static void
raw_reset(int fd)
{
	struct linger l = { .l_onoff = 1 };
	char c;

	(void)recv(fd, &c, 1, MSG_PEEK);	/* the hello is here */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	(void)close(fd);
}

static void
t_clear(void)
{
	static const struct {
		const char	*label;
		void		(*raw)(int);
		bool		 implicit;
		enum domain	 domain;
		int		 code;		/* if not FD_TLS */
		enum verdict	 verdict;
		const char	*text;
	} tests[] = {
		{ "a greeting", raw_greet, true, FD_TLS, 0, VD_PERM,
		    "this port begins in clear, as for STARTTLS: "
		    "220 relay.example.org ESMTP" },
		{ "a long greeting", raw_greet_lines, true, FD_TLS, 0,
		    VD_PERM, "this port begins in clear, as for STARTTLS: "
		    "220-relay.example.org" },
		{ "a greeting after STARTTLS", raw_greet, false, FD_TLS, 0,
		    VD_TEMP, "the relay answered in clear: "
		    "220 relay.example.org ESMTP" },
		{ "a refusal", raw_busy, true, FD_TLS, 0, VD_TEMP,
		    "the relay answered in clear: 421 4.7.0 busy?[2J, go away"
		    },
		{ "a close", raw_close, true, FD_LINK, 0, VD_TEMP,
		    "the relay closed the connection in the TLS handshake: "
		    "perhaps this port does not speak TLS" },
		{ "a close after STARTTLS", raw_close, false, FD_LINK, 0,
		    VD_TEMP,
		    "the relay closed the connection in the TLS handshake" },
		{ "a reset", raw_reset, true, FD_LINK, ECONNRESET, VD_TEMP,
		    "Connection reset by peer" },
		{ "nonsense", raw_http, true, FD_TLS, 0, VD_PERM, NULL },
	};
	struct fault f;
	struct tls *t;
	pid_t pid;
	size_t i;
	int fd, r;

	for (i = 0; i < NITEMS(tests); i++) {
		struct server s = { .raw = tests[i].raw };
		struct tls_opts o = { .name = "relay.example.org",
		    .trust = trust, .implicit = tests[i].implicit };

		fault_clear(&f);
		fd = serve(&s, &pid);
		t = tls_new(fd, &o, &f);
		r = t != NULL ? shake(t, fd, &f) : -1;
		if (tests[i].text != NULL)
			is(f.text, tests[i].text, "%s", tests[i].label);
		ok(r == -1 && f.stage == ST_TLS &&
		    f.domain == tests[i].domain &&
		    f.verdict == tests[i].verdict &&
		    (f.domain == FD_TLS || f.code == tests[i].code),
		    "%s: stage, domain, code, verdict %s", tests[i].label,
		    tests[i].text == NULL ? f.text : "");
		tls_free(t);
		reap(pid, fd);
	}
}

int
main(void)
{
	struct trust_opts o = { 0 };
	struct fault f;
	char *file;
	int i;

	make_dir();
	for (i = 0; i < CERTS; i++)
		make_id(id, recipes, i);
	write_cert("ca.pem", &id[CA]);
	o.ca = file = path("ca.pem");
	fault_clear(&f);
	ok((trust = trust_new(&o, &f)) != NULL, "a CA file %s", f.text);
	if (trust != NULL) {
		t_verify();
		t_pin(file);
		t_priority();
		t_submit_smtpd_io();
		t_binding();
		t_clear();
	}
	trust_free(trust);
	free(file);
	for (i = 0; i < CERTS; i++)
		free_id(&id[i]);
	remove_dir();
	return done();
}
