/* t_setup_exim.c - files of Debian's Exim, and the draft made of them */

#include "reader.h"
#include "setup/exim.h"

#define HEAD "dc_eximconfig_configtype='smarthost'\n" \
	"dc_other_hostnames=''\ndc_local_interfaces='127.0.0.1 ; ::1'\n" \
	"dc_readhost='example.org'\ndc_relay_domains=''\n" \
	"dc_minimaldns='false'\ndc_relay_nets=''\n"
#define NOTE "# @/update-exim4.conf.conf:3: dc_local_interfaces: no " \
	"counterpart: nothing listens\n"
#define TAIL "CFILEMODE='644'\ndc_use_split_config='false'\n" \
	"dc_hide_mailname='true'\ndc_mailname_in_oh='true'\n"
#define UNVERIFIED "@/update-exim4.conf.conf: Debian's Exim does not " \
	"verify the relay's certificate, heloise does\n"
#define LOCAL "@/update-exim4.conf.conf: mail to local users was delivered " \
	"here; now the relay gets it, as USER@example.org; set `root-mail " \
	"ADDRESS`, or write aliases\n"

static const struct { const char *what, *text, *login, *want, *check; } t[] = {
	{ "a login", HEAD "dc_smarthost='smtp.test::587'\n" TAIL,
	    "# c\nother.test:x:y\n*.test:joe:a:b\n",
	    NOTE "relay smtp.test\nport 587\n"
	    "# @/passwd.client:2: other.test: a login at another relay\n"
	    "user joe\npassword a:b\ntls starttls\ndomain example.org\n",
	    UNVERIFIED LOCAL },
	{ "a login by a regular expression",
	    HEAD "dc_smarthost='smtp.test::587'\n" TAIL,
	    "^mx[0-9]:x:y\n^SMTP\\.test$:joe:a\n*:all:b\n",
	    NOTE "relay smtp.test\nport 587\n"
	    "# @/passwd.client:1: ^mx[0-9]: a login at another relay\n"
	    "user joe\npassword a\ntls starttls\ndomain example.org\n",
	    UNVERIFIED LOCAL },
	{ "none", HEAD "dc_smarthost='smtp.test'\n" TAIL, "",
	    NOTE "relay smtp.test\nport 25\ntls opportunistic\n"
	    "domain example.org\n", LOCAL },
	{ "two relays", HEAD "dc_smarthost='a.test::25;b.test'\n" TAIL, "",
	    NOTE "relay a.test\nport 25\ntls opportunistic\n"
	    "domain example.org\n",
	    "@/update-exim4.conf.conf:8: dc_smarthost has several relays; "
	    "only the first is taken, see `fallback`\n" LOCAL },
	{ "a port that has TLS from the first octet on",
	    HEAD "dc_smarthost='smtp.test::465'\n" TAIL, "",
	    NOTE "relay smtp.test\nport 465\ntls implicit\n"
	    "domain example.org\n", UNVERIFIED LOCAL },
	{ "nothing is delivered here", HEAD "dc_smarthost='smtp.test::26'\n"
	    TAIL "dc_eximconfig_configtype='satellite'\n", "",
	    NOTE "relay smtp.test\nport 26\ntls opportunistic\n"
	    "domain example.org\n", "" },
	{ "mail to the hosts themselves", "dc_eximconfig_configtype="
	    "'internet'\ndc_smarthost='smtp.test::587'\n" TAIL
	    "dc_readhost='example.org'\n", "",
	    "tls opportunistic\ndomain example.org\n", "" },
};

/* Macros, and the senders beside the directory. */
static void
test_others(void)
{
	char *dir = reader_path("etc");

	(void)mkdir(dir, 0700);
	reader_write("etc/x", "dc_eximconfig_configtype='satellite'\n"
	    "dc_smarthost='smtp.test::26'\ndc_hide_mailname='true'\n"
	    "dc_readhost='example.org'\n");
	reader_write("etc/exim4.conf.localmacros", "# c\n"
	    "REMOTE_SMTP_SMARTHOST_PROTOCOL = smtps\nMAIN_X = y\n");
	reader_write("email-addresses", "# c\njoe: joe@x.test\n");
	reader_is(exim_import, "etc/x", "relay smtp.test\nport 26\n"
	    "# @/etc/exim4.conf.localmacros:3: MAIN_X: no counterpart\n"
	    "tls implicit\ndomain example.org\n",
	    "@/etc/../email-addresses:2: joe sent as joe@x.test: no setting "
	    "does this for one user; -f joe@x.test does\n@/etc/x: Debian's "
	    "Exim does not verify the relay's certificate, heloise does\n",
	    "a macro, and a sender");
	reader_remove("etc/x");
	reader_remove("etc/exim4.conf.localmacros");
	reader_remove("email-addresses");
	(void)rmdir(dir);
	free(dir);
}

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++) {
		reader_write("update-exim4.conf.conf", t[i].text);
		reader_write("passwd.client", t[i].login);
		reader_is(exim_import, "update-exim4.conf.conf", t[i].want,
		    t[i].check, t[i].what);
	}
	reader_remove("update-exim4.conf.conf");
	reader_remove("passwd.client");
	test_others();
	return reader_end(exim_import);
}
