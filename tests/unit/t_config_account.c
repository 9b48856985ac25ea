/* t_config_account.c - which account takes a message, and which stand in for it
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/account.h"
#include "config/file.h"
#include "tap.h"

static void
matches(void)
{
	static const struct {
		const char *patterns, *sender;
		int want;
	} t[] = {
		{ "a@x.test", "a@x.test", 3 },
		{ "A@X.test", "a@x.TEST", 3 },
		{ "a@x.test", "b@x.test", 0 },
		{ "a@x.test", "aa@x.test", 0 },
		{ "x.test", "a@x.test", 2 },
		{ "@x.test", "a@x.test", 2 },
		{ "x.test", "a@sub.x.test", 0 },
		{ "x.test", "a@xx.test", 0 },
		{ "x.test", "x.test", 0 },
		{ "x.test", "\"@x.test\"@y.test", 0 },
		{ "y.test", "\"@x.test\"@y.test", 2 },
		{ "*@x.test", "a@x.test", 1 },
		{ "*@*.x.test", "a@b.x.test", 1 },
		{ "*@*.x.test", "a@x.test", 0 },
		{ "*", "a@x.test", 1 },
		{ "*", "", 0 },
		{ "?@x.test", "a@x.test", 1 },
		{ "?@x.test", "ab@x.test", 0 },
		{ "*a*b*c@x", "xaybzc@x", 1 },
		{ "*a*b*c@x", "xaybz@x", 0 },
		{ "**@x", "a@x", 1 },
		{ "a*", "a", 1 },
		{ "<>", "", 3 },
		{ "<>", "a@x", 0 },
		{ "a@x", "", 0 },
		{ "x", "", 0 },
		{ "  b@x \t a@x  ", "a@x", 3 },
		{ "*@x x a@x", "a@x", 3 },
		{ "a@x x *@x", "b@x", 2 },
		{ "@", "a@x", 0 },
		{ "", "a@x", 0 },
	};
	char many[2000], sender[400];
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		is_int(account_match(t[i].patterns, t[i].sender), t[i].want,
		    "<%s> by %s", t[i].sender, t[i].patterns);
	/* A pattern must not make us try all there is. */
	for (i = 0; i + 2 < sizeof(many); i += 2)
		memcpy(many + i, "*a", 2);
	many[i] = '\0';
	memset(sender, 'a', sizeof(sender));
	sender[sizeof(sender) - 1] = '\0';
	is_int(account_match(many, sender), 0, "many stars");
}

static void
load(struct config *c, const char *text)
{
	config_init(c);
	(void)config_file_text(c, CONFIG_SYSTEM, "/f", NULL, text,
	    strlen(text));
	config_finish(c);
	is(buf_text(&c->mistakes), "", "no mistakes");
}

static void
choices(void)
{
	static const char base[] = "relay a\naccount b\nrelay b\n"
	    "match x.test\naccount c\nrelay c\nmatch a@x.test\nmatch *@y\n"
	    "account d\nrelay d\nmatch *@y *@z\n";
	static const struct {
		const char *text, *asked, *sender;
		int want;
	} t[] = {
		{ base, NULL, "b@x.test", 0 },
		{ base, NULL, "a@x.test", 1 },
		{ base, NULL, "a@y", 1 },
		{ base, NULL, "a@z", 2 },
		{ base, NULL, "a@w", ACCOUNT_BASE },
		{ base, NULL, "", ACCOUNT_BASE },
		{ base, NULL, NULL, ACCOUNT_BASE },
		{ base, "d", "a@x.test", 2 },
		{ base, "d", NULL, 2 },
		{ "account b\nrelay b\nmatch x\n", NULL, "a@y",
		    ACCOUNT_NONE },
		{ "account b\nrelay b\nmatch x\n", NULL, "a@x", 0 },
		{ "relay a\n", NULL, "a@x", ACCOUNT_BASE },
	};
	char why[ACCOUNT_WHY], want[ACCOUNT_WHY];
	struct config c;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		load(&c, t[i].text);
		if (t[i].asked != NULL)
			config_apply(&c, setting_find("account"),
			    CONFIG_FLAG, "-a", t[i].asked);
		why[0] = '\0';
		is_int(account_choose(&c, t[i].sender, why), t[i].want,
		    "choice %zu", i);
		(void)snprintf(want, sizeof(want), "its match takes <%s>",
		    t[i].sender != NULL ? t[i].sender : "");
		is(why, c.base.account != NULL ? "it was asked for" :
		    t[i].want < 0 ? "no account matches" : want,
		    "... and why");
		config_release(&c);
	}
}

static void
chains(void)
{
	int chain[ACCOUNT_CHAIN];
	struct config c;

	load(&c, "relay a\nfallback c b c\naccount b\nrelay b\n"
	    "account c\nrelay c\nfallback b\n");
	is_int((long long)account_chain(&c, ACCOUNT_BASE, chain), 3,
	    "each but once");
	ok(chain[0] == ACCOUNT_BASE && chain[1] == 1 && chain[2] == 0,
	    "in their order");
	is_int((long long)account_chain(&c, 1, chain), 2, "its own");
	ok(chain[0] == 1 && chain[1] == 0, "and not that of others");
	is_int((long long)account_chain(&c, 0, chain), 1,
	    "which is not inherited");
	is_int(account_find(&c, "b"), 0, "by its name");
	is_int(account_find(&c, ""), ACCOUNT_BASE, "without one");
	is_int(account_find(&c, "d"), ACCOUNT_NONE, "that is none");
	is(account_name(&c, 1), "c", "its name");
	is(account_name(&c, ACCOUNT_BASE), "", "none");
	config_release(&c);
}

/* What an account has from above, and what wins over it. */
static void
inheritance(void)
{
	const struct settings *s;
	struct config c;
	static const char text[] = "relay a:26\nhelo a.test\nuser u\n"
	    "password p\naccount b\nrelay smtps://b\nhelo b.test\n"
	    "password-file /p\naccount c\nport 27\n";

	config_init(&c);
	(void)config_file_text(&c, CONFIG_SYSTEM, "/f", NULL, text,
	    strlen(text));
	config_apply(&c, setting_find("timeout"), CONFIG_USER, "/u:1", "9s");
	config_apply(&c, setting_find("helo"), CONFIG_ENV, "env", "e.test");
	config_finish(&c);
	is_int((long long)c.naccount, 2, "two accounts");
	s = config_settings(&c, 0);
	is(s->relay, "smtps://b", "its own");
	is(s->user, "u", "from above");
	is(s->password_file, "/p", "its own secret");
	ok(s->password == NULL, "in place of that above");
	is_int(s->timeout, 9, "from above in the user's file");
	is(s->helo, "e.test", "from the environment");
	is_int(config_port(s), 465, "its port");
	s = config_settings(&c, 1);
	is(s->relay, "a:26", "the relay from above");
	is_int(config_port(s), 27, "but its own port");
	is(s->password, "p", "and the password");
	is(config_settings(&c, ACCOUNT_BASE)->helo, "e.test", "above");
	(void)setenv("HELOISE_PASSWORD", "p", 1);
	(void)setenv("SMTP_PASSWORD", "p", 1);
	config_wipe(&c);
	is(getenv("HELOISE_PASSWORD"), "", "that of a variable is wiped");
	is(getenv("SMTP_PASSWORD"), "", "and of the other");
	ok(config_settings(&c, 1)->password[0] == '\0' &&
	    config_settings(&c, ACCOUNT_BASE)->password[0] == '\0',
	    "all are wiped");
	config_release(&c);
}

/* EXTERNAL needs a certificate and no password. */
static void
logins(void)
{
	static const struct {
		const char	*user;
		int		 auth;
		bool		 want;
	} t[] = {
		{ NULL, SETTING_AUTH_AUTO, false },
		{ NULL, SETTING_AUTH_PLAIN, false },
		{ "u", SETTING_AUTH_AUTO, true },
		{ "u", SETTING_AUTH_PLAIN, true },
		{ "u", SETTING_AUTH_OAUTHBEARER, true },
		{ "u", SETTING_AUTH_NONE, false },
		{ "u", SETTING_AUTH_EXTERNAL, false },
	};
	struct settings s = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		s.user = t[i].user != NULL ? xstrdup(t[i].user) : NULL;
		s.auth = t[i].auth;
		ok(account_needs_password(&s) == t[i].want, "login %zu", i);
		ok(account_logs_in(&s) == (t[i].want ||
		    s.auth == SETTING_AUTH_EXTERNAL), "any login %zu", i);
		free(s.user);
	}
}

int
main(void)
{
	logins();
	matches();
	choices();
	chains();
	inheritance();
	return done();
}
