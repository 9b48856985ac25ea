/* t_probe_step.c - what a probe says of what it meets, and warns of */

#include <sys/socket.h>

#include <string.h>

#include "base/util.h"
#include "probe/step.h"
#include "tap.h"

static struct client_opts opts = { .helo = "web1.example.org" };
static struct client client = { .o = &opts };

/* The relay has just said this. */
static void
hear(int code, const char *text)
{
	buf_clear(&client.reply.text);
	client.reply.text.max = REPLY_TEXT;
	client.reply.code = code;
	buf_adds(&client.reply.text, text);
}

static void
sizes(void)
{
	static const struct { long long n; const char *want; } t[] = {
		{ 0, "0 octets" }, { 1023, "1023 octets" },
		{ 1024, "1 KiB" }, { 20971520, "20 MiB" },
		{ 35882577, "34.2 MiB" }, { 1LL << 40, "1 TiB" },
		{ 1LL << 50, "1024 TiB" },
	};
	struct buf b = { .max = 64 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&b);
		step_size(&b, t[i].n);
		is(buf_text(&b), t[i].want, "%lld octets", t[i].n);
	}
	buf_release(&b);
}

/* Facts stand in an object that can be read. */
static void
facts_are(const struct step *d, const char *want, const char *name)
{
	struct buf b = { .max = STEP_TEXT };

	buf_addf(&b, "{%s}", buf_text(&d->facts));
	is(buf_text(&b), want, "%s: facts", name);
	buf_release(&b);
}

static void
ehlo(void)
{
	static const struct {
		const char	*name;
		enum client_tls	 mode;
		bool		 tls;
		const char	*reply, *text, *facts;
	} t[] = {
		{ "all", CLIENT_TLS_NONE, false,
		  "relay\nPIPELINING\nSIZE 1048576\nAUTH PLAIN LOGIN\nX-OTHER",
		  "EHLO web1.example.org: 250 relay\ntakes logins by PLAIN "
		  "LOGIN, several commands at once (PIPELINING), messages of "
		  "up to 1 MiB (SIZE)",
		  "{\"code\":250,\"reply\":\"relay\\nPIPELINING\\nSIZE "
		  "1048576\\nAUTH PLAIN LOGIN\\nX-OTHER\",\"offers\":"
		  "[\"AUTH\",\"PIPELINING\",\"SIZE\"],\"size\":1048576,"
		  "\"auth\":\"PLAIN LOGIN\"}" },
		{ "before TLS", CLIENT_TLS_STARTTLS, false,
		  "relay\nSTARTTLS\nDSN",
		  "EHLO web1.example.org: 250 relay\ntakes TLS (STARTTLS); "
		  "it lists other extensions after that",
		  "{\"code\":250,\"reply\":\"relay\\nSTARTTLS\\nDSN\","
		  "\"offers\":[\"STARTTLS\",\"DSN\"]}" },
		{ "no STARTTLS", CLIENT_TLS_STARTTLS, false, "relay\nDSN",
		  "EHLO web1.example.org: 250 relay\noffers no TLS here "
		  "(no STARTTLS)",
		  "{\"code\":250,\"reply\":\"relay\\nDSN\","
		  "\"offers\":[\"DSN\"]}" },
		{ "nothing", CLIENT_TLS_STARTTLS, true, "relay",
		  "EHLO web1.example.org: 250 relay\noffers no extensions",
		  "{\"code\":250,\"reply\":\"relay\",\"offers\":[]}" },
		{ "any size", CLIENT_TLS_IMPLICIT, true, "relay\nSIZE",
		  "EHLO web1.example.org: 250 relay\ntakes messages of any "
		  "size (SIZE)",
		  "{\"code\":250,\"reply\":\"relay\\nSIZE\",\"offers\":"
		  "[\"SIZE\"],\"size\":0}" },
	};
	struct step d;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		hear(250, t[i].reply);
		capability_parse(&client.caps, t[i].reply);
		opts.tls = t[i].mode;
		client.tls = t[i].tls;
		step_init(&d, "ehlo", 3);
		step_ehlo(&d, &client);
		is(buf_text(&d.text), t[i].text, "%s", t[i].name);
		facts_are(&d, t[i].facts, t[i].name);
		step_release(&d);
	}
}

static void
auth(void)
{
	struct step d;

	opts.user = "joe";
	client.mech = SASL_PLAIN;
	capability_parse(&client.caps, "relay\nAUTH PLAIN LOGIN");
	hear(235, "2.7.0 yes");
	step_init(&d, "auth", 3);
	step_auth(&d, &client, false);
	is(buf_text(&d.text), "PLAIN for joe, the best of those offered "
	    "(PLAIN LOGIN)\n235 2.7.0 yes", "auth auto");
	step_release(&d);
	step_init(&d, "auth", 3);
	step_auth(&d, &client, true);
	is(buf_text(&d.text), "PLAIN for joe, as auth says (PLAIN LOGIN)\n"
	    "235 2.7.0 yes", "auth plain");
	facts_are(&d, "{\"code\":235,\"reply\":\"2.7.0 yes\",\"mechanism\":"
	    "\"PLAIN\",\"why\":\"as auth says\",\"offered\":\"PLAIN LOGIN\","
	    "\"user\":\"joe\"}", "auth plain");
	step_release(&d);
	capability_parse(&client.caps, "relay\nAUTH PLAIN");
	step_init(&d, "auth", 3);
	step_auth(&d, &client, false);
	is(buf_text(&d.text), "PLAIN for joe, the only one offered (PLAIN)\n"
	    "235 2.7.0 yes", "only one");
	step_release(&d);
	client.swapped = true;
	step_init(&d, "auth", 3);
	step_auth(&d, &client, false);
	is(buf_text(&d.text), "PLAIN for joe, as the relay refuses the other "
	    "(PLAIN)\n235 2.7.0 yes", "the other was refused");
	step_release(&d);
	client.swapped = false;
}

static void
faults(void)
{
	struct fault f = { 0 };
	struct step d;

	(void)fault_set(&f, ST_AUTH, FD_SMTP, 535, VD_PERM, "no\n\033[1mtwo");
	fault_command(&f, "AUTH PLAIN");
	step_init(&d, "auth", 3);
	step_fault(&d, &f);
	ok(d.mark == MARK_FAILED, "it failed");
	is(buf_text(&d.text), "AUTH PLAIN: 535 no\n?[1mtwo", "words");
	facts_are(&d, "{\"command\":\"AUTH PLAIN\",\"code\":535,\"reply\":"
	    "\"no\\n?[1mtwo\"}", "a refusal");
	step_release(&d);
	(void)fault_set(&f, ST_CONNECT, FD_ERRNO, 111, VD_TEMP, "refused");
	step_init(&d, "connect", 3);
	step_fault(&d, &f);
	is(buf_text(&d.text), "refused", "our own words");
	facts_are(&d, "{\"error\":\"refused\"}", "a fault of ours");
	step_release(&d);
}

static struct tls_facts tls = { .version = "TLS1.3",
    .cipher = "AES-256-GCM", .group = "X25519", .assurance = "verified",
    .ocsp = "none", .ncerts = 1, .cert = { { .subject = "CN=relay",
    .issuer = "CN=ca", .names = "relay.example.org", .from = 1764000000,
    .until = 1766000000, .days = 21, .pin = "sha256:abc" } } };

static void
certificates(void)
{
	struct step d;

	step_init(&d, "tls", 3);
	step_tls(&d, &tls);
	is(buf_text(&d.text), "TLS1.3, AES-256-GCM, X25519; verified\n"
	    "certificate for relay.example.org; 21 days left, until "
	    "2025-12-17\nissued by CN=ca\nto pin it: `tls-pin sha256:abc`",
	    "a certificate");
	facts_are(&d, "{\"version\":\"TLS1.3\",\"cipher\":\"AES-256-GCM\","
	    "\"group\":\"X25519\",\"assurance\":\"verified\",\"ocsp\":"
	    "\"none\",\"chain\":[{\"subject\":\"CN=relay\",\"issuer\":"
	    "\"CN=ca\",\"names\":\"relay.example.org\",\"from\":"
	    "\"2025-11-24\",\"until\":\"2025-12-17\",\"days\":21,\"pin\":"
	    "\"sha256:abc\"}],\"tls-pin\":\"sha256:abc\"}", "a certificate");
	step_release(&d);
	tls.ncerts = 3;
	tls.ocsp = "good";
	tls.cert[1] = (struct cert_facts){ .subject = "CN=ca",
	    .issuer = "CN=root", .days = 1, .until = 1766000000 };
	tls.cert[2] = (struct cert_facts){ .subject = "CN=root",
	    .issuer = "CN=root" };
	step_init(&d, "tls", 3);
	step_tls(&d, &tls);
	is(buf_text(&d.text), "TLS1.3, AES-256-GCM, X25519; verified, OCSP "
	    "says good\ncertificate for relay.example.org; 21 days left, "
	    "until 2025-12-17\nissued by CN=ca\n"
	    "which is issued by CN=root; 1 day "
	    "left, until 2025-12-17\nto pin it: `tls-pin sha256:abc`",
	    "a chain");
	step_release(&d);
	(void)strlcpy(tls.cert[0].issuer, "CN=relay", 20);
	tls.cert[0].days = -2;
	tls.ncerts = 1;
	step_init(&d, "tls", 3);
	step_tls(&d, &tls);
	ok(strstr(buf_text(&d.text), "expired 2 days ago, on 2025-12-17\n"
	    "self-signed: CN=relay\n") != NULL, "old and self-signed");
	step_release(&d);
	tls.ncerts = 0;
	step_init(&d, "tls", 3);
	step_tls(&d, &tls);
	facts_are(&d, "{\"version\":\"TLS1.3\",\"cipher\":\"AES-256-GCM\","
	    "\"group\":\"X25519\",\"assurance\":\"verified\",\"ocsp\":"
	    "\"good\",\"chain\":[]}", "no certificate");
	step_release(&d);
}

/* The rules that apply to a step, with blanks between. */
static void
warns(const struct warn_context *s, const char *step, const char *want,
    const char *name)
{
	struct buf b = { .max = 256 };
	struct step d;
	size_t i;

	step_init(&d, step, -1);
	step_warn(&d, s);
	for (i = 0; i < d.nwarning; i++)
		buf_addf(&b, "%s%s", i > 0 ? " " : "", d.warning[i].rule);
	is(buf_text(&b), want, "%s", name);
	ok(d.mark == (*want != '\0' ? MARK_WARNING : MARK_OK), "%s: mark",
	    name);
	step_release(&d);
	buf_release(&b);
}

static void
warn_names(void)
{
	static const struct {
		const char	*helo;
		enum helo_known	 known;
		const char	*want;
	} t[] = {
		{ "web1.example.org", HELO_KNOWN, "" },
		{ "web1.example.org", HELO_UNASKED, "" },
		{ "web1.example.org", HELO_UNKNOWN, "helo-unknown" },
		{ "[192.0.2.1]", HELO_UNASKED, "" },
		{ "localhost", HELO_UNASKED, "helo-doubtful" },
		{ "web1", HELO_UNKNOWN, "helo-unknown helo-doubtful" },
	};
	struct warn_context s = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		s.helo = t[i].helo;
		s.helo_known = t[i].known;
		warns(&s, "helo", t[i].want, t[i].helo);
	}
}

static void
warn_families(void)
{
	struct warn_context s = { .failed_family = AF_UNSPEC };

	warns(&s, "connect", "", "no family fails");
	s.failed_family = AF_INET6;
	warns(&s, "connect", "address-family", "IPv6 fails");
	s.failed_family = AF_INET;
	warns(&s, "connect", "address-family", "IPv4 fails");
	warns(&s, "mail", "", "another step");
}

static void
warn_session(void)
{
	static const struct {
		const char	*name, *step;
		enum client_tls	 mode;
		bool		 tls, near;
		unsigned	 caps;
		const char	*want;
	} t[] = {
		{ "all well", "ehlo", CLIENT_TLS_STARTTLS, true, false,
		  CAP_PIPELINING, "" },
		{ "slow", "ehlo", CLIENT_TLS_STARTTLS, true, false, 0,
		  "no-pipelining" },
		{ "not settled", "ehlo", CLIENT_TLS_STARTTLS, false, false,
		  CAP_STARTTLS, "" },
		{ "opportunity", "ehlo", CLIENT_TLS_OPPORTUNISTIC, false,
		  false, CAP_STARTTLS, "" },
		{ "no opportunity", "ehlo", CLIENT_TLS_OPPORTUNISTIC, false,
		  false, CAP_PIPELINING, "no-tls" },
		{ "clear", "ehlo", CLIENT_TLS_NONE, false, false,
		  CAP_PIPELINING | CAP_STARTTLS, "no-tls" },
		{ "clear and slow", "ehlo", CLIENT_TLS_NONE, false, false, 0,
		  "no-pipelining no-tls" },
		{ "clear on this host", "ehlo", CLIENT_TLS_NONE, false, true,
		  CAP_PIPELINING, "" },
		{ "another step", "rset", CLIENT_TLS_NONE, false, false, 0,
		  "" },
		{ "login in clear", "auth", CLIENT_TLS_NONE, false, true, 0,
		  "cleartext-login" },
		{ "login under TLS", "auth", CLIENT_TLS_STARTTLS, true,
		  false, 0, "" },
	};
	struct warn_context s = { .client = &client };
	size_t i;

	client.authed = true;
	client.mech = SASL_PLAIN;
	for (i = 0; i < NITEMS(t); i++) {
		opts.tls = t[i].mode;
		client.tls = t[i].tls;
		client.caps.set = t[i].caps;
		s.near = t[i].near;
		warns(&s, t[i].step, t[i].want, t[i].name);
	}
}

static void
warn_certificate(void)
{
	static const struct {
		int		 days;
		const char	*assurance;
		bool		 near;
		const char	*want;
	} t[] = {
		{ 21, "verified", false, "" },
		{ 20, "verified", false, "certificate-expires" },
		{ 0, "pinned", false, "certificate-expires" },
		{ -1, "pinned", false, "certificate-expires" },
		{ 90, "unverified", false, "unverified" },
		{ 90, "unverified", true, "" },
		{ 2, "unverified", false, "certificate-expires unverified" },
	};
	struct warn_context s = { .client = &client, .tls = &tls };
	size_t i;

	tls.ncerts = 1;
	for (i = 0; i < NITEMS(t); i++) {
		tls.cert[0].days = t[i].days;
		tls.assurance = t[i].assurance;
		s.near = t[i].near;
		warns(&s, "tls", t[i].want, t[i].assurance);
	}
}

static void
warn_google(void)
{
	static const struct {
		const char	*host, *sender, *helo, *want;
	} t[] = {
		{ "smtp-relay.gmail.com", "a@example.org", "web1.example.org",
		  "" },
		{ "smtp-relay.gmail.com", "a@Example.org", "example.org",
		  "" },
		{ "smtp-relay.gmail.com", "a@lists.example.org",
		  "example.org", "" },
		{ "smtp-relay.gmail.com", "a@example.org",
		  "web1.example.net", "sender-domain" },
		{ "smtp-relay.gmail.com", "a@example.org", "badexample.org",
		  "sender-domain" },
		{ "smtp-relay.gmail.com", "", "web1.example.net", "" },
		{ "smtp.example.com", "a@example.org", "web1.example.net",
		  "" },
	};
	struct warn_context s = { .client = &client };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		s.host = t[i].host;
		s.sender = t[i].sender;
		s.helo = t[i].helo;
		warns(&s, "mail", t[i].want, t[i].helo);
	}
}

int
main(void)
{
	sizes();
	ehlo();
	auth();
	faults();
	certificates();
	warn_names();
	warn_families();
	warn_session();
	warn_certificate();
	warn_google();
	buf_release(&client.reply.text);
	return done();
}
