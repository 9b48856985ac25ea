/* t_setup_esmtp.c - esmtprc, and the draft that is made of it */

#include "reader.h"
#include "setup/esmtp.h"

static const struct { const char *what, *text, *want, *check; } t[] = {
	{ "as the package has it",
	    "hostname = localhost:25\nusername = \"USERNAME\"\n"
	    "password = \"PASS WORD\"\n#starttls = disabled\n"
	    "identity = my@somewhere.test\n\thostname = smtp.test:25\n"
	    "\tusername = \"myself\"\n\tpassword = 'se\"cret'\n"
	    "mda = \"/usr/bin/procmail -d %T\"\n",
	    "relay localhost\nport 25\nuser USERNAME\npassword PASS WORD\n"
	    "tls none\n\naccount my_somewhere.test\n"
	    "match my@somewhere.test\nrelay smtp.test\nport 25\n"
	    "user myself\npassword se\"cret\n"
	    "# @/esmtprc:9: mda: no counterpart: mail of local names needs "
	    "`domain` or an alias\ntls none\n", "" },
	{ "no equal sign, a service, a comment",
	    "hostname smtp.test:submission # c\nstarttls required\n"
	    "helo web1.test\nqualifydomain example.org\n"
	    "force reverse_path %u@example.org\n",
	    "relay smtp.test\nport 587\ntls starttls\nhelo web1.test\n"
	    "domain example.org\nfrom %U@example.org\n"
	    "from-policy force\nauth none\n", "" },
	{ "a sender for all", "hostname=s.test\n"
	    "force sender = \"noreply@x.test\"\n",
	    "relay s.test\nport 587\nfrom noreply@x.test\n"
	    "from-policy force\ntls none\nauth none\n", "" },
	{ "a password needs TLS", "hostname=s.test\nusername=u\n"
	    "password=p\nstarttls=enabled\n",
	    "relay s.test\nport 587\nuser u\npassword p\ntls starttls\n",
	    "@/esmtprc:4: starttls = enabled sends the password in clear if "
	    "the relay has no TLS; `tls starttls` does not\n" },
};

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++) {
		reader_write("esmtprc", t[i].text);
		reader_is(esmtp_import, "esmtprc", t[i].want, t[i].check,
		    t[i].what);
	}
	reader_remove("esmtprc");
	return reader_end(esmtp_import);
}
