/*
 * service.c - mail providers by name: their relays and their logins
 *
 * Words on a login that a hint knows from provider.c are not repeated here.
 */

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "hint/provider.h"
#include "hint/service.h"

#define SERVICE(n, t, h, p) .name = (n), .title = (t), .host = (h), .port = (p)

const struct service service_table[] = {
	{ SERVICE("gmail", "Gmail and Google Workspace", "smtp.gmail.com", 465),
	  .domains = "gmail.com googlemail.com",
	  .mx = "aspmx.l.google.com gmail-smtp-in.l.google.com "
	    "googlemail.com smtp.google.com",
	  .oauth = "google" },
	{ SERVICE("google-relay", "the SMTP relay of Google Workspace",
	  "smtp-relay.gmail.com", 587),
	  .user = SERVICE_NONE,
	  .login = "no login: the address of this host must be allowed "
	    "(admin.google.com, Apps, Gmail, Routing, SMTP relay service), "
	    "and `helo` must be a name of your own" },
	{ SERVICE("outlook", "Outlook.com and Hotmail",
	  "smtp-mail.outlook.com", 587),
	  .domains = "outlook.com hotmail.com live.com msn.com outlook.de "
	    "outlook.fr outlook.es outlook.it hotmail.co.uk hotmail.de "
	    "hotmail.fr hotmail.it hotmail.es live.co.uk live.de live.fr "
	    "live.nl live.it",
	  .mx = "olc.protection.outlook.com",
	  .login = "this provider takes no password, only OAuth",
	  .oauth = "microsoft", .oauth_only = true },
	{ SERVICE("microsoft365", "Microsoft 365", "smtp.office365.com", 587),
	  .mx = "mail.protection.outlook.com mx.microsoft",
	  .oauth = "microsoft" },
	{ SERVICE("yahoo", "Yahoo", "smtp.mail.yahoo.com", 465),
	  .domains = "yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it "
	    "yahoo.es yahoo.ca yahoo.com.br yahoo.co.in yahoo.com.au "
	    "ymail.com rocketmail.com",
	  .mx = "yahoodns.net" },
	{ SERVICE("yahoo-japan", "Yahoo! JAPAN", "smtp.mail.yahoo.co.jp", 465),
	  .domains = "yahoo.co.jp",
	  .user = SERVICE_LOCAL,
	  .login = "access by mail programs must be on in the mailbox" },
	{ SERVICE("aol", "AOL", "smtp.aol.com", 465),
	  .domains = "aol.com aim.com",
	  .login = "the user is the whole address, the password is an app "
	    "password (https://login.aol.com/account/security)" },
	{ SERVICE("att", "AT&T", "smtp.mail.att.net", 465),
	  .domains = "att.net bellsouth.net sbcglobal.net pacbell.net "
	    "swbell.net ameritech.net",
	  .login = "the password is a secure mail key, made in the profile "
	    "at att.com" },
	{ SERVICE("icloud", "iCloud", "smtp.mail.me.com", 587),
	  .domains = "icloud.com me.com mac.com",
	  .mx = "mail.icloud.com" },
	{ SERVICE("fastmail", "Fastmail", "smtp.fastmail.com", 465),
	  .domains = "fastmail.com fastmail.fm fastmail.net fastmail.org "
	    "sent.com",
	  .mx = "messagingengine.com" },
	{ SERVICE("proton", "Proton Mail", "smtp.protonmail.ch", 587),
	  .domains = "proton.me protonmail.com protonmail.ch pm.me",
	  .mx = "protonmail.ch",
	  .login = "the password is an SMTP token (Settings, IMAP/SMTP), "
	    "which needs a paid plan and an address in a domain of your own; "
	    "otherwise use Proton Mail Bridge" },
	{ SERVICE("zoho", "Zoho Mail", "smtp.zoho.com", 465),
	  .domains = "zoho.com zohomail.com",
	  .mx = "mx.zoho.com mx2.zoho.com mx3.zoho.com" },
	{ SERVICE("zoho-eu", "Zoho Mail in the EU", "smtp.zoho.eu", 465),
	  .domains = "zohomail.eu",
	  .mx = "mx.zoho.eu mx2.zoho.eu mx3.zoho.eu" },
	{ SERVICE("zoho-in", "Zoho Mail in India", "smtp.zoho.in", 465),
	  .domains = "zohomail.in",
	  .mx = "mx.zoho.in mx2.zoho.in mx3.zoho.in" },
	{ SERVICE("yandex", "Yandex", "smtp.yandex.com", 465),
	  .domains = "yandex.com yandex.ru ya.ru yandex.by yandex.kz",
	  .mx = "mx.yandex.net mx.yandex.ru mx.yandex.com" },
	{ SERVICE("mailru", "Mail.ru", "smtp.mail.ru", 465),
	  .domains = "mail.ru inbox.ru list.ru bk.ru internet.ru",
	  .mx = "mxs.mail.ru emx.mail.ru" },
	{ SERVICE("rambler", "Rambler", "smtp.rambler.ru", 465),
	  .domains = "rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru",
	  .login = "access by mail programs must be on in the mailbox" },
	{ SERVICE("gmx", "GMX (Germany, Austria, Switzerland)",
	  "mail.gmx.net", 465),
	  .domains = "gmx.de gmx.net gmx.at gmx.ch gmx.org",
	  .mx = "gmx.net" },
	{ SERVICE("gmx-com", "GMX (international)", "mail.gmx.com", 465),
	  .domains = "gmx.com gmx.us gmx.co.uk gmx.fr" },
	{ SERVICE("webde", "WEB.DE", "smtp.web.de", 587),
	  .domains = "web.de",
	  .mx = "mx-ha02.web.de mx-ha03.web.de" },
	{ SERVICE("mailcom", "mail.com", "smtp.mail.com", 465),
	  .domains = "mail.com email.com usa.com",
	  .login = "POP3 and IMAP access must be on in the mailbox; with two "
	    "factors, the password is an app password" },
	{ SERVICE("t-online", "Telekom (t-online.de)",
	  "securesmtp.t-online.de", 465),
	  .domains = "t-online.de magenta.de",
	  .login = "the password is the one for mail programs, made at "
	    "https://account.idm.telekom.com, not that of the Telekom login" },
	{ SERVICE("freenet", "freenet", "mx.freenet.de", 465),
	  .domains = "freenet.de",
	  .login = "POP3, IMAP and SMTP must be on in the mailbox" },
	{ SERVICE("posteo", "Posteo", "posteo.de", 465),
	  .domains = "posteo.de posteo.net posteo.eu posteo.at posteo.ch" },
	{ SERVICE("mailbox-org", "mailbox.org", "smtp.mailbox.org", 465),
	  .domains = "mailbox.org",
	  .mx = "mailbox.org" },
	{ SERVICE("mailde", "mail.de", "smtp.mail.de", 465),
	  .domains = "mail.de" },
	{ SERVICE("ionos-de", "IONOS (Germany)", "smtp.ionos.de", 465),
	  .mx = "ionos.de kundenserver.de" },
	{ SERVICE("ionos", "IONOS (USA)", "smtp.ionos.com", 465),
	  .mx = "ionos.com perfora.net" },
	{ SERVICE("ionos-uk", "IONOS (UK)", "smtp.ionos.co.uk", 465),
	  .mx = "ionos.co.uk" },
	{ SERVICE("ionos-fr", "IONOS (France)", "smtp.ionos.fr", 465),
	  .mx = "ionos.fr" },
	{ SERVICE("ionos-es", "IONOS (Spain)", "smtp.ionos.es", 465),
	  .mx = "ionos.es" },
	{ SERVICE("strato", "STRATO", "smtp.strato.de", 465),
	  .mx = "rzone.de" },
	{ SERVICE("hetzner", "Hetzner web hosting", "mail.your-server.de", 465),
	  .mx = "your-server.de" },
	{ SERVICE("ovh", "OVHcloud", "smtp.mail.ovh.net", 465),
	  .mx = "mail.ovh.net" },
	{ SERVICE("gandi", "Gandi", "mail.gandi.net", 465),
	  .mx = "mail.gandi.net" },
	{ SERVICE("infomaniak", "Infomaniak", "mail.infomaniak.com", 465),
	  .domains = "ik.me ikmail.com etik.com",
	  .mx = "mta-gw.infomaniak.ch",
	  .login = "the password is one for a device, made for the address "
	    "in the Infomaniak manager" },
	{ SERVICE("bluewin", "Bluewin (Swisscom)", "smtpauths.bluewin.ch", 465),
	  .domains = "bluewin.ch bluemail.ch" },
	{ SERVICE("orange-fr", "Orange (France)", "smtp.orange.fr", 465),
	  .domains = "orange.fr wanadoo.fr" },
	{ SERVICE("free-fr", "Free (France)", "smtp.free.fr", 465),
	  .domains = "free.fr",
	  .user = SERVICE_LOCAL,
	  .login = "authenticated SMTP must be on in the account" },
	{ SERVICE("sfr", "SFR", "smtp.sfr.fr", 465),
	  .domains = "sfr.fr neuf.fr" },
	{ SERVICE("mailo", "Mailo", "mail.mailo.com", 465),
	  .domains = "mailo.com" },
	{ SERVICE("aruba", "Aruba", "smtps.aruba.it", 465),
	  .domains = "aruba.it technet.it",
	  .mx = "mx.aruba.it" },
	{ SERVICE("aruba-pec", "Aruba PEC", "smtps.pec.aruba.it", 465),
	  .domains = "pec.it arubapec.it" },
	{ SERVICE("libero", "Libero", "smtp.libero.it", 465),
	  .domains = "libero.it iol.it inwind.it blu.it giallo.it",
	  .login = "access by mail programs must be on in the mailbox" },
	{ SERVICE("tiscali-it", "Tiscali (Italy)", "smtp.tiscali.it", 465),
	  .domains = "tiscali.it" },
	{ SERVICE("btinternet", "BT", "mail.btinternet.com", 465),
	  .domains = "btinternet.com btopenworld.com" },
	{ SERVICE("virginmedia", "Virgin Media", "smtp.virginmedia.com", 465),
	  .domains = "virginmedia.com blueyonder.co.uk ntlworld.com "
	    "virgin.net" },
	{ SERVICE("ziggo", "Ziggo", "smtp.ziggo.nl", 587),
	  .domains = "ziggo.nl" },
	{ SERVICE("transip", "TransIP", "smtp.transip.email", 465),
	  .mx = "transip.email" },
	{ SERVICE("soverin", "Soverin", "smtp.soverin.net", 465),
	  .mx = "soverin.net" },
	{ SERVICE("one-com", "one.com", "send.one.com", 465),
	  .mx = "one.com" },
	{ SERVICE("loopia", "Loopia", "mailcluster.loopia.se", 465),
	  .mx = "mailcluster.loopia.se" },
	{ SERVICE("domeneshop", "Domeneshop", "smtp.domeneshop.no", 587),
	  .mx = "domeneshop.no",
	  .user = SERVICE_ASK,
	  .login = "the user is the name of the mailbox, such as example1, "
	    "not the address" },
	{ SERVICE("runbox", "Runbox", "mail.runbox.com", 465),
	  .domains = "runbox.com runbox.no",
	  .mx = "runbox.com",
	  .user = SERVICE_LOCAL,
	  .login = "the user is the part before the @, and in a domain of "
	    "your own NAME%DOMAIN" },
	{ SERVICE("seznam", "Seznam", "smtp.seznam.cz", 465),
	  .domains = "seznam.cz email.cz post.cz spoluzaci.cz" },
	{ SERVICE("wp-pl", "Wirtualna Polska", "smtp.wp.pl", 465),
	  .domains = "wp.pl",
	  .login = "access by mail programs must be on in the mailbox" },
	{ SERVICE("onet", "Onet", "smtp.poczta.onet.pl", 465),
	  .domains = "onet.pl op.pl vp.pl poczta.onet.pl" },
	{ SERVICE("interia", "Interia", "poczta.interia.pl", 465),
	  .domains = "interia.pl interia.eu" },
	{ SERVICE("ukrnet", "UKR.NET", "smtp.ukr.net", 465),
	  .domains = "ukr.net",
	  .login = "the password is an app password for mail programs" },
	{ SERVICE("abv", "ABV.bg", "smtp.abv.bg", 465),
	  .domains = "abv.bg",
	  .login = "access by mail programs must be on in the mailbox" },
	{ SERVICE("qq", "QQ Mail", "smtp.qq.com", 465),
	  .domains = "qq.com foxmail.com" },
	{ SERVICE("exmail", "Tencent Exmail", "smtp.exmail.qq.com", 465),
	  .mx = "mxbiz1.qq.com mxbiz2.qq.com" },
	{ SERVICE("163", "NetEase 163", "smtp.163.com", 465),
	  .domains = "163.com" },
	{ SERVICE("126", "NetEase 126", "smtp.126.com", 465),
	  .domains = "126.com" },
	{ SERVICE("aliyun", "Alibaba Cloud Mail", "smtp.aliyun.com", 465),
	  .domains = "aliyun.com" },
	{ SERVICE("aliyun-qiye", "Alibaba Mail for enterprises",
	  "smtp.qiye.aliyun.com", 465),
	  .mx = "qiye.aliyun.com" },
	{ SERVICE("feishu", "Feishu Mail", "smtp.feishu.cn", 465),
	  .mx = "feishu.cn",
	  .login = "the password is one for third-party programs, made in "
	    "the settings of the mailbox" },
	{ SERVICE("naver", "Naver", "smtp.naver.com", 465),
	  .domains = "naver.com",
	  .login = "POP3/SMTP must be on in the mailbox; with two factors, "
	    "the password is an app password" },
	{ SERVICE("daum", "Daum", "smtp.daum.net", 465),
	  .domains = "daum.net hanmail.net",
	  .login = "POP3/SMTP or IMAP must be on in the mailbox; the "
	    "password is an app password" },
	{ SERVICE("bol", "BOL", "smtp.bol.com.br", 587),
	  .domains = "bol.com.br" },
	{ SERVICE("uol", "UOL", "smtps.uol.com.br", 587),
	  .domains = "uol.com.br" },
	{ SERVICE("hostinger", "Hostinger", "smtp.hostinger.com", 465),
	  .mx = "hostinger.com" },
	{ SERVICE("titan", "Titan", "smtp.titan.email", 465),
	  .mx = "titan.email",
	  .login = "access by other programs must be on in the mailbox" },
	{ SERVICE("privateemail", "Namecheap Private Email",
	  "mail.privateemail.com", 465),
	  .mx = "privateemail.com" },
	{ SERVICE("rackspace", "Rackspace Email", "secure.emailsrvr.com", 465),
	  .mx = "emailsrvr.com" },
	{ SERVICE("godaddy", "GoDaddy Workspace Email",
	  "smtpout.secureserver.net", 465),
	  .mx = "secureserver.net" },
	{ SERVICE("dreamhost", "DreamHost", "smtp.dreamhost.com", 465),
	  .mx = "dreamhost.com" },
	{ SERVICE("hover", "Hover", "mail.hover.com", 465),
	  .mx = "hover.com.cust.hostedemail.com" },
	{ SERVICE("migadu", "Migadu", "smtp.migadu.com", 465),
	  .mx = "migadu.com" },
	{ SERVICE("purelymail", "Purelymail", "smtp.purelymail.com", 465),
	  .mx = "purelymail.com",
	  .login = "with two factors, the password is an app password" },
	{ SERVICE("mailfence", "Mailfence", "smtp.mailfence.com", 465),
	  .domains = "mailfence.com",
	  .mx = "mailfence.com" },
	{ SERVICE("startmail", "StartMail", "smtp.startmail.com", 465),
	  .domains = "startmail.com",
	  .mx = "startmail.com",
	  .login = "the password is an app password" },
	{ SERVICE("kolabnow", "Kolab Now", "smtp.kolabnow.com", 465),
	  .domains = "kolabnow.com",
	  .mx = "mykolab.com" },
	{ SERVICE("forwardemail", "Forward Email",
	  "smtp.forwardemail.net", 465),
	  .mx = "forwardemail.net",
	  .login = "the password is generated for the alias (My Account, "
	    "Domains, Aliases)" },
	{ SERVICE("improvmx", "ImprovMX", "smtp.improvmx.com", 587),
	  .mx = "improvmx.com",
	  .login = "the password is that of SMTP credentials made for the "
	    "domain" },
	{ SERVICE("ses-us-east-1", "Amazon SES in us-east-1",
	  "email-smtp.us-east-1.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-us-east-2", "Amazon SES in us-east-2",
	  "email-smtp.us-east-2.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-us-west-2", "Amazon SES in us-west-2",
	  "email-smtp.us-west-2.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-ca-central-1", "Amazon SES in ca-central-1",
	  "email-smtp.ca-central-1.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-eu-central-1", "Amazon SES in eu-central-1",
	  "email-smtp.eu-central-1.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-eu-west-1", "Amazon SES in eu-west-1",
	  "email-smtp.eu-west-1.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-eu-west-2", "Amazon SES in eu-west-2",
	  "email-smtp.eu-west-2.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-ap-southeast-1", "Amazon SES in ap-southeast-1",
	  "email-smtp.ap-southeast-1.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-ap-southeast-2", "Amazon SES in ap-southeast-2",
	  "email-smtp.ap-southeast-2.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("ses-ap-northeast-1", "Amazon SES in ap-northeast-1",
	  "email-smtp.ap-northeast-1.amazonaws.com", 465),
	  .user = SERVICE_ASK },
	{ SERVICE("sendgrid", "SendGrid", "smtp.sendgrid.net", 587),
	  .user = "apikey" },
	{ SERVICE("mailgun", "Mailgun", "smtp.mailgun.org", 587),
	  .user = SERVICE_ASK },
	{ SERVICE("mailgun-eu", "Mailgun in the EU",
	  "smtp.eu.mailgun.org", 587),
	  .user = SERVICE_ASK },
	{ SERVICE("postmark", "Postmark", "smtp.postmarkapp.com", 587),
	  .user = SERVICE_ASK,
	  .login = "user and password are both the server's API token" },
	{ SERVICE("brevo", "Brevo", "smtp-relay.brevo.com", 587),
	  .user = SERVICE_ASK },
	{ SERVICE("mailjet", "Mailjet", "in-v3.mailjet.com", 587),
	  .user = SERVICE_ASK,
	  .login = "the user is the API key, the password the secret key" },
	{ SERVICE("sparkpost", "SparkPost", "smtp.sparkpostmail.com", 587),
	  .user = "SMTP_Injection",
	  .login = "the user is the word SMTP_Injection, the password an API "
	    "key that may send via SMTP" },
	{ SERVICE("sparkpost-eu", "SparkPost in the EU",
	  "smtp.eu.sparkpostmail.com", 587),
	  .user = "SMTP_Injection",
	  .login = "the user is the word SMTP_Injection, the password an API "
	    "key that may send via SMTP" },
	{ SERVICE("mandrill", "Mandrill", "smtp.mandrillapp.com", 587),
	  .login = "the password is an API key; the user may be any text" },
	{ SERVICE("resend", "Resend", "smtp.resend.com", 465),
	  .user = "resend",
	  .login = "the user is the word resend, the password an API key" },
	{ SERVICE("mailersend", "MailerSend", "smtp.mailersend.net", 587),
	  .user = SERVICE_ASK,
	  .login = "user and password are made for the domain, under SMTP" },
	{ SERVICE("mailtrap", "Mailtrap", "live.smtp.mailtrap.io", 587),
	  .user = "api",
	  .login = "the user is the word api, the password an API token" },
	{ SERVICE("smtp2go", "SMTP2GO", "mail.smtp2go.com", 587),
	  .user = SERVICE_ASK,
	  .login = "user and password are those of an SMTP user, not of the "
	    "account" },
	{ SERVICE("elasticemail", "Elastic Email",
	  "smtp.elasticemail.com", 465),
	  .user = SERVICE_ASK,
	  .login = "user and password are SMTP credentials made in the "
	    "settings" },
	{ SERVICE("zeptomail", "ZeptoMail", "smtp.zeptomail.com", 587),
	  .user = "emailapikey",
	  .login = "the user is the word emailapikey, the password a Send "
	    "Mail token" },
	{ SERVICE("scaleway", "Scaleway Transactional Email",
	  "smtp.tem.scaleway.com", 465),
	  .user = SERVICE_ASK,
	  .login = "the user is the ID of the project, the password the "
	    "secret key of an API key" },
};
const size_t service_count = NITEMS(service_table);

const struct service *
service_find(const char *name)
{
	size_t i;

	for (i = 0; i < service_count; i++)
		if (strcasecmp(service_table[i].name, name) == 0)
			return &service_table[i];
	return NULL;
}

const struct service *
service_of_domain(const char *domain)
{
	size_t i;

	for (i = 0; i < service_count; i++)
		if (ascii_listed(service_table[i].domains, domain,
		    strlen(domain)))
			return &service_table[i];
	return NULL;
}

/* Does the host end in one of these names? */
static bool
service_below(const char *names, const char *host)
{
	size_t all = strlen(host), n;

	if (all > 0 && host[all - 1] == '.')
		all--;
	for (; names != NULL && *names != '\0'; names += n) {
		names += strspn(names, " ");
		n = strcspn(names, " ");
		if (n > 0 && ascii_below(host, all, names, n))
			return true;
	}
	return false;
}

const struct service *
service_of_mx(const char *host)
{
	size_t i;

	for (i = 0; i < service_count; i++)
		if (service_below(service_table[i].mx, host))
			return &service_table[i];
	return NULL;
}

const struct service *
service_of_relay(const char *host)
{
	size_t i;

	for (i = 0; i < service_count; i++)
		if (strcasecmp(service_table[i].host, host) == 0)
			return &service_table[i];
	return NULL;
}

const char *
service_login(const struct service *s)
{
	const struct provider *p;
	bool mx;

	if (s->login != NULL)
		return s->login;
	p = provider_find(s->host, NULL, &mx);
	return p != NULL && !mx ? p->login : NULL;
}

void
service_user(const struct service *s, const char *address, struct buf *out)
{
	const char *user = s->user;

	if (user == NULL)
		buf_adds(out, address);
	else if (strcmp(user, SERVICE_LOCAL) == 0)
		buf_add(out, address, strcspn(address, "@"));
	else if (strcmp(user, SERVICE_ASK) != 0 &&
	    strcmp(user, SERVICE_NONE) != 0)
		buf_adds(out, user);
}
