/* t_setup_draft.c - lines, accounts and comments of a new configuration */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "setup/draft.h"
#include "tap.h"

static void
is_draft(const struct draft *d, bool hide, const char *want, const char *what)
{
	struct buf b = { .max = 65536 };

	draft_text(d, "intro", hide, &b);
	is(buf_text(&b), want, "%s", what);
	buf_release(&b);
}

static void
test_lines(void)
{
	struct draft d;

	draft_init(&d);
	ok(!draft_has_relay(&d), "no relay at first");
	ok(draft_set(&d, "relay", "a.test"), "a relay");
	ok(draft_set(&d, "relay", "b.test"), "another one instead");
	ok(draft_setf(&d, "port", "%d", 25), "a number");
	draft_default(&d, "port", "26");
	draft_default(&d, "tls", "none");
	draft_explain(&d, "relay", "two\nlines");
	ok(draft_set(&d, "password", "p w "), "a secret");
	is_draft(&d, false, "# intro\n\n# two\n# lines\n"
	    "relay           b.test\nport            25\n"
	    "tls             none\npassword        p w \n", "the file");
	is_draft(&d, true, "# intro\n\n# two\n# lines\n"
	    "relay           b.test\nport            25\n"
	    "tls             none\npassword        (not shown)\n",
	    "without its secret");
	ok(draft_set(&d, "password-file", "/f"), "a rival");
	is(draft_get(&d, "password"), NULL, "replaces the other");
	draft_unset(&d, "port");
	is(draft_get(&d, "port"), NULL, "a line can go");
	ok(draft_has_relay(&d), "there is a relay");
	draft_release(&d);
}

/* Values that no file can hold. */
static const struct { const char *key, *value, *want; } bad[] = {
	{ "port", "x", "f:7: port: left out: expected auto or a number from "
	    "1 to 65535\n" },
	{ "password", " p", "f:7: password: left out, since it begins with a "
	    "blank; put it into a file and set `password-file FILE`\n" },
	{ "tls-ca", "ca.pem", "f:7: tls-ca: left out, since its path is "
	    "relative\n" },
	{ "helo", "a\nb", "f:7: helo: left out: expected no control "
	    "characters\n" },
	{ "user", "=x", "f:7: user: left out, since it begins with =\n" },
	{ "no-such-key", "x", "" },
};

static void
test_bad(size_t i)
{
	struct draft d;

	draft_init(&d);
	draft_at(&d, "f", 7);
	ok(!draft_set(&d, bad[i].key, bad[i].value), "%s: is refused",
	    bad[i].key);
	is(buf_text(&d.check), bad[i].want, "%s: why", bad[i].key);
	is(draft_get(&d, bad[i].key), NULL, "%s: is not set", bad[i].key);
	draft_release(&d);
}

/* Names of accounts, and what they become. */
static const struct { const char *name, *want; } names[] = {
	{ "work", "work" }, { "a b@c.d", "a_b_c.d" }, { "-x", "_x" },
	{ "default", "other" }, { "", "other" },
	{ "0123456789012345678901234567890123456789",
	    "01234567890123456789012345678901" },
};

static void
test_accounts(void)
{
	struct draft d;
	size_t i;

	for (i = 0; i < NITEMS(names); i++) {
		draft_init(&d);
		draft_account(&d, names[i].name);
		is(d.block[1].account, names[i].want, "account %s",
		    names[i].name);
		draft_account(&d, NULL);
		draft_account(&d, names[i].name);
		is_int((long long)d.n, 2, "is the same again");
		draft_release(&d);
	}
	draft_init(&d);
	(void)draft_set(&d, "relay", "a.test");
	(void)draft_set(&d, "tls", "none");
	(void)draft_set(&d, "user", "u");
	(void)draft_set(&d, "password-command", "c");
	(void)draft_set(&d, "tls-ca", "/ca");
	draft_account(&d, "x");
	(void)draft_set(&d, "relay", "x.test");
	(void)draft_set(&d, "aliases", "none");
	draft_drop(&d, "k", NULL);
	draft_account(&d, "y");
	(void)draft_set(&d, "user", "y");
	draft_check(&d, "look at %d", 1);
	is_draft(&d, false, "# intro\n#\n# Check:\n"
	    "# account x: aliases: counts for all accounts, not for this one "
	    "only\n# account y: look at 1\n\n"
	    "relay           a.test\ntls             none\n"
	    "user            u\npassword-command c\n"
	    "tls-ca          /ca\naliases         none\n\n"
	    "account         x\nrelay           x.test\n"
	    "# k: no counterpart\nauth            none\n"
	    "tls             auto\n# inherited from above: tls-ca\n\n"
	    "account         y\nuser            y\n"
	    "# Put the password into this file, beside this one; chmod 600.\n"
	    "password-file   y.password\ntls             auto\n"
	    "# inherited from above: tls-ca\n", "accounts stand alone");
	draft_release(&d);
}

int
main(void)
{
	size_t i;

	test_lines();
	for (i = 0; i < NITEMS(bad); i++)
		test_bad(i);
	test_accounts();
	return done();
}
