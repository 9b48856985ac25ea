/* t_setup_nullmailer.c - files of nullmailer, and the draft made of them */

#include "reader.h"
#include "setup/nullmailer.h"

static const struct {
	const char *what, *remotes, *name, *text, *want, *check;
} t[] = {
	{ "STARTTLS, a login in quotes, a name",
	    "smart.test smtp port=2525 starttls user=joe pass='my pass'\n",
	    "me", "web1.example.org\n",
	    "user joe\npassword my pass\nrelay smart.test\nport 2525\n"
	    "tls starttls\nhelo web1.example.org\n", "" },
	{ "implicit TLS, dashes, a list of relays",
	    "# c\na.test smtp --ssl --auth-login --user=u --pass=p\n"
	    "b.test\nc.test qmqp\nd.test\n", "defaultdomain", "example.org\n",
	    "auth login\nuser u\npassword p\nrelay a.test\nport 465\n"
	    "tls implicit\n"
	    "# @/remotes:4: c.test: its protocol has no counterpart\n"
	    "fallback remote2 remote3\ndomain example.org\n"
	    "\naccount remote2\nrelay b.test\nport 25\ntls none\n"
	    "auth none\n\naccount remote3\nrelay d.test\nport 25\n"
	    "tls none\nauth none\n", "" },
	{ "in clear; the queue", "m.test\n", "queuelifetime", "3600\n",
	    "relay m.test\nport 25\ntls none\nauth none\nexpire 3600\n",
	    "" },
	{ "one sender", "m.test\n", "allmailfrom", "n@example.org",
	    "relay m.test\nport 25\ntls none\nauth none\n"
	    "from n@example.org\nfrom-policy reply-to\n",
	    "@/allmailfrom:1: allmailfrom replaces the envelope sender only; "
	    "heloise replaces From, too, and puts the old address into "
	    "Reply-To\n" },
	{ "not verified", "m.test smtp tls insecure x509fmtder\n", "idhost",
	    "x\n", "# @/remotes:1: x509fmtder: no counterpart: "
	    "certificates are in "
	    "PEM\nrelay m.test\nport 465\ntls implicit\nauth none\n"
	    "# @/idhost:1: idhost: no counterpart\n",
	    "@/remotes:1: insecure: nullmailer does not verify the relay's "
	    "certificate, heloise does; see `tls-verify`\n" },
	{ "several administrators", "m.test\n", "adminaddr", "o@x, p@y\n",
	    "relay m.test\nport 25\ntls none\nauth none\n",
	    "@/adminaddr:1: adminaddr has several addresses; write "
	    "`root: o@x, p@y` into the file of `aliases`\n" },
	{ "the administrator", "m.test\n", "adminaddr", "o@example.org\n",
	    "relay m.test\nport 25\ntls none\nauth none\n"
	    "root-mail o@example.org\n", "" },
	{ "as the package makes it", "", "adminaddr", "", "", "" },
};

/* Debian's takes its name from a file beside its directory, not from me. */
static void
test_mailname(void)
{
	char *dir = reader_path("etc");

	(void)mkdir(dir, 0700);
	reader_write("etc/remotes", "m.test\n");
	reader_write("etc/me", "x.example.org\n");
	reader_write("mailname", "web1.example.org\n");
	reader_is(nullmailer_import, "etc/remotes", "relay m.test\nport 25\n"
	    "tls none\nauth none\nhelo web1.example.org\n", "",
	    "Debian's name");
	reader_remove("etc/remotes");
	reader_remove("etc/me");
	reader_remove("mailname");
	(void)rmdir(dir);
	free(dir);
}

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++) {
		reader_write("remotes", t[i].remotes);
		reader_write(t[i].name, t[i].text);
		reader_is(nullmailer_import, "remotes", t[i].want, t[i].check,
		    t[i].what);
		reader_remove(t[i].name);
	}
	reader_remove("remotes");
	test_mailname();
	return reader_end(nullmailer_import);
}
