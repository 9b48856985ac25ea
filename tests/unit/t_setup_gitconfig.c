/* t_setup_gitconfig.c - a gitconfig, and the draft that is made of it */

#include "reader.h"
#include "setup/gitconfig.h"

static const struct { const char *what, *text, *want, *check; } t[] = {
	{ "STARTTLS and a login", "[user]\n\tname = A\n[sendemail]\n"
	    "\tsmtpServer = smtp.test\n\tsmtpEncryption = tls\n"
	    "\tsmtpUser = a@x.test ; c\n\tsmtpPass = \"p;q \\\"r\"\n"
	    "\tfrom = a@x.test\n\tto = list@x.test\n\tconfirm = auto\n",
	    "relay smtp.test\ntls starttls\nuser a@x.test\n"
	    "password p;q \"r\nfrom a@x.test\nport 587\n", "" },
	{ "implicit TLS, and no password", "[sendemail]\n"
	    "smtpserver=smtp.test\nsmtpencryption=ssl\nsmtpuser=u\n"
	    "smtpbatchsize=5\n",
	    "relay smtp.test\ntls implicit\nuser u\n"
	    "# @/.gitconfig:5: smtpbatchsize: no counterpart; see `rate`\n"
	    "port 465\n", "@/.gitconfig: git asks its credential helper for "
	    "the password; set `password`, `password-file` or "
	    "`password-command`\n" },
	{ "an identity", "[sendemail]\nsmtpserver=a.test\n"
	    "smtpserverport=2525\n[sendemail \"work\"]\nsmtpserver=b.test\n"
	    "[core]\nsmtpserver=no.test\n",
	    "relay a.test\nport 2525\ntls none\nauth none\n\n"
	    "account work\nrelay b.test\ntls none\nport 25\nauth none\n",
	    "" },
	{ "a name with the address", "[sendemail]\nsmtpserver=a.test\n"
	    "from = Joe Smith  <joe@x.test>\n",
	    "relay a.test\nfrom joe@x.test\nfrom-name Joe Smith\ntls none\n"
	    "port 25\nauth none\n", "" },
	{ "a name in quotes", "[sendemail]\nsmtpserver=a.test\n"
	    "from = \"\\\"Smith, Joe\\\" <joe@x.test>\"\n",
	    "relay a.test\nfrom joe@x.test\nfrom-name Smith, Joe\n"
	    "tls none\nport 25\nauth none\n", "" },
	{ "a program", "[sendemail]\nsmtpserver=/usr/bin/msmtp\n",
	    "# @/.gitconfig:2: smtpserver: a program, not a relay\n", "" },
};

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++) {
		reader_write(".gitconfig", t[i].text);
		reader_is(gitconfig_import, ".gitconfig", t[i].want,
		    t[i].check, t[i].what);
	}
	reader_remove(".gitconfig");
	return reader_end(gitconfig_import);
}
