/* t_setup_ssmtp.c - ssmtp.conf and revaliases, and the draft made of them */

#include "reader.h"
#include "setup/ssmtp.h"

#define UNVERIFIED "@/ssmtp.conf: ssmtp does not verify the relay's " \
	"certificate, heloise does\n"
#define REPLACED(host) "@/ssmtp.conf: ssmtp replaced From by USER@HOST; " \
	"to keep that, set `from %U@" host "` and `from-policy force`\n"
#define SENDER(at, user, address) "@/revaliases:" at ": " user " sent as " \
	address ": no setting does this for one user; -f " address " does\n"

static const struct {
	const char *what, *text, *aliases, *want, *check;
} t[] = {
	{ "as the package makes it",
	    "#\n# Config\nroot=postmaster\n\nmailhub=mail\n\n"
	    "#rewriteDomain=\n\nhostname=web1.example.org\n\n"
	    "#FromLineOverride=YES\n", "# sSMTP aliases\n",
	    "# @/ssmtp.conf:3: root: it names no address\nrelay mail\n"
	    "port 25\nhelo web1.example.org\ntls none\n",
	    REPLACED("web1.example.org") },
	{ "STARTTLS, a login, senders",
	    "Mailhub=smtp.test:587\nUseTLS=Yes\nUseSTARTTLS=YES\n"
	    "AuthUser=joe\nAuthPass=a=b#c\nAuthMethod=LOGIN\n",
	    "root:joe@example.org:smtp.test:587\nwww-data:joe@example.org\n",
	    "relay smtp.test\nport 587\nuser joe\npassword a=b#c\n"
	    "auth auto\ntls starttls\n"
	    "# @/revaliases:1: root: a relay for one user; see `account` "
	    "and `match`\n", SENDER("1", "root", "joe@example.org")
	    SENDER("2", "www-data", "joe@example.org") REPLACED("HOST")
	    UNVERIFIED },
	{ "implicit TLS, a domain, senders that are kept",
	    "mailhub=[::1]:465\nUseTLS=YES\nrewriteDomain=example.org\n"
	    "FromLineOverride=YES\nTLSCert=/etc/c.pem\nDebug=YES\n", "",
	    "relay [::1]\nport 465\ntls-cert /etc/c.pem\n"
	    "# @/ssmtp.conf:6: Debug: no counterpart; -v shows the dialogue\n"
	    "tls implicit\ndomain example.org\nfrom %U@example.org\n",
	    UNVERIFIED },
	{ "a domain, for all", "mailhub=m.test\nrewriteDomain=x.test\n",
	    "root:a@x.test\n", "relay m.test\nport 25\ntls none\n"
	    "domain x.test\nfrom %U@x.test\nfrom-policy force\n",
	    SENDER("1", "root", "a@x.test") },
};

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++) {
		reader_write("ssmtp.conf", t[i].text);
		reader_write("revaliases", t[i].aliases);
		reader_is(ssmtp_import, "ssmtp.conf", t[i].want, t[i].check,
		    t[i].what);
	}
	reader_remove("ssmtp.conf");
	reader_remove("revaliases");
	return reader_end(ssmtp_import);
}
