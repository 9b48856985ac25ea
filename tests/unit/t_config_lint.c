/* t_config_lint.c - what is found in configurations, line by line */

#include <string.h>

#include "base/util.h"
#include "config/lint.h"
#include "config/file.h"
#include "config/load.h"
#include "tap.h"

#define RELAY	"relay smtp.example.net\n"

static const struct {
	const char	*text;
	const char	*found;		/* a line, or "" if nothing is */
	size_t		 nmistakes, nwarnings;
} tests[] = {
	{ RELAY, "", 0, 0 },
	{ "",
	    "no relay is set: put a line \"relay HOST\" into c, or set "
	    "HELOISE_RELAY",
	    1, 0 },

	/* TLS and ports */
	{ RELAY "port 465\ntls starttls\n",
	    "c:3: tls: port 465 uses TLS from the start: set `tls implicit`, "
	    "or `port 587` (c:2: port)",
	    1, 0 },
	{ "relay h:465\ntls none\n",
	    "c:2: tls: port 465 uses TLS from the start: set `tls implicit`, "
	    "or `port 587` (c:1: port)",
	    1, 0 },
	{ RELAY "port 465\n", "", 0, 0 },
	{ RELAY "port 587\ntls implicit\n",
	    "c:3: tls: ports 25 and 587 use no TLS at the start: set `tls "
	    "starttls`, or `port 465` "
	    "(c:2: port)",
	    1, 0 },
	{ "relay smtps://h:25\n",
	    "c:1: tls: ports 25 and 587 use no TLS at the start: set `tls "
	    "starttls`, or `port 465`",
	    1, 0 },
	{ "relay smtps://h\n", "", 0, 0 },
	{ "relay smtps://h\ntls starttls\n",
	    "c:2: relay (c:1) is smtps://, "
	    "which is implicit TLS, but tls says otherwise",
	    1, 0 },
	{ "relay h:25\nport 587\n",
	    "c:2: warning: port: the relay is given "
	    "with another port (c:1: relay)",
	    0, 1 },
	{ "relay h:25\naccount a\nport 587\n", "", 0, 0 },
	{ "relay unix:/s\nport 25\n",
	    "c:2: port is set, but relay (c:1) is "
	    "no host",
	    1, 0 },
	{ RELAY "tls-verify no\n",
	    "c:2: warning: tls-verify: another host can pose as the relay: set "
	    "`tls-verify yes`, or `tls-pin <its "
	    "pin>`",
	    0, 1 },
	{ RELAY "tls none\ntls-ca /ca\n",
	    "c:3: warning: tls-ca: no effect "
	    "without TLS (c:2: tls)",
	    0, 1 },
	{ RELAY "tls-key /k\n",
	    "c:2: tls-key: there is no tls-cert for this key", 1, 0 },
	{ "relay gmail-smtp-in.l.google.com\n",
	    "c:1: warning: relay: it accepts mail for its own users only; it "
	    "is not a relay",
	    0, 1 },

	/* Logins */
	{ RELAY "user u\nauth none\n",
	    "c:3: auth: none means no login, so the user has no effect (c:2: "
	    "user)",
	    1, 0 },
	{ RELAY "user u\npassword p\naccount a\nrelay i\nauth none\n", "", 0,
	    0 },
	{ RELAY "auth none\naccount a\nuser u\n",
	    "c:2: auth: account a: none means no login, so the user has no "
	    "effect (c:4: user)",
	    1, 0 },
	{ RELAY "user u\n",
	    "c:2: user is set, but neither password nor "
	    "password-file nor password-command nor oauth",
	    1, 0 },
	{ RELAY "password p\n", "c:2: password is set, but no user", 1, 0 },
	{ RELAY "user u\noauth https://i.example\noauth-client-id c\n", "",
	    0, 0 },
	{ RELAY "user u\noauth https://i.example\n", "c:3: oauth is set, but "
	    "no oauth-client-id: heloise.conf(5) says how to register one",
	    1, 0 },
	{ RELAY "oauth https://i.example\noauth-client-id c\n",
	    "c:2: oauth is set, but no user: set `user` to the address of the "
	    "mailbox, or `from` if it is that", 1, 0 },
	{ RELAY "oauth https://i.example\noauth-client-id c\nfrom %U@i.example"
	    "\n", "c:2: oauth is set, but no user: set `user` to the address "
	    "of the mailbox, or `from` if it is that", 1, 0 },
	{ RELAY "oauth https://i.example\noauth-client-id c\n"
	    "from Al <a@i.example>\n", "", 0, 0 },
	{ RELAY "user u\npassword p\noauth https://i.example\n"
	    "oauth-client-id c\n", "c:3: warning: password: no effect, since "
	    "c:4 comes after it", 0, 1 },
	{ RELAY "user u\nauth plain\noauth https://i.example\n"
	    "oauth-client-id c\n", "c:3: auth: it needs a password, but oauth "
	    "gives a token: set `auth auto` (c:4: oauth)", 1, 0 },
	{ RELAY "user u@e.example\noauth google\noauth-client-id c\n"
	    "oauth-grant device\n", "c:5: this provider has no such grant for mail",
	    1, 0 },
	{ RELAY "user u@e.example\noauth microsoft\noauth-client-id c\n"
	    "oauth-grant client-credentials\noauth-cert /c\n",
	    "c:5: oauth-grant is client-credentials, but no oauth-tenant is "
	    "set", 1, 0 },
	{ RELAY "user u\noauth https://i.example\noauth-client-id c\n"
	    "oauth-grant client-credentials\n", "c:5: oauth-grant is "
	    "client-credentials, but neither oauth-client-secret nor "
	    "oauth-client-secret-file nor oauth-client-secret-command nor "
	    "oauth-cert is set", 1, 0 },
	{ RELAY "user u\noauth https://i.example\noauth-client-id c\n"
	    "oauth-grant refresh-token\n", "c:5: oauth-grant is "
	    "refresh-token, but no oauth-refresh-token-file is set", 1, 0 },
	{ RELAY "user u\noauth microsoft\noauth-client-id c\n",
	    "c:2: warning: user: the provider wants the whole address of the "
	    "mailbox (c:3: oauth)", 0, 1 },
	{ RELAY "user u\noauth https://i.example\noauth-client-id c\n"
	    "oauth-key /k\n", "c:5: oauth-key: there is no oauth-cert for "
	    "this key", 1, 0 },
	{ RELAY "oauth-client-id c\n",
	    "c:2: warning: oauth-client-id: no effect without oauth", 0, 1 },
	{ "relay smtp.office365.com\nuser u@e.example\npassword p\n",
	    "c:2: warning: user: Microsoft turns logins with a password off "
	    "by default at the end of December 2026: set `oauth microsoft`",
	    0, 1 },
	{ "relay smtp.office365.com\nuser u@e.example\noauth google\n"
	    "oauth-client-id c\n", "c:3: oauth: the relay does not take "
	    "tokens of this provider (c:1: relay)", 1, 0 },
	{ RELAY "auth plain\n",
	    "c:2: auth asks for a login, but no user is "
	    "set",
	    1, 0 },
	{ RELAY "auth external\n",
	    "c:2: warning: auth: external usually needs a tls-cert", 0, 1 },
	{ RELAY "tls none\nuser u\npassword p\n",
	    "c:2: warning: tls: without TLS only SCRAM may log in: set `tls "
	    "starttls` (c:3: user)",
	    0, 1 },
	{ RELAY "tls none\nuser u\npassword p\nauth-cleartext yes\n",
	    "c:5: warning: auth-cleartext: the password can be read on the "
	    "network (c:2: tls)",
	    0, 1 },
	{ "relay localhost\nuser u\npassword p\nauth-cleartext yes\n", "", 0,
	    0 },
	{ "relay localhost\ntls none\nuser u\npassword p\n",
	    "c:2: warning: tls: without TLS only SCRAM may log in: set `tls "
	    "starttls` (c:3: user)",
	    0, 1 },
	{ "relay localhost\nuser u\npassword p\n",
	    "c:2: warning: user: no certificate is verified, so only SCRAM "
	    "may log in: set `tls starttls`, or `auth-cleartext yes`",
	    0, 1 },
	{ RELAY "tls opportunistic\nuser u\npassword p\n",
	    "c:3: warning: user: no certificate is verified, so only SCRAM "
	    "may log in: set `tls starttls`, or `auth-cleartext yes` (c:2: "
	    "tls)",
	    0, 1 },
	{ "relay localhost\nuser u\npassword p\nauth scram-sha-256\n", "", 0,
	    0 },
	{ "relay localhost\nuser u\npassword p\ntls-pin sha256:"
	  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "", 0, 0 },
	{ RELAY "user u\npassword \"p\"\n",
	    "c:3: warning: password: the quotes around it are a part of it",
	    0, 1 },
	{ RELAY "user u\npassword \"\n", "", 0, 0 },
	{ RELAY "user u\npassword it's'\n", "", 0, 0 },
	{ RELAY "user u\npassword-command pass x | head -n 1\n",
	    "c:3: warning: password-command: no shell reads it: put `shell:` "
	    "before it if it needs one",
	    0, 1 },
	{ RELAY "user u\npassword-command pass x\n", "", 0, 0 },
	{ RELAY "user u\npassword-command shell: pass x | cat\n", "", 0, 0 },
	{ RELAY "user u\npassword-command sh -c pass x | cat\n", "", 0, 0 },

	/* Accounts */
	{ RELAY "account a\nfallback a\n",
	    "c:3: account a: fallback: an "
	    "account cannot be a fallback for itself",
	    1, 0 },
	{ RELAY "fallback b\n", "c:2: fallback: there is no account b", 1, 0 },
	{ RELAY "account a\nfallback b\naccount b\nfallback a\n", "", 0, 0 },
	{ RELAY "from-policy force\naccount a\nrelay h\n",
	    "c:2: from-policy: "
	    "`from` is not set, so there is no address to use",
	    1, 0 },
	{ "port 465\ntls starttls\naccount a\nrelay h\naccount b\nrelay i\n"
	  "tls implicit\n",
	    "c:2: tls: account a: port 465 uses TLS from the start: set `tls "
	    "implicit`, or `port 587` (c:1: port)",
	    1, 0 },
	{ RELAY "account x\nrelay h\nspol /x\n",
	    "c:4: spol: no setting has "
	    "this name; did you mean spool?",
	    1, 0 },

	/* The others */
	{ RELAY "from-domains example.org\n",
	    "c:2: from-domains: `from` is not set, so there is no address to "
	    "use",
	    1, 0 },
	{ RELAY "queue no\ndelivery background\n",
	    "c:3: delivery: there is no queue in which mail could wait (c:2: "
	    "queue)",
	    1, 0 },
	{ RELAY "retry-min 4h\n",
	    "c:2: retry-min: it is longer than "
	    "retry-max",
	    1, 0 },
	{ RELAY "expire 30s\n",
	    "c:2: expire: mail expires before the second try", 1, 0 },
	{ RELAY "address-family ipv4\nsource-address ::1\n",
	    "c:3: source-address: it is of the other address family "
	    "(c:2: address-family)",
	    1, 0 },
	{ "relay 192.0.2.1:25\naddress-family ipv6\n",
	    "c:2: address-family: the relay is an address of the other family "
	    "(c:1: relay)",
	    1, 0 },
	{ "relay [2001:db8::1]:25\naddress-family ipv4\n",
	    "c:2: address-family: the relay is an address of the other family "
	    "(c:1: relay)",
	    1, 0 },
	{ "relay 192.0.2.1:25\naddress-family ipv4\n", "", 0, 0 },
	{ RELAY "address-family ipv6\n", "", 0, 0 },
	{ RELAY "helo localhost\n",
	    "c:2: warning: helo: relays may refuse "
	    "this name: give the full name of this host",
	    0, 1 },

	{ RELAY "rate 30/week\n",
	    "c:2: rate: expected 1 to 100000 messages and a time, such as "
	    "30/m, 500/h or 50/10m",
	    1, 0 },

	/* Lines in vain */
	{ RELAY "rate 30/m\nqueue no\nconnections 3\n",
	    "c:2: warning: rate: no effect, because without a queue nothing "
	    "is counted (c:3: queue)\n"
	    "c:4: warning: connections: no effect, because without a queue "
	    "nothing is counted (c:3: queue)",
	    0, 2 },
	{ RELAY "queue no\n", "", 0, 0 },
	{ RELAY "rate 30/m\nconnections 3\n", "", 0, 0 },
	{ RELAY "port 25\nport 26\n",
	    "c:2: warning: port: no effect, since "
	    "c:3 comes after it",
	    0, 1 },
	{ RELAY "user u\npassword p\npassword-file /f\n",
	    "c:3: warning: "
	    "password: no effect, since c:4 comes after it",
	    0, 1 },
	{ RELAY "tls-pin sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
		"tls-pin sha256:A7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
	    "", 0, 0 },
	{ "port 25\nrelay h:26\n",
	    "c:1: warning: port: no effect, since c:2 "
	    "comes after it",
	    0, 1 },
	{ RELAY "helo a.example.org\naccount b\nhelo b.example.org\n", "", 0,
	    0 },

	/* All of them */
	{ "relay h\nprot 25\nport x\nport 25\nport 26\nuser u\nauth none\n",
	    "c:2: prot: no setting has this name; did you mean port?\n"
	    "c:3: port: expected auto or a number from 1 to 65535\n"
	    "c:7: auth: none means no login, so the user has no effect "
	    "(c:6: user)\n"
	    "c:4: warning: port: no effect, since c:5 comes after it",
	    3, 1 },
};

static void
check(size_t i)
{
	const struct config_source src = { .file = "c" };
	const char *text = tests[i].text, *found = tests[i].found;
	struct lint a = { .out.max = 65536 };
	struct config c;

	config_init(&c);
	(void)config_file_text(&c, CONFIG_USER, "c", NULL, text, strlen(text));
	config_finish(&c);
	lint_config(&a, &c, &src);
	if (a.out.len > 0)
		a.out.p[a.out.len - 1] = '\0';
	is(buf_text(&a.out), found, "%zu: what is found", i);
	is_int((long long)a.nmistakes, (long long)tests[i].nmistakes,
	    "%zu: mistakes", i);
	is_int((long long)a.nwarnings, (long long)tests[i].nwarnings,
	    "%zu: warnings", i);
	buf_release(&a.out);
	config_release(&c);
}

/* What is in the environment wins over an account. */
static void
test_environment(void)
{
	char helo[] = "HELOISE_HELO=env.example.org";
	char *env[] = { helo, NULL };
	struct config_source src = { .system = "/nonexistent/c",
	    .home = "/nonexistent", .env = env };
	static const char text[] = RELAY "account a\nhelo a.example.org\n";
	struct lint a = { .out.max = 65536 };
	struct fault f = { 0 };
	struct config c;

	config_init(&c);
	(void)config_file_text(&c, CONFIG_SYSTEM, "c", NULL, text,
	    sizeof(text) - 1);
	is_int(config_load(&c, &src, &f), 0, "it can be loaded");
	lint_config(&a, &c, &src);
	is(buf_text(&a.out), "c:3: warning: helo: no effect, since "
	    "environment HELOISE_HELO comes after it\n", "and is found");
	buf_release(&a.out);
	config_release(&c);
}

static void
test_add(void)
{
	struct lint a = { .out.max = 65536 };

	lint_add(&a, true, "f:1", "key", "a%sc", "\x1b\nb");
	lint_add(&a, false, NULL, NULL, "w");
	is(buf_text(&a.out), "f:1: key: a??bc\nwarning: w\n",
	    "lines that control nothing");
	is_int((long long)(a.nmistakes * 10 + a.nwarnings), 11, "are counted");
	buf_release(&a.out);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(tests); i++)
		check(i);
	test_environment();
	test_add();
	return done();
}
