/* t_setup_msmtp.c - msmtprc, and the draft that is made of it */

#include "reader.h"
#include "setup/msmtp.h"

#define OPTIONS	"@/msmtprc: options of msmtp that are none here: " \
	"--read-envelope-from, and -a default; without -a the sender " \
	"chooses the account\n"

static const struct { const char *what, *text, *want, *check; } t[] = {
	{ "implicit TLS, quotes, a login",
	    "# c\naccount default\nhost \"smtp.example.org\"\ntls on\n"
	    "tls_starttls off\nauth on\nuser alice\npassword \"a b#c\"\n"
	    "from alice@example.org\n",
	    "from alice@example.org\nrelay smtp.example.org\nport 465\n"
	    "tls implicit\nauth auto\nuser alice\npassword a b#c\n", "" },
	{ "STARTTLS, a command, patterns of the sender",
	    "account default\nhost h.test\nport 587\ntls\nauth plain\n"
	    "user u\npasswordeval gpg -d ~/p | head -1\nfrom %U@example.org\n"
	    "allow_from_override off\n",
	    "from %U@example.org\nrelay h.test\nport 587\ntls starttls\n"
	    "auth plain\npassword-command shell:gpg -d ~/p | head -1\n"
	    "user u\nfrom-policy force\n", "" },
	{ "defaults, accounts that copy others, and the default one",
	    "defaults\ntls on\nport 587\naccount a\nhost a.test\n"
	    "from a@example.org\naccount b : a\nfrom *@b.test\n"
	    "account default : a\naliases /etc/al\n",
	    "from a@example.org\nrelay a.test\nport 587\ntls starttls\n"
	    "auth none\naliases /etc/al\n\naccount a\nmatch a@example.org\n"
	    "from a@example.org\nrelay a.test\nport 587\ntls starttls\n"
	    "auth none\n\naccount b\nmatch *@b.test\nrelay a.test\n"
	    "port 587\ntls starttls\nauth none\n"
	    "# inherited from above: from\n", OPTIONS },
	{ "no password of one account for another",
	    "account x\nhost x.test\nauth on\nuser x\npassword sesame\n"
	    "account y\nhost y.test\nauth on\nuser y\n",
	    "relay x.test\nport 25\ntls none\nauth auto\nuser x\n"
	    "password sesame\n\naccount y\nrelay y.test\nport 25\n"
	    "tls none\nauth auto\nuser y\n# Put the password into this file, "
	    "beside this one; chmod 600.\npassword-file y.password\n",
	    "@/msmtprc:6: account y: msmtp takes the password of y from the "
	    "system's keyring, .netrc or the terminal; set `password`, "
	    "`password-file` or `password-command`\n"
	    OPTIONS },
	{ "lines without counterpart",
	    "account default\nhost h.test\ntls_fingerprint AA:BB\nauth gssapi\n"
	    "tls_trust_file system\nnonsense sesame\nport abc\n",
	    "relay h.test\ntls none\nauth auto\n"
	    "# @/msmtprc:6: nonsense: no counterpart\n",
	    "@/msmtprc:1: port: left out: expected auto or a number from 1 to "
	    "65535\n@/msmtprc:1: auth: left out: expected auto, none, "
	    "external, oauthbearer, xoauth2, cram-md5, login, plain, "
	    "scram-sha-1, scram-sha-256, scram-sha-1-plus or "
	    "scram-sha-256-plus\n@/msmtprc:3: tls_fingerprint: "
	    "the certificate is not pinned any more; `tls-pin` "
	    "takes the fingerprint of its key, which heloise --probe shows\n" },
	{ "settings of one account that count for all",
	    "account default\nhost a.test\nlogfile /l\naccount b\n"
	    "host b.test\naliases /b\nlogfile /m\n",
	    "relay a.test\nport 25\ntls none\nauth none\nlog /l\n"
	    "aliases /b\n\naccount b\nrelay b.test\nport 25\ntls none\n"
	    "auth none\n", "@/msmtprc:6: account b: aliases: counts for all "
	    "accounts, not for this one only\n@/msmtprc:6: account b: log: "
	    "left out, since it counts for all accounts, and they have "
	    "another value\n" OPTIONS },
	{ "a pattern is no address to replace senders by",
	    "defaults\nset_from_header on\naccount default\nhost h.test\n"
	    "from a@h.test\naccount b\nhost b.test\nfrom *@b.test\n",
	    "from a@h.test\nrelay h.test\nport 25\ntls none\nauth none\n"
	    "from-policy force\n\naccount b\nmatch *@b.test\n"
	    "relay b.test\nport 25\ntls none\nauth none\n"
	    "# inherited from above: from\nfrom-policy keep\n",
	    "@/msmtprc:6: account b: set_from_header and "
	    "allow_from_override: From is as the message has it, since `from` "
	    "is a pattern\n" OPTIONS },
	{ "syslog, and no file", "account default\nhost a.test\n"
	    "syslog LOG_MAIL\n",
	    "relay a.test\nport 25\ntls none\nauth none\nlog syslog\n",
	    "" },
	{ "syslog, and a file", "account default\nhost a.test\n"
	    "syslog\nlogfile /l\n",
	    "relay a.test\nport 25\ntls none\nauth none\nlog /l\n"
	    "# @/msmtprc:1: syslog: see `log`, which is one place\n", "" },
	{ "a certificate that was not verified", "account default\n"
	    "host a.test\ntls on\ntls_certcheck off\n",
	    "relay a.test\nport 25\ntls starttls\nauth none\n",
	    "@/msmtprc:1: tls_certcheck: msmtp does not verify the relay's "
	    "certificate, heloise does; see `tls-verify`\n" },
	{ "a socket, a proxy, a log",
	    "account default\nsocket /run/s\nprotocol lmtp\nproxy_host p.test\n"
	    "logfile ~/.log\n",
	    "relay lmtp:/run/s\nauth none\n"
	    "proxy socks5://p.test:1080\nlog @/.log\n", "" },
};

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++) {
		reader_write("msmtprc", t[i].text);
		reader_is(msmtp_import, "msmtprc", t[i].want, t[i].check,
		    t[i].what);
	}
	reader_write("msmtprc", t[3].text);
	reader_write(".netrc", "machine y.test login y password open\n");
	reader_is(msmtp_import, "msmtprc",
	    "relay x.test\nport 25\ntls none\nauth auto\nuser x\n"
	    "password sesame\n\naccount y\nrelay y.test\nport 25\n"
	    "tls none\nauth auto\npassword open\nuser y\n", OPTIONS,
	    "the password of .netrc");
	reader_remove(".netrc");
	reader_remove("msmtprc");
	return reader_end(msmtp_import);
}
