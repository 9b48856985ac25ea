/* t_report_explain.c - what a fault and the settings come to in words */

#include <sys/mman.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "config/file.h"
#include "report/explain.h"
#include "system/identity.h"
#include "tap.h"

static const char text[] =
    "relay base.x.test\n"
    "tls starttls\n"
    "account home\n"
    "relay home.x.test\n"
    "port 25\n"
    "account work\n"
    "relay work.x.test\n"
    "user alice\n"
    "password secret\n"
    "account box\n"
    "relay maildir:/var/mail/box\n"
    "account socket\n"
    "relay unix:/run/relay\n"
    "account start\n"
    "relay start.x.test\n"
    "tls implicit\n"
    "helo start.local\n"
    "account clear\n"
    "relay work.x.test\n"
    "tls opportunistic\n"
    "auth login\n"
    "user alice\n"
    "password secret\n"
    "account open\n"
    "relay open.x.test\n"
    "user bob\n"
    "auth none\n"
    "helo auto\n"
    "account token\n"
    "relay token.x.test\n"
    "auth external\n";

static struct config config;

/* Which settings count: those of the connection, else of the message. */
static void
settings(void)
{
	static const struct {
		const char	*account;	/* NULL: not known */
		int		 connection;	/* its account; -9: no one */
		const char	*relay;
	} t[] = {
		{ NULL, -9, "base.x.test" },
		{ "", -9, "base.x.test" },
		{ "work", -9, "work.x.test" },
		{ "gone", -9, "base.x.test" },
		{ "work", 0, "home.x.test" },
		{ "work", ACCOUNT_BASE, "base.x.test" },
		{ "work", ACCOUNT_NONE, "work.x.test" },
		/* The settings were read anew, and there are fewer. */
		{ "work", CONFIG_ACCOUNTS - 1, "work.x.test" },
	};
	const struct explain x = { .config = &config };
	struct conninfo link;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		conninfo_clear(&link);
		link.account = t[i].connection;
		is(explain_settings(&x, &(struct explain_place){
		    .account = t[i].account, .conninfo =
		    t[i].connection == -9 ? NULL : &link })->relay,
		    t[i].relay, "message for %s, connection for %d",
		    t[i].account != NULL ? t[i].account : "NULL",
		    t[i].connection);
	}
}

/* What a hint takes from where. */
static const struct {
	const char	*name;
	enum stage	 stage;
	enum domain	 domain;
	int		 code;
	const char	*words, *what;
	const char	*account;
	bool		 connected;
	const char	*want[2];	/* in the hint; NULL: anything */
	const char	*never;		/* not in it, or NULL */
} hints[] = {
	{ "the host's name", ST_EHLO, FD_SMTP, 550,
	    "invalid host name", "base.x.test:587", "", false,
	    { "helo web1.example.org", NULL }, NULL },
	{ "the name that was given", ST_EHLO, FD_SMTP, 550,
	    "invalid host name", "base.x.test:587", "", true,
	    { "'given.test'", "helo web1.example.org" }, NULL },
	{ "the recipient", ST_RCPT, FD_SMTP, 550, "no such user",
	    "base.x.test:587", "", false, { "bob@x.test", NULL }, NULL },
	{ "no login is set", ST_RCPT, FD_SMTP, 554, "relay access denied",
	    "home.x.test:25", "home", false, { "no login is set",
	    "user <name>" }, NULL },
	{ "a login is set", ST_RCPT, FD_SMTP, 554, "relay access denied",
	    "work.x.test:587", "work", false, { NULL, NULL },
	    "no login is set" },
	{ "the relay that was tried", ST_CONNECT, FD_ERRNO, ECONNREFUSED,
	    "Connection refused", "old.x.test:2525", "home", false,
	    { "old.x.test", "2525" }, "home.x.test" },
	{ "no port was tried", ST_CONNECT, FD_ERRNO, ETIMEDOUT,
	    "Connection timed out", "old.x.test", "home", false,
	    { "home.x.test", "blocks port 25" }, "old.x.test" },
	{ "a socket", ST_CONNECT, FD_ERRNO, ENOENT,
	    "No such file or directory", "/run/relay", "socket", false,
	    { "socket /run/relay", "relay unix:/run/relay" }, NULL },
	{ "the socket that was tried", ST_CONNECT, FD_ERRNO, ENOENT,
	    "No such file or directory", "/run/old", "socket", false,
	    { "socket /run/old", NULL }, "socket /run/relay" },
	{ "a maildir", ST_CONNECT, FD_ERRNO, ENOENT,
	    "No such file or directory", "/var/mail/box", "box", false,
	    { "maildir /var/mail/box cannot be made", "relay maildir:/var/mail/box" },
	    NULL },
	{ "the name in the settings", ST_EHLO, FD_SMTP, 550,
	    "invalid host name", "start.x.test:465", "start", false,
	    { "'start.local'", "helo web1.example.org" }, NULL },
	{ "no name in the settings", ST_EHLO, FD_SMTP, 550,
	    "invalid host name", "open.x.test:587", "open", false,
	    { "helo web1.example.org", NULL }, "auto" },
	{ "the login", ST_MAIL, FD_SMTP, 553, "not owned by user",
	    "work.x.test:587", "work", false,
	    { "'alice' send as alice@x.test", NULL }, NULL },
	{ "auth none is no login", ST_RCPT, FD_SMTP, 554,
	    "relay access denied", "open.x.test:587", "open", false,
	    { "no login is set", NULL }, NULL },
	{ "auth external is a login", ST_RCPT, FD_SMTP, 554,
	    "relay access denied", "token.x.test:587", "token", false,
	    { NULL, NULL }, "no login is set" },
	{ "TLS from the start", ST_TLS, FD_TLS, -15, "unexpected TLS packet",
	    "start.x.test:465", "start", false,
	    { "does not speak TLS from the start", NULL }, NULL },
	{ "the user", ST_SECRET, FD_ERRNO, EACCES,
	    "password-file: /etc/secret: Permission denied", "", "", false,
	    { "www-data", NULL }, NULL },
	{ "the file", ST_CONFIG, FD_ERRNO, EACCES, "Permission denied", "",
	    "", false, { "/etc/heloise.conf", "www-data" }, NULL },
};

static void
hint(size_t i)
{
	const struct explain x = { .config = &config,
	    .fqdn = "web1.example.org",
	    .file = "/etc/heloise.conf", .who = "www-data" };
	struct buf out = { .max = EXPLAIN_HINT };
	struct conninfo link;
	struct fault f = { 0 };
	const char *got;
	size_t k;

	conninfo_clear(&link);
	(void)strlcpy(link.helo, "given.test", sizeof(link.helo));
	(void)fault_set(&f, hints[i].stage, hints[i].domain, hints[i].code,
	    VD_PERM, "%s", hints[i].words);
	fault_what(&f, "%s", hints[i].what);
	buf_adds(&out, "before: ");
	ok(explain_hint(&x, &f, &(struct explain_place){
	    .account = hints[i].account, .sender = "alice@x.test",
	    .recipient = "bob@x.test",
	    .conninfo = hints[i].connected ? &link : NULL }, &out),
	    "%s: there is a hint", hints[i].name);
	got = buf_text(&out);
	ok(strncmp(got, "before: ", 8) == 0 && strchr(got, '\n') == NULL &&
	    strstr(got, "hint:") == NULL, "%s: appended, in a line: %s",
	    hints[i].name, got);
	for (k = 0; k < 2; k++)
		ok(hints[i].want[k] == NULL ||
		    strstr(got, hints[i].want[k]) != NULL, "%s: '%s'",
		    hints[i].name, hints[i].want[k] != NULL ?
		    hints[i].want[k] : "");
	ok(hints[i].never == NULL || strstr(got, hints[i].never) == NULL,
	    "%s: nothing else", hints[i].name);
	buf_release(&out);
}

/* What a hint takes from the connection. */
static const struct {
	const char	*words;
	enum domain	 domain;
	int		 code;
	struct { const char *tls, *offered, *banner, *auth; } link;
	uint32_t	 caps;
	const char	*want;
} links[] = {
	{ "would be readable", FD_NONE, 0, { "", "", "", "" }, 0,
	    "without TLS the password" },
	{ "would be readable", FD_NONE, 0, { "TLS1.3", "", "", "" }, 0,
	    "is not verified" },
	{ "does not offer AUTH on", FD_NONE, 0, { "", "", "", "" }, 0,
	    "nor STARTTLS" },
	{ "does not offer AUTH on", FD_NONE, 0, { "", "", "", "" },
	    CAP_STARTTLS, "only with TLS" },
	{ "does not offer AUTH X, only: Y", FD_NONE, 0,
	    { "", "NTLM GSSAPI", "", "" }, 0, "only: NTLM GSSAPI" },
	{ "bad credentials", FD_SMTP, 535, { "", "", "ESMTP Mailgun", "" },
	    0, "SMTP credentials of the sending domain" },
	{ "unrecognized authentication type", FD_SMTP, 504,
	    { "", "", "", "CRAM-MD5" }, 0, "the mechanism CRAM-MD5" },
};

static void
connection(size_t i)
{
	const struct explain x = { .config = &config };
	struct buf out = { .max = EXPLAIN_HINT };
	struct conninfo link;
	struct fault f = { 0 };

	conninfo_clear(&link);
	link.account = account_find(&config, "clear");
	(void)strlcpy(link.tls, links[i].link.tls, sizeof(link.tls));
	(void)strlcpy(link.offered, links[i].link.offered,
	    sizeof(link.offered));
	(void)strlcpy(link.banner, links[i].link.banner, sizeof(link.banner));
	(void)strlcpy(link.auth, links[i].link.auth, sizeof(link.auth));
	link.caps = links[i].caps;
	(void)fault_set(&f, ST_AUTH, links[i].domain, links[i].code, VD_PERM,
	    "%s", links[i].words);
	fault_what(&f, "work.x.test:587");
	(void)explain_hint(&x, &f, &(struct explain_place){
	    .conninfo = &link }, &out);
	ok(strstr(buf_text(&out), links[i].want) != NULL, "'%s': %s",
	    links[i].want, buf_text(&out));
	buf_release(&out);
}

/* The group that a file could be made readable for. */
static void
group(void)
{
	const struct explain x = { .config = &config, .who = "www-data" };
	struct buf out = { .max = EXPLAIN_HINT };
	struct fault f = { 0 };
	char name[64], *want;

	identity_group(name, sizeof(name));
	want = xasprintf("`chgrp %s /etc/secret ", name);
	(void)fault_set(&f, ST_SECRET, FD_ERRNO, EACCES, VD_PERM,
	    "password-file: /etc/secret: Permission denied");
	(void)explain_hint(&x, &f, &(struct explain_place){ 0 }, &out);
	ok(strstr(buf_text(&out), want) != NULL, "%s: %s", want,
	    buf_text(&out));
	free(want);
	buf_release(&out);
}

static void
nothing(void)
{
	const struct explain x = { .config = &config };
	struct buf out = { .max = EXPLAIN_HINT };
	struct fault f = { 0 };

	(void)fault_set(&f, ST_BODY, FD_SMTP, 451, VD_TEMP, "zzz");
	ok(!explain_hint(&x, &f, &(struct explain_place){ 0 }, &out),
	    "nothing is known of that");
	is_int((long long)out.len, 0, "and nothing is said");
	buf_release(&out);
}

/* On stderr: the fault, and the hint if there is one. */
static void
on_stderr(void)
{
	const struct explain x = { .config = &config, .fqdn = "here.test" };
	int fd = memfd_create("stderr", MFD_CLOEXEC), old = dup(2);
	struct fault known = { 0 }, unknown = { 0 };
	char got[4096] = "", *hint;
	ssize_t n;

	(void)fault_set(&known, ST_RCPT, FD_SMTP, 550, VD_PERM,
	    "no such user");
	(void)fault_set(&unknown, ST_BODY, FD_SMTP, 451, VD_TEMP, "zzz");
	if (fd == -1 || old == -1 || dup2(fd, 2) == -1)
		abort();
	explain_fault(&x, &known, &(struct explain_place){
	    .recipient = "bob@x.test" });
	explain_fault(&x, &unknown, &(struct explain_place){ 0 });
	if (dup2(old, 2) == -1)
		abort();
	n = pread(fd, got, sizeof(got) - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	ok(strncmp(got, "heloise: ", 9) == 0 &&
	    strstr(got, "550 no such user") != NULL, "the fault");
	hint = strstr(got, "\nheloise: hint: ");
	ok(hint != NULL && strstr(hint, "bob@x.test") != NULL,
	    "a line with the hint");
	ok(hint != NULL && strstr(hint, "451 zzz") != NULL &&
	    strstr(hint + 1, "\nheloise: hint: ") == NULL,
	    "and none where there is none");
	(void)close(fd);
	(void)close(old);
}

/* Which file a line would have to go to. */
static void
files(void)
{
	struct config_source src = { .system = "/etc/heloise.conf" };
	struct explain x;

	explain_init(&x, &config, &src, "here.test");
	is(x.file, "/etc/heloise.conf", "the system's file");
	ok(x.who[0] != '\0', "the user is known: %s", x.who);
	src.file = "/tmp/mine";
	explain_init(&x, &config, &src, NULL);
	is(x.file, "/tmp/mine", "the file of -C");
}

int
main(void)
{
	size_t i;

	config_init(&config);
	(void)config_file_text(&config, CONFIG_SYSTEM, "/f", NULL, text,
	    strlen(text));
	config_finish(&config);
	is(buf_text(&config.mistakes), "", "the configuration is fine");
	settings();
	for (i = 0; i < NITEMS(hints); i++)
		hint(i);
	for (i = 0; i < NITEMS(links); i++)
		connection(i);
	group();
	nothing();
	on_stderr();
	files();
	config_release(&config);
	return done();
}
