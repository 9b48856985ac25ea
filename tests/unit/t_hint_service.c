/* t_hint_service.c - the table of providers, and how a row is found */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hint/service.h"
#include "net/relay.h"
#include "tap.h"

/* A domain of an address, a host of its MX records or a relay; the row. */
static const struct { const char *text, *domain, *mx, *relay; } found[] = {
	{ "gmail.com", "gmail", NULL, NULL },
	{ "GMX.de", "gmx", NULL, NULL },
	{ "example.org", NULL, NULL, NULL },
	{ "mail.gmail.com", NULL, NULL, NULL },
	{ "", NULL, NULL, NULL },
	{ "alt1.aspmx.l.google.com", NULL, "gmail", NULL },
	{ "in1-smtp.messagingengine.com.", NULL, "fastmail", NULL },
	{ "example-org.mail.protection.outlook.com", NULL, "microsoft365",
	    NULL },
	{ "notmessagingengine.com", NULL, NULL, NULL },
	{ "smtp.fastmail.com", NULL, NULL, "fastmail" },
	{ "SMTP.resend.com", NULL, NULL, "resend" },
};

static const struct { const char *name, *user; } users[] = {
	{ "fastmail", "joe@example.org" }, { "free-fr", "joe" },
	{ "sendgrid", "apikey" }, { "mailjet", "" }, { "google-relay", "" },
};

static const char *
name_of(const struct service *s)
{
	return s != NULL ? s->name : NULL;
}

/* The word at *p, or NULL; *p moves behind it. */
static char *
word(const char **p)
{
	size_t n;
	char *w;

	*p += strspn(*p, " ");
	n = strcspn(*p, " ");
	w = n > 0 ? xstrndup(*p, n) : NULL;
	*p += n;
	return w;
}

static bool
words_are_hosts(const char *list)
{
	bool good = true;
	char *w;

	while (list != NULL && good && (w = word(&list)) != NULL) {
		good = relay_host_valid(w) && strchr(w, '.') != NULL;
		free(w);
	}
	return good;
}

/* Does each domain lead to this row and to no earlier one? */
static bool
domains_are_its(const struct service *s)
{
	const char *list = s->domains;
	bool good = true;
	char *w;

	while (list != NULL && good && (w = word(&list)) != NULL) {
		good = service_of_domain(w) == s;
		free(w);
	}
	return good;
}

static void
test_row(const struct service *s)
{
	ok(strspn(s->name, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
	    strlen(s->name) && service_find(s->name) == s,
	    "%s: a name of its own", s->name);
	ok(relay_host_valid(s->host) && strchr(s->host, '.') != NULL &&
	    (s->port == 465 || s->port == 587), "%s: its relay", s->name);
	ok(words_are_hosts(s->domains) && words_are_hosts(s->mx),
	    "%s: its domains are names", s->name);
	ok(domains_are_its(s), "%s: its domains are its own", s->name);
	ok(s->oauth == NULL || strcmp(s->oauth, "google") == 0 ||
	    strcmp(s->oauth, "microsoft") == 0, "%s: OAuth", s->name);
	ok(!s->oauth_only || s->oauth != NULL, "%s: only OAuth", s->name);
}

int
main(void)
{
	struct buf b = { .max = 256 };
	size_t i;

	ok(service_count >= 60, "%zu providers", service_count);
	for (i = 0; i < service_count; i++)
		test_row(&service_table[i]);
	for (i = 0; i < NITEMS(found); i++) {
		is(name_of(service_of_domain(found[i].text)), found[i].domain,
		    "%s as a domain", found[i].text);
		is(name_of(service_of_mx(found[i].text)), found[i].mx,
		    "%s as a host for mail", found[i].text);
		is(name_of(service_of_relay(found[i].text)), found[i].relay,
		    "%s as a relay", found[i].text);
	}
	for (i = 0; i < NITEMS(users); i++) {
		buf_clear(&b);
		service_user(service_find(users[i].name), "joe@example.org",
		    &b);
		is(buf_text(&b), users[i].user, "the user at %s",
		    users[i].name);
	}
	buf_release(&b);
	ok(strstr(service_login(service_find("gmail")),
	    "https://myaccount.google.com/apppasswords") != NULL,
	    "words that a hint knows");
	ok(strstr(service_login(service_find("proton")), "SMTP token") != NULL,
	    "words of its own");
	ok(service_login(service_find("posteo")) == NULL, "no words");
	return done();
}
