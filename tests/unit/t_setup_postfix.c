/* t_setup_postfix.c - main.cf and its tables, and the draft made of them */

#include "reader.h"
#include "setup/postfix.h"

#define MX "@/main.cf:1: relayhost: without [] Postfix asks for the MX " \
	"records of this name, heloise does not\n"
#define UNVERIFIED "@/main.cf: at this smtp_tls_security_level Postfix " \
	"does not verify the relay's certificate, heloise does\n"

#define LOCAL(at) "@/main.cf" at ": mail to local users was delivered here; " \
	"now the relay gets it, as USER"
#define LOCAL_END "; set `root-mail ADDRESS`, or write aliases\n"
#define NOBODY "mydestination =\n"
#define DROPPED "# @/main.cf: not taken over, since it is about receiving " \
	"mail: "
#define BASE NOBODY "relayhost = [a.test]:587\nsmtp_sasl_auth_enable = " \
	"yes\nsmtp_tls_security_level = secure\n"

/* "@" in text is the directory. */
static const struct { const char *what, *text, *want, *check; } t[] = {
	{ "a login over TLS, continued lines, names",
	    "mydomain = example.org\n# c\nrelayhost =\n    [smtp.$mydomain]:"
	    "submission\nmyhostname = web1.${mydomain}\nmyorigin = $mydomain\n"
	    "smtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps =\n"
	    "  hash:@/sasl_passwd\nsmtp_tls_security_level = encrypt\n"
	    "smtpd_banner = x\nbiff = no\nmystery = x\n",
	    "relay smtp.example.org\nport 587\n"
	    "user joe\npassword a:b c\ntls starttls\n"
	    "# @/sasl_passwd:2: other.test: a login at another relay\n"
	    "helo web1.example.org\ndomain example.org\n"
	    "# @/main.cf:13: mystery: no counterpart\n"
	    DROPPED "smtpd_banner, biff\n", UNVERIFIED LOCAL(":5")
	    "@example.org" LOCAL_END },
	{ "MX records, STARTTLS if offered",
	    "relayhost = example.org\nsmtp_tls_security_level = may\n"
	    "inet_protocols = ipv4\nmessage_size_limit = 1000\n"
	    "alias_maps = hash:@/al, nis:x\n",
	    "relay example.org\nport 25\ntls opportunistic\n"
	    "address-family ipv4\naliases @/al\nmax-size 1000\n", MX
	    LOCAL("") LOCAL_END },
	{ "implicit TLS, a static login",
	    NOBODY "relayhost = [smtp.test]:465\nsmtp_tls_wrappermode = yes\n"
	    "smtp_tls_security_level = secure\nsmtp_sasl_auth_enable = yes\n"
	    "smtp_sasl_password_maps = static:joe:a:b\n",
	    "relay smtp.test\nport 465\nuser joe\npassword a:b\n"
	    "tls implicit\n" DROPPED "mydestination\n", "" },
	{ "one sender for all",
	    NOBODY "relayhost = [::1]\nsmtp_generic_maps = hash:@/generic\n",
	    "relay [::1]\nport 25\ntls none\nfrom joe@example.org\n"
	    "from-policy force\n" DROPPED "mydestination\n",
	    "@/main.cf:3: smtp_generic_maps: Postfix rewrote only root@web1, "
	    "@web1.example.org; `from-policy force` rewrites every sender, "
	    "and `from-domains` those outside some domains\n" },
	{ "values that name themselves, in no time",
	    NOBODY "a = $a$a$a$a$a$a$a$a$a$a\nb = $a$a$a$a$a$a$a$a$a\n"
	    "relayhost = [smtp$b.test]\n",
	    "relay smtp.test\nport 25\ntls none\n"
	    "# @/main.cf:2: a: no counterpart\n"
	    "# @/main.cf:3: b: no counterpart\n" DROPPED "mydestination\n",
	    "" },
	{ "senders with a relay, one with a login, and a relay to fall back on",
	    BASE "smtp_sasl_password_maps = hash:@/senders\n"
	    "sender_dependent_relayhost_maps = hash:@/relays\n"
	    "smtp_sender_dependent_authentication = yes\n"
	    "smtp_fallback_relay = [b.test]\n",
	    "relay a.test\nport 587\nuser joe\npassword j\n"
	    "tls starttls\nfallback fallback1\n"
	    "# @/senders:5: c.test: a login at another relay\n"
	    DROPPED "mydestination\n"
	    "\naccount shop_example.org\nmatch shop@example.org\n"
	    "relay s.test\nport 2465\nuser shop\npassword s\n"
	    "tls starttls\n\naccount x.test\nmatch x.test\n"
	    "relay s.test\nport 2465\nauth none\ntls starttls\n\n"
	    "account ann_example.org\nmatch ann@example.org\n"
	    "relay a.test\nport 587\nuser ann\npassword n\n"
	    "tls starttls\n\naccount fallback1\nrelay b.test\nport 25\n"
	    "user u\npassword b\ntls starttls\n", "" },
	{ "senders in a table that is not read",
	    BASE "smtp_sasl_password_maps = static:u:p\n"
	    "sender_dependent_relayhost_maps = mysql:/x\n"
	    "smtp_tls_policy_maps = hash:/x\nalways_bcc = root\n"
	    "transport_maps = hash:/x\nsender_bcc_maps =\n",
	    "relay a.test\nport 587\nuser u\npassword p\ntls starttls\n"
	    DROPPED "mydestination\n",
	    "@/main.cf:6: sender_dependent_relayhost_maps: a table of this "
	    "kind is not read; now mail of all senders goes to the relay "
	    "above; see `account` and `match`\n"
	    "@/main.cf:7: smtp_tls_policy_maps: no counterpart; see whether "
	    "`tls` is right for each relay\n"
	    "@/main.cf:8: always_bcc: no counterpart; now nobody gets a copy\n"
	    "@/main.cf:9: transport_maps: no counterpart; now mail to all "
	    "recipients goes to the relay above\n" },
	{ "logins in the file itself", BASE "smtp_sasl_password_maps =\n"
	    "  inline:{ {[a.test]:587 = joe:a b}, c.test=d:e }\n",
	    "relay a.test\nport 587\nuser joe\npassword a b\ntls starttls\n"
	    "# @/main.cf: c.test: a login at another relay\n"
	    DROPPED "mydestination\n", "" },
	{ "logins of a table that is not read", BASE
	    "smtp_sasl_password_maps = inline:{a}\n",
	    "relay a.test\nport 587\ntls starttls\n"
	    DROPPED "mydestination\n", "@/main.cf:5: "
	    "smtp_sasl_password_maps: a table of this kind is not read; set "
	    "`user` and `password`\n" },
	{ "how many, how fast, and which mechanism", BASE
	    "smtp_sasl_password_maps = static:u:p\n"
	    "default_destination_concurrency_limit = 100\n"
	    "smtp_sasl_mechanism_filter = PLAIN\n",
	    "relay a.test\nport 587\nuser u\npassword p\n"
	    "tls starttls\nauth plain\nconnections 64\n"
	    DROPPED "mydestination\n", "" },
	{ "a delay", NOBODY "relayhost = [a.test]\n"
	    "smtp_destination_concurrency_limit = 7\n"
	    "default_destination_rate_delay = 1s\n"
	    "smtp_sasl_mechanism_filter = plain, login\n"
	    "smtp_sasl_security_options = noanonymous\n",
	    "relay a.test\nport 25\ntls none\n"
	    "# @/main.cf:5: smtp_sasl_mechanism_filter: see `auth`, which "
	    "takes one mechanism\nconnections 1\nrate 60/m\n"
	    "# @/main.cf:6: smtp_sasl_security_options: no counterpart; see "
	    "`auth` and `auth-cleartext`\n" DROPPED "mydestination\n", "" },
	{ "a delay of a minute and a half", NOBODY "relayhost = [a.test]\n"
	    "smtp_destination_rate_delay = 90s\n",
	    "relay a.test\nport 25\ntls none\nrate 1/90s\n"
	    "connections 1\n" DROPPED "mydestination\n", "" },
	{ "no relay", "relayhost =\nmyhostname = web1.test\n",
	    "helo web1.test\n", "" },
};

int
main(void)
{
	char *text;
	size_t i;

	reader_begin();
	reader_write("sasl_passwd", "# c\nother.test x:y\n"
	    "[smtp.example.org]:submission joe:a:b c\n");
	reader_write("senders", "ann@example.org ann:n\n"
	    "[a.test]:587 joe:j\nshop@example.org shop:s\n"
	    "[b.test] u:b\nc.test x:y\n");
	reader_write("relays", "# c\nshop@example.org [s.test]:2465\n"
	    "@x.test\n  [s.test]:2465\njoe@example.org DUNNO\n");
	reader_write("generic", "root@web1 joe@example.org\n"
	    "@web1.example.org\tjoe@example.org\n");
	for (i = 0; i < NITEMS(t); i++) {
		text = reader_long(t[i].text);
		reader_write("main.cf", text);
		reader_is(postfix_import, "main.cf", t[i].want, t[i].check,
		    t[i].what);
		free(text);
	}
	reader_remove("main.cf");
	reader_remove("sasl_passwd");
	reader_remove("generic");
	reader_remove("senders");
	reader_remove("relays");
	return reader_end(postfix_import);
}
