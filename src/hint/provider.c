/* provider.c - the providers whose relays need advice of their own */

#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "hint/provider.h"

#define APP_PASSWORD	"the password is an app password"

static const struct provider providers[] = {
	{ .bit = BY_GOOGLE,
	  .hosts = "smtp.gmail.com|smtp-relay.gmail.com|smtp.googlemail.com",
	  .mx = "aspmx.l.google.com|gmail-smtp-in.l.google.com|"
	    "aspmx2.googlemail.com|aspmx3.googlemail.com|smtp.google.com",
	  .relay = "smtp.gmail.com",
	  .login = "the user is the whole address, " APP_PASSWORD
	    " (https://myaccount.google.com/apppasswords)",
	  .allow = "admin.google.com, Apps, Gmail, Routing, SMTP relay "
	    "service" },
	{ .bit = BY_M365,
	  .hosts = "smtp.office365.com|smtp-mail.outlook.com|"
	    "mail.protection.outlook.com",
	  .banner = "outlook.com microsoft|office365.com microsoft",
	  .mx = "olc.protection.outlook.com",
	  .relay = "smtp.office365.com",
	  .login = "the user is the whole address of a mailbox with "
	    "\"Authenticated SMTP\" turned on",
	  .allow = "an inbound connector of Exchange Online" },
	{ .bit = BY_SES, .hosts = "amazonaws.com|awsapps.com",
	  .banner = "amazonaws.com|simpleemailservice",
	  .login = "use SMTP credentials made in the SES console "
	    "for the relay's region, not an IAM access key" },
	{ .hosts = "mailgun.org|mailgun.com", .banner = "mailgun",
	  .login = "use the SMTP credentials of the sending domain; for one "
	    "in the EU the relay is smtp.eu.mailgun.org" },
	{ .hosts = "smtp.sendgrid.net", .banner = "sendgrid",
	  .login = "the user is the word apikey, the password an API key" },
	{ .bit = BY_YAHOO,
	  .hosts = "mail.yahoo.com|mail.yahoo.co.jp|smtp.aol.com|"
	    "att.yahoo.com",
	  .mx = "yahoodns.net", .relay = "smtp.mail.yahoo.com",
	  .login = "the user is the whole address, " APP_PASSWORD
	    " (https://login.yahoo.com/account/security)" },
	{ .hosts = "smtp.mail.me.com|mail.icloud.com",
	  .mx = "mx01.mail.icloud.com|mx02.mail.icloud.com|"
	    "mx.mail.icloud.com",
	  .relay = "smtp.mail.me.com", .banner = "icloud smtp",
	  .login = APP_PASSWORD " (https://account.apple.com)" },
	{ .hosts = "smtp.yandex.ru|smtp.yandex.com|smtp.yandex.net",
	  .mx = "mx.yandex.ru|mx.yandex.net|mx.yandex.com",
	  .relay = "smtp.yandex.com", .banner = "yandex",
	  .login = APP_PASSWORD " for mail (https://id.yandex.com), and "
	    "access for mail programs must be on in the mailbox" },
	{ .hosts = "smtp.mail.ru", .mx = "mxs.mail.ru",
	  .relay = "smtp.mail.ru",
	  .login = "the user is the whole address, " APP_PASSWORD
	    " for external programs" },
	{ .hosts = "smtp.qq.com|smtp.exmail.qq.com|smtp.163.com|"
	    "smtp.126.com",
	  .mx = "mx1.qq.com|mx2.qq.com|mx3.qq.com", .relay = "smtp.qq.com",
	  .banner = "qq.com|163.com|126.com",
	  .login = "the password is the authorization code that the mailbox "
	    "shows when SMTP is turned on" },
	{ .hosts = "mail.ovh.net|mail.ovh.ca|mail.ovh.us|ovh.com",
	  .banner = "ovh.net|mail.ovh",
	  .login = "the user is the whole address; an account blocked for "
	    "spam is refused as well until its password is changed" },
	{ .hosts = "mail.gmx.net|mail.gmx.com|smtp.web.de|gmx.de|"
	    "smtp.ionos.de|smtp.ionos.com|smtp.1und1.de",
	  .banner = "gmx.net|gmx.com|web.de|kundenserver|perfora.net",
	  .mx = "mx00.gmx.net|mx01.gmx.net|mx-ha.web.de",
	  .relay = "mail.gmx.net",
	  .login = "POP3 and IMAP access must be on in the mailbox; with two "
	    "factors, " APP_PASSWORD },
	{ .bit = BY_ZOHO,
	  .hosts = "zoho.com|zoho.eu|zoho.in|zoho.com.au|zoho.jp|"
	    "zohocloud.ca",
	  .banner = "zoho",
	  .login = "the relay must be that of the account's region; with two "
	    "factors, " APP_PASSWORD " (https://accounts.zoho.com)" },
	{ .hosts = "smtp.fastmail.com|messagingengine.com",
	  .banner = "messagingengine",
	  .login = APP_PASSWORD " (Settings, Privacy & Security)" },
	{ .hosts = "smtp-relay.brevo.com|smtp-relay.sendinblue.com",
	  .login = "the password is an SMTP key, not an API key",
	  .allow = "https://app.brevo.com/security/authorised_ips" },

	/* mail servers of any operator */
	{ .banner = "microsoft esmtp mail service",
	  .login = "the user is NAME@DOMAIN or DOMAIN\\NAME",
	  .allow = "a receive connector of Exchange" },
	{ .banner = "postfix", .allow = "mynetworks of Postfix" },
	{ .banner = "esmtp exim", .allow = "relay_from_hosts of Exim" },
};

static bool
provider_contains(const char *text, const char *p, size_t n)
{
	return memmem(text, strlen(text), p, n) != NULL;
}

bool
provider_words_match(const char *text, const char *pattern)
{
	bool good = true, no;
	size_t n;

	for (;; pattern += n + 1) {
		no = *pattern == '!';
		pattern += no;
		n = strcspn(pattern, "|&");
		good = good && provider_contains(text, pattern, n) != no;
		if (pattern[n] == '&')
			continue;
		if (good || pattern[n] == '\0')
			return good;
		good = true;
	}
}

/* Does the host end in one of these names, a dot or nothing before it? */
static bool
provider_ends(const char *host, const char *names)
{
	size_t all = strlen(host), n;

	if (all > 0 && host[all - 1] == '.')
		all--;
	for (; names != NULL; names = names[n] != '\0' ? names + n + 1 :
	    NULL) {
		n = strcspn(names, "|");
		if (ascii_below(host, all, names, n))
			return true;
	}
	return false;
}

const struct provider *
provider_find(const char *host, const char *banner, bool *mx)
{
	const struct provider *p, *end = providers + NITEMS(providers);

	*mx = false;
	for (p = providers; host != NULL && p < end; p++) {
		*mx = provider_ends(host, p->mx);
		if (*mx || provider_ends(host, p->hosts))
			return p;
	}
	for (p = providers; banner != NULL && p < end; p++)
		if (p->banner != NULL &&
		    provider_words_match(banner, p->banner))
			return p;
	return NULL;
}
