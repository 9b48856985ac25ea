/* t_config_config.c - the settings in force, and where each is from */

#include <string.h>

#include "base/util.h"
#include "config/config.h"
#include "config/dump.h"
#include "config/judge.h"
#include "tap.h"

#define SECRET	"hunter2hunter2"

static const struct config_source plain = { .system = "/etc/heloise.conf" };

static void
apply(struct config *c, enum config_level level, const char *key,
    const char *value)
{
	static const char *const origin[] = {
		[CONFIG_BUILTIN] = "default", [CONFIG_SYSTEM] = "system",
		[CONFIG_USER] = "user", [CONFIG_SMTP_ENV] = "smtp",
		[CONFIG_ENV] = "env", [CONFIG_FLAG] = "flag",
	};

	config_apply(c, setting_find(key), level, origin[level], value);
}

static const char *
origin(const struct config *c, const char *key)
{
	return config_origin(c, setting_find(key));
}

/* `provider` sets the relay; the later one, or the higher level, wins. */
static void
providers(void)
{
	static const struct {
		const char *what;
		struct { enum config_level level; const char *key, *value; }
		    line[3];
		const char *relay, *provider;
		int	 port;
	} t[] = {
		{ "a provider", { { CONFIG_USER, "provider", "fastmail" } },
		    "smtp.fastmail.com:465", "fastmail", 465 },
		{ "a relay after it", { { CONFIG_USER, "provider", "fastmail" },
		    { CONFIG_USER, "relay", "a.test" } }, "a.test", NULL, 587 },
		{ "a relay before it", { { CONFIG_USER, "relay", "a.test" },
		    { CONFIG_USER, "provider", "GMAIL" } },
		    "smtp.gmail.com:465", "GMAIL", 465 },
		{ "a higher relay", { { CONFIG_ENV, "relay", "a.test" },
		    { CONFIG_USER, "provider", "gmail" } }, "a.test", NULL,
		    587 },
		{ "a lower relay", { { CONFIG_SYSTEM, "relay", "a.test" },
		    { CONFIG_FLAG, "provider", "icloud" } },
		    "smtp.mail.me.com:587", "icloud", 587 },
		{ "another port", { { CONFIG_USER, "provider", "gmail" },
		    { CONFIG_USER, "port", "587" } }, "smtp.gmail.com:465",
		    "gmail", 587 },
		{ "no provider", { { CONFIG_USER, "relay", "a.test" },
		    { CONFIG_USER, "provider", "nobody" } }, "a.test", NULL,
		    587 },
	};
	struct config c;
	size_t i, k;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		for (k = 0; k < 3 && t[i].line[k].key != NULL; k++)
			apply(&c, t[i].line[k].level, t[i].line[k].key,
			    t[i].line[k].value);
		is(c.base.relay, t[i].relay, "%s: relay", t[i].what);
		is(c.base.provider, t[i].provider, "%s: provider", t[i].what);
		is_int(config_port(&c.base), t[i].port, "%s: port", t[i].what);
		config_release(&c);
	}
}

/* An account may have another one than the settings above. */
static void
provider_of_account(void)
{
	struct config c;

	config_init(&c);
	apply(&c, CONFIG_USER, "provider", "gmail");
	config_open(&c, "a", "user");
	apply(&c, CONFIG_USER, "provider", "posteo");
	config_open(&c, "b", "user");
	apply(&c, CONFIG_USER, "relay", "b.test");
	config_open(&c, "d", "user");
	config_close(&c);
	config_finish(&c);
	is(c.base.relay, "smtp.gmail.com:465", "the provider above");
	is(c.account[0].set.relay, "posteo.de:465", "that of an account");
	is(c.account[1].set.relay, "b.test", "a relay of an account");
	is(c.account[2].set.relay, "smtp.gmail.com:465", "an inherited one");
	config_release(&c);
}

/* A list grows within a level; a higher one begins it anew. */
static void
lists(void)
{
	static const struct {
		enum config_level level;
		char		 pin;		/* 64 of this digit */
		const char *all; /* the digits of those in force */
		const char	*origin;
	} t[] = {
		{ CONFIG_SYSTEM, 'a', "a", "system" },
		{ CONFIG_SYSTEM, 'b', "ab", "system" },
		{ CONFIG_USER, 'c', "c", "user" },
		{ CONFIG_SYSTEM, 'd', "c", "user" },
		{ CONFIG_USER, 'e', "ce", "user" },
		{ CONFIG_FLAG, 'x', "ce", "user" },	/* is no digit */
		{ CONFIG_FLAG, '1', "1", "flag" },
		{ CONFIG_FLAG, '2', "12", "flag" },
		{ CONFIG_ENV, '3', "12", "flag" },
	};
	struct config c;
	char pin[65], got[8];
	size_t i, k;

	config_init(&c);
	for (i = 0; i < NITEMS(t); i++) {
		memset(pin, t[i].pin, 64);
		pin[64] = '\0';
		apply(&c, t[i].level, "tls-pin", pin);
		for (k = 0; k < strlen(t[i].all) && k * 65 <
		    strlen(c.base.tls_pin); k++)
			got[k] = c.base.tls_pin[k * 65];
		got[k] = '\0';
		is(got, t[i].all, "list %zu", i);
		is_int((long long)strlen(c.base.tls_pin),
		    (long long)(65 * strlen(t[i].all) - 1), "... no more");
		is(origin(&c, "tls-pin"), t[i].origin, "... origin");
	}
	is_int((long long)c.nmistakes, 1, "one was wrong");
	config_release(&c);
}

/* Whatever the order, the highest level wins, and in it the last one. */
static void
levels(void)
{
	static const struct {
		enum config_level level;
		const char *value;
		int port;
		const char *origin;
	} t[] = {
		{ CONFIG_USER, "2", 2, "user" },
		{ CONFIG_SYSTEM, "1", 2, "user" },
		{ CONFIG_USER, "3", 3, "user" },
		{ CONFIG_SMTP_ENV, "4", 4, "smtp" },
		{ CONFIG_ENV, "5", 5, "env" },
		{ CONFIG_SMTP_ENV, "6", 5, "env" },
		{ CONFIG_FLAG, "7", 7, "flag" },
		{ CONFIG_FLAG, "8", 8, "flag" },
		{ CONFIG_ENV, "9", 8, "flag" },
	};
	struct config c;
	size_t i;

	config_init(&c);
	is(origin(&c, "port"), "default", "nothing set");
	for (i = 0; i < NITEMS(t); i++) {
		apply(&c, t[i].level, "port", t[i].value);
		is_int(c.base.port, t[i].port, "level %zu", i);
		is(origin(&c, "port"), t[i].origin, "origin %zu", i);
	}
	/* A level that loses is looked at all the same. */
	apply(&c, CONFIG_SYSTEM, "port", "x");
	is_int((long long)c.nmistakes, 1, "its mistake counts");
	is_int(c.base.port, 8, "and changes nothing");
	config_release(&c);
}

struct step {
	enum config_level level;
	const char *key, *value;
};

static void
superseding(void)
{
	static const struct {
		const char *name;
		struct step step[4];
		int port;
		enum setting_tls tls;
	} t[] = {
		{ "a relay's port beats an earlier one",
		    { { CONFIG_USER, "port", "1" },
		    { CONFIG_USER, "relay", "h:2" } },
		    2, SETTING_TLS_STARTTLS },
		{ "and a lower one",
		    { { CONFIG_USER, "relay", "h:2" },
		    { CONFIG_SYSTEM, "port", "1" } },
		    2, SETTING_TLS_STARTTLS },
		{ "and yields to a later one",
		    { { CONFIG_USER, "relay", "h:2" },
		    { CONFIG_USER, "port", "1" } },
		    1, SETTING_TLS_STARTTLS },
		{ "and to a higher one",
		    { { CONFIG_FLAG, "port", "1" },
		    { CONFIG_USER, "relay", "h:2" } },
		    1, SETTING_TLS_STARTTLS },
		{ "it leaves with its relay",
		    { { CONFIG_USER, "relay", "h:2" },
		    { CONFIG_FLAG, "relay", "h" } },
		    587, SETTING_TLS_STARTTLS },
		{ "a port stays with another relay",
		    { { CONFIG_USER, "port", "1" },
		    { CONFIG_FLAG, "relay", "h" } },
		    1, SETTING_TLS_STARTTLS },
		{ "smtps:// beats an earlier tls",
		    { { CONFIG_USER, "tls", "none" },
		    { CONFIG_ENV, "relay", "smtps://h" } },
		    465, SETTING_TLS_IMPLICIT },
		{ "smtps:// leaves with its relay",
		    { { CONFIG_USER, "relay", "smtps://h" },
		    { CONFIG_ENV, "relay", "h" } },
		    587, SETTING_TLS_STARTTLS },
		{ "smtps:// is never in clear",
		    { { CONFIG_USER, "relay", "smtps://h" },
		    { CONFIG_FLAG, "tls", "none" } },
		    465, SETTING_TLS_IMPLICIT },
	};
	struct config c;
	size_t i, k;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		for (k = 0; t[i].step[k].key != NULL; k++)
			apply(&c, t[i].step[k].level, t[i].step[k].key,
			    t[i].step[k].value);
		is_int(config_port(&c.base), t[i].port, "%s: port",
		    t[i].name);
		is_int(config_tls_mode(&c.base), t[i].tls, "%s: tls",
		    t[i].name);
		config_release(&c);
	}

	config_init(&c);
	apply(&c, CONFIG_USER, "password", SECRET);
	apply(&c, CONFIG_USER, "password-file", "/f");
	ok(c.base.password == NULL, "password-file replaces password");
	is(c.base.password_file, "/f", "password-file is set");
	apply(&c, CONFIG_SYSTEM, "password", SECRET);
	ok(c.base.password == NULL, "a lower password does not come back");
	apply(&c, CONFIG_ENV, "password", SECRET);
	ok(c.base.password_file == NULL, "password replaces password-file");
	is(c.base.password, SECRET, "password is set");
	is(origin(&c, "password-file"), "env", "and says what did it");
	config_release(&c);
	ok(c.base.password == NULL, "released");
}

static void
port_and_tls(void)
{
	static const struct {
		const char *relay, *port, *tls;
		int want;
		enum setting_tls mode;
	} t[] = {
		{ NULL, NULL, NULL, 587, SETTING_TLS_STARTTLS },
		{ "h", NULL, NULL, 587, SETTING_TLS_STARTTLS },
		{ "h", "25", NULL, 25, SETTING_TLS_STARTTLS },
		{ "h", "465", NULL, 465, SETTING_TLS_IMPLICIT },
		{ "h:465", NULL, NULL, 465, SETTING_TLS_IMPLICIT },
		{ "h:465", "587", NULL, 587, SETTING_TLS_STARTTLS },
		{ "smtp://h:465", NULL, NULL, 465, SETTING_TLS_IMPLICIT },
		{ "smtps://h", NULL, NULL, 465, SETTING_TLS_IMPLICIT },
		{ "smtps://h:4650", NULL, NULL, 4650, SETTING_TLS_IMPLICIT },
		{ "smtps://localhost", NULL, NULL, 465,
		    SETTING_TLS_IMPLICIT },
		{ "h", NULL, "implicit", 465, SETTING_TLS_IMPLICIT },
		{ "h", "2525", "implicit", 2525, SETTING_TLS_IMPLICIT },
		{ "h", "465", "starttls", 465, SETTING_TLS_STARTTLS },
		{ "h", NULL, "none", 587, SETTING_TLS_NONE },
		{ "h", "465", "none", 465, SETTING_TLS_NONE },
		{ "h", NULL, "opportunistic", 587,
		    SETTING_TLS_OPPORTUNISTIC },
		{ "localhost", NULL, NULL, 587, SETTING_TLS_OPPORTUNISTIC },
		{ "127.0.0.1:2525", NULL, NULL, 2525,
		    SETTING_TLS_OPPORTUNISTIC },
		{ "[::1]:25", NULL, NULL, 25, SETTING_TLS_OPPORTUNISTIC },
		{ "localhost", "465", NULL, 465, SETTING_TLS_IMPLICIT },
		{ "localhost", NULL, "starttls", 587, SETTING_TLS_STARTTLS },
		{ "localhost.example", NULL, NULL, 587,
		    SETTING_TLS_STARTTLS },
		{ "128.0.0.1", NULL, NULL, 587, SETTING_TLS_STARTTLS },
	};
	struct config c;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		if (t[i].relay != NULL)
			apply(&c, CONFIG_USER, "relay", t[i].relay);
		if (t[i].port != NULL)
			apply(&c, CONFIG_USER, "port", t[i].port);
		if (t[i].tls != NULL)
			apply(&c, CONFIG_USER, "tls", t[i].tls);
		is_int(config_port(&c.base), t[i].want, "port %zu", i);
		is_int(config_tls_mode(&c.base), t[i].mode, "tls %zu", i);
		config_release(&c);
	}
}

static void
flags(void)
{
	static const struct config_source gained = {
		.elevated = true, .system = "/etc/heloise.conf" };
	static const struct {
		const struct config_source *src;
		const char *key, *value, *why;
	} t[] = {
		{ &plain, "port", "25", NULL },
		{ &plain, "tls", "none", NULL },
		{ &plain, "prot", "25",
		    "--prot: no such option" },
		{ &plain, "zebra", "1", "--zebra: no such option" },
		{ &plain, "port", "x",
		    "--port: expected auto or a number from 1 to 65535" },
		{ &plain, "user", "", "--user: expected a value" },
		{ &plain, "from", "a\r\nRCPT",
		    "--from: expected no control characters" },
		{ &plain, "password", SECRET, "--password: every user of "
		    "this host could read it; use --password-file" },
		{ &gained, "from", "a@example.org",
		    "--from: not allowed with the privileges of another "
		    "user" },
		{ &gained, "relay", "h",
		    "--relay: not allowed with the privileges of another "
		    "user" },
		{ &gained, "tls-verify", "no",
		    "--tls-verify: not allowed with the privileges of another "
		    "user" },
		{ &gained, "auth-cleartext", "yes",
		    "--auth-cleartext: not allowed with the privileges of "
		    "another user" },
		{ &gained, "password-file", "/f",
		    "--password-file: not allowed with the privileges of "
		    "another user" },
		{ &gained, "tls-ca", "/f",
		    "--tls-ca: not allowed with the privileges of another "
		    "user" },
	};
	struct config c;
	struct fault f;
	size_t i;
	int rc;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		fault_clear(&f);
		rc = config_set_flag(&c, t[i].src, t[i].key, t[i].value, &f);
		is_int(rc, t[i].why == NULL ? 0 : -1, "flag %zu", i);
		is(f.text, t[i].why == NULL ? "" : t[i].why, "why %zu", i);
		if (rc == -1)
			is_int(fault_exit(&f), 64, "exit %zu", i);
		config_release(&c);
	}
	config_init(&c);
	(void)config_set_flag(&c, &plain, "port", "26", &f);
	is_int(c.base.port, 26, "flag is stored");
	is(origin(&c, "port"), "--port", "flag is the origin");
	config_release(&c);
}

static void
checks(void)
{
	static const struct {
		struct step step[4];
		const char *why;
	} t[] = {
		{ { { CONFIG_USER, "relay", "h" } }, NULL },
		{ { { CONFIG_USER, "port", "25" } },
		    "no relay is set: run `heloise --setup "
		    "you@example.org`, or put a line \"relay HOST\" into "
		    "/etc/heloise.conf, or set HELOISE_RELAY" },
		{ { { CONFIG_USER, "relay", "smtps://h" },
		      { CONFIG_FLAG, "tls", "none" } },
		    "flag: relay (user) is smtps://, which is implicit TLS, "
		    "but tls says otherwise" },
		{ { { CONFIG_USER, "relay", "smtps://h" },
		      { CONFIG_FLAG, "tls", "implicit" } },
		    NULL },
		{ { { CONFIG_USER, "relay", "h" },
		      { CONFIG_USER, "user", "u" } },
		    "user: user is set, but neither password nor password-file "
		    "nor "
		    "password-command nor oauth" },
		{ { { CONFIG_USER, "relay", "h" }, { CONFIG_USER, "user", "u" },
		      { CONFIG_USER, "password", SECRET } },
		    NULL },
		{ { { CONFIG_USER, "relay", "h" }, { CONFIG_USER, "user", "u" },
		      { CONFIG_USER, "password-file", "/f" } },
		    NULL },
		{ { { CONFIG_USER, "relay", "h" }, { CONFIG_USER, "user", "u" },
		      { CONFIG_USER, "auth", "none" } },
		    NULL },
		{ { { CONFIG_USER, "relay", "h" }, { CONFIG_USER, "user", "u" },
		      { CONFIG_USER, "auth", "external" } },
		    NULL },
		{ { { CONFIG_USER, "relay", "h" },
		      { CONFIG_USER, "auth", "external" } },
		    NULL },
		{ { { CONFIG_USER, "relay", "h" },
		      { CONFIG_USER, "password", SECRET } },
		    "user: password is set, but no user" },
		{ { { CONFIG_USER, "relay", "h" },
		      { CONFIG_USER, "password-file", "/f" } },
		    "user: password-file is set, but no user" },
		{ { { CONFIG_USER, "relay", "h" },
		      { CONFIG_USER, "auth", "plain" } },
		    "user: auth asks for a login, but no user is set" },
	};
	struct config_source own = { .file = "/tmp/own" };
	struct config c;
	struct fault f;
	size_t i, k;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		fault_clear(&f);
		for (k = 0; t[i].step[k].key != NULL; k++)
			apply(&c, t[i].step[k].level, t[i].step[k].key,
			    t[i].step[k].value);
		is_int(judge_check(&c, &plain, &f),
		    t[i].why == NULL ? 0 : -1, "check %zu", i);
		is(f.text, t[i].why == NULL ? "" : t[i].why, "check %zu: why",
		    i);
		if (t[i].why != NULL)
			is_int(fault_exit(&f), 78, "check %zu: exit", i);
		config_release(&c);
	}
	config_init(&c);
	(void)judge_check(&c, &own, &f);
	ok(strstr(f.text, " into /tmp/own") != NULL, "-C is the file named");
	config_release(&c);
}

static void
mistakes(void)
{
	struct config c;
	int i;

	config_init(&c);
	apply(&c, CONFIG_USER, "password", SECRET "\n");
	apply(&c, CONFIG_USER, "user", SECRET "\n");
	apply(&c, CONFIG_USER, "port", SECRET);
	apply(&c, CONFIG_USER, "relay", SECRET "@h");
	is_int((long long)c.nmistakes, 4, "four mistakes");
	ok(strstr(buf_text(&c.mistakes), "user: password: expected no "
	    "control characters\n") == buf_text(&c.mistakes),
	    "the first names origin and key");
	ok(strstr(buf_text(&c.mistakes), SECRET) == NULL,
	    "no value is repeated");
	for (i = 0; i < 10000; i++)
		config_mistake(&c, "%d\x1b[2J\nx", i);
	ok(c.mistakes.len <= 65536, "there is a ceiling");
	ok(strstr(buf_text(&c.mistakes), "\n0?[2J?x\n1?") != NULL,
	    "a mistake is a line and shows no controls");
	config_release(&c);
}

/* The line of a dump that begins with key, in b. */
static const char *
dump_line(const struct config *c, const char *key, struct buf *b)
{
	struct buf all = { .max = 65536 };
	const char *p, *nl;
	size_t n = strlen(key);

	config_dump(c, false, &all);
	buf_clear(b);
	for (p = buf_text(&all); (nl = strchr(p, '\n')) != NULL; p = nl + 1)
		if (strncmp(p, key, n) == 0 && p[n] == ' ')
			buf_add(b, p, (size_t)(nl - p));
	buf_release(&all);
	return buf_text(b);
}

static void
dump(void)
{
	struct buf b = { .max = 65536 };
	struct config c;
	size_t i, lines = 0;

	config_init(&c);
	for (i = 0; i < setting_count; i++)
		ok(*dump_line(&c, setting_table[i].key, &b) != '\0',
		    "dump has %s", setting_table[i].key);
	is(dump_line(&c, "relay", &b),
	    "relay            (unset)                 # default", "unset");
	is(dump_line(&c, "port", &b),
	    "port             auto                    # default: 587",
	    "auto says what it comes to");
	apply(&c, CONFIG_USER, "relay", "localhost:465");
	apply(&c, CONFIG_ENV, "user", "alice");
	apply(&c, CONFIG_ENV, "password", SECRET);
	apply(&c, CONFIG_FLAG, "timeout", "2m");
	is(dump_line(&c, "port", &b),
	    "port             auto                    # user: 465",
	    "the relay's port");
	is(dump_line(&c, "tls", &b), "tls              auto"
	    "                    # default: implicit TLS", "tls");
	is(dump_line(&c, "password", &b),
	    "password         (set)                   # env", "masked");
	is(dump_line(&c, "timeout", &b),
	    "timeout          2m                      # flag", "a time");
	buf_clear(&b);
	config_dump(&c, false, &b);
	ok(strstr(buf_text(&b), SECRET) == NULL, "no secret in the dump");
	for (i = 0; i < b.len; i++)
		lines += b.p[i] == '\n';
	is_int((long long)lines, (long long)setting_count, "a line a row");
	buf_release(&b);
	config_release(&c);
}

/* The user of tokens is that of `from`, if it is an address. */
static void
implied_user(void)
{
	static const struct {
		const char *from, *user, *auth, *want;
	} t[] = {
		{ "a@example.org", NULL, NULL, "a@example.org" },
		{ "Al <a@example.org>", NULL, NULL, "a@example.org" },
		{ "a@example.org", NULL, "xoauth2", "a@example.org" },
		{ "a@example.org", "b@example.org", NULL, "b@example.org" },
		{ "a@example.org", NULL, "none", NULL },
		{ "a@example.org", NULL, "external", NULL },
		{ "%U@example.org", NULL, NULL, NULL },
		{ "a@%H", NULL, NULL, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	const struct setting *row = setting_find("user");
	struct buf b = { .max = 256 };
	struct config c;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		apply(&c, CONFIG_USER, "oauth", "microsoft");
		if (t[i].from != NULL)
			apply(&c, CONFIG_FLAG, "from", t[i].from);
		if (t[i].user != NULL)
			apply(&c, CONFIG_SYSTEM, "user", t[i].user);
		if (t[i].auth != NULL)
			apply(&c, CONFIG_USER, "auth", t[i].auth);
		config_finish(&c);
		is(c.base.user, t[i].want, "implied user %zu", i);
		config_release(&c);
	}
	config_init(&c);
	apply(&c, CONFIG_USER, "from", "a@example.org");
	config_finish(&c);
	is(c.base.user, NULL, "none without tokens");
	config_open(&c, "own", "f:1");
	apply(&c, CONFIG_USER, "from", "b@example.org");
	config_open(&c, "same", "f:2");
	config_close(&c);
	apply(&c, CONFIG_USER, "oauth", "microsoft");
	config_finish(&c);
	is(c.account[0].set.user, "b@example.org", "of an account");
	is(c.account[1].set.user, "a@example.org", "of one that has it above");
	is(config_where(&c, 1, row), config_origin(&c, row), "and the origin");
	is(dump_line(&c, "user", &b), "user             a@example.org"
	    "           # user: the address in from", "the dump");
	buf_release(&b);
	config_release(&c);
}

/* A name that is refused is shown, but not its controls. */
static void
dump_account(void)
{
	struct buf b = { .max = 1 << 20 };
	struct config c;

	config_init(&c);
	config_open(&c, "home", "f:1");
	config_open(&c, "a\033[2J\366", "f:2");
	config_dump(&c, false, &b);
	ok(strstr(buf_text(&b), "\naccount home                             # "
	    "f:1\n") != NULL, "an account and its line");
	ok(strstr(buf_text(&b), "\naccount a?[2J?                           # "
	    "f:2\n") != NULL, "one with a wrong name");
	buf_release(&b);
	config_release(&c);
}

int
main(void)
{
	levels();
	providers();
	provider_of_account();
	lists();
	superseding();
	port_and_tls();
	flags();
	checks();
	mistakes();
	dump();
	implied_user();
	dump_account();
	return done();
}
