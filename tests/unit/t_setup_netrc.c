/* t_setup_netrc.c - .netrc, and the draft that is made of it */

#include "reader.h"
#include "setup/netrc.h"

static const struct { const char *what, *text, *want; } t[] = {
	{ "one machine, on one line",
	    "machine smtp.example.org login alice password sesame\n",
	    "relay smtp.example.org\nuser alice\npassword sesame\n" },
	{ "on several lines, with quotes, and one that is no relay",
	    "# c\nmachine ftp.test\n  login x\n  password y\n"
	    "machine mail.test\n  login a@mail.test\n  account z\n"
	    "  password \"a b\"\n",
	    "# @/.netrc:2: ftp.test: its name is not that of a relay\n"
	    "relay mail.test\nuser a@mail.test\npassword a b\n"
	    "from a@mail.test\n" },
	{ "macros and the default",
	    "machine smtp.a.test login a password b macdef init\n"
	    "machine smtp.no.test login n password n\n\n"
	    "default login anonymous password user@site\n",
	    "relay smtp.a.test\nuser a\npassword b\n" },
	{ "the password of one relay is not for another",
	    "machine smtp.a.test login a password b\nmachine smtp.b.test\n"
	    "machine smtp.c.test login c@c.test password d\n",
	    "relay smtp.a.test\nuser a\npassword b\n\naccount smtp.b.test\n"
	    "relay smtp.b.test\nauth none\n\naccount smtp.c.test\n"
	    "relay smtp.c.test\nuser c@c.test\npassword d\n"
	    "from c@c.test\nmatch c@c.test\n" },
};

static void
test_password(void)
{
	static const struct {
		const char *host, *user, *want;
	} p[] = {
		{ "a.test", "joe", "one" }, { "A.test", "joe", "one" },
		{ "a.test", "ann", "two" }, { "b.test", "joe", NULL },
	};
	struct draft d;
	size_t i;

	reader_write(".netrc", "machine a.test login joe password one\n"
	    "machine a.test login ann password two\n");
	for (i = 0; i < NITEMS(p); i++) {
		draft_init(&d);
		ok(netrc_password(&d, p[i].host, p[i].user) ==
		    (p[i].want != NULL), "%s at %s", p[i].user, p[i].host);
		is(draft_get(&d, "password"), p[i].want, "its password");
		draft_release(&d);
	}
}

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++) {
		reader_write(".netrc", t[i].text);
		reader_is(netrc_import, ".netrc", t[i].want, "", t[i].what);
	}
	test_password();
	reader_remove(".netrc");
	return reader_end(netrc_import);
}
