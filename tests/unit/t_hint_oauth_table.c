/* t_hint_oauth_table.c - the errors of providers in plain words */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "hint/hint.h"
#include "hint/oauth_table.h"
#include "tap.h"

/* Does it begin as the template, up to what is filled in? */
static bool
begins(const char *text, const char *template)
{
	return strncmp(text, template, strcspn(template, "%")) == 0;
}

/* Each alternative of each row leads to that row. */
static void
rows(void)
{
	const struct advice *a;
	char words[1024], *one, *rest;
	size_t i, codes = 0;

	for (i = 0; i < oauth_count; i++) {
		a = &oauth_table[i];
		(void)strlcpy(words, a->words, sizeof(words));
		rest = words;
		while ((one = strsep(&rest, "|")) != NULL) {
			struct fault f = { 0 };
			struct hint_context ctx = { .fault = &f,
			    .user = "u@example.org",
			    .login_option = " -a work" };
			struct hint h;
			char *amp;

			while ((amp = strchr(one, '&')) != NULL)
				*amp = ' ';
			codes += strncmp(one, "aadsts", 6) == 0;
			(void)fault_set(&f, ST_TOKEN, FD_NONE, 0, VD_PERM,
			    "login.example.org refuses: %s", one);
			ok(hint_for(&ctx, &h) && begins(h.cause, a->cause),
			    "%s: %s", one, h.cause);
			ok(strchr(h.fix, '%') == NULL, "%s: %s", one, h.fix);
		}
	}
	ok(codes >= 15, "%zu codes of Microsoft", codes);
}

/* As providers write them. */
static void
samples(void)
{
	static const struct { const char *text, *cause, *fix; } t[] = {
		{ "login.microsoftonline.com refuses: invalid_grant: "
		    "AADSTS700082: The refresh token has expired due to "
		    "inactivity.", "90 days without mail",
		    "run `heloise --login -a work`" },
		{ "login.microsoftonline.com refuses: invalid_grant: "
		    "AADSTS50173: The provided grant has expired due to it "
		    "being revoked", "password of 'u@example.org' was changed",
		    "run `heloise --login -a work`" },
		{ "login.microsoftonline.com refuses: invalid_client: "
		    "AADSTS7000218: The request body must contain the "
		    "following parameter: 'client_assertion' or "
		    "'client_secret'.", "not registered as a public one",
		    "Allow public client flows" },
		{ "login.microsoftonline.com refuses: unauthorized_client: "
		    "AADSTS700016: Application with identifier 'x' was not "
		    "found in the directory", "no such client",
		    "oauth-client-id <id>" },
		{ "oauth2.googleapis.com refuses: invalid_grant: Token has "
		    "been expired or revoked.", "\"Testing\"",
		    "run `heloise --login -a work`" },
		{ "oauth2.googleapis.com refuses: invalid_client: The OAuth "
		    "client was not found.", "does not know this client",
		    "oauth-client-id <id>" },
		{ "a.example refuses: invalid_grant: grant request is "
		    "invalid", "the right to send was revoked",
		    "run `heloise --login -a work`" },
		{ "issuer.example.org: no such host name",
		    "may be misspelt", "check the network and "
		    "/etc/resolv.conf" },
		{ "the host of the provider could not be looked up in time",
		    "the name server does not answer", "/etc/resolv.conf" },
		{ "issuer.example.org: no answer from it in time",
		    "cannot reach the provider", "firewall" },
		{ "login.microsoftonline.com refuses: invalid_request: "
		    "AADSTS50059: No tenant-identifying information found",
		    "one organization only", "set `oauth-tenant <tenant>`" },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct fault f = { 0 };
		struct hint_context ctx = { .fault = &f,
		    .user = "u@example.org", .login_option = " -a work" };
		struct hint h;

		(void)fault_set(&f, ST_TOKEN, FD_NONE, 0, VD_PERM, "%s",
		    t[i].text);
		ok(hint_for(&ctx, &h) && strstr(h.cause, t[i].cause) != NULL,
		    "%s", h.cause);
		ok(strstr(h.fix, t[i].fix) != NULL, "%s", h.fix);
	}
}

static bool
has_oauth(const void *settings, const char *key, const char *value)
{
	return strcmp(key, "oauth") == 0 && value == NULL;
}

/* What relays say to a token. */
static void
refusals(void)
{
	static const struct { const char *relay, *text, *cause, *fix; } t[] = {
		{ "smtp.office365.com", "5.7.3 Authentication unsuccessful",
		    "lacks SMTP.Send", "SMTP.SendAsApp" },
		{ "smtp.office365.com", "5.7.139 Authentication unsuccessful, "
		    "SmtpClientAuthentication is disabled for the Mailbox.",
		    "SMTP login is turned off", "Authenticated SMTP" },
		{ "smtp.gmail.com", "5.7.8 Username and Password not "
		    "accepted.", "https://mail.google.com/", "--login" },
		{ "smtp.example.org", "5.7.8 no", "the right to send",
		    "~" },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct fault f = { 0 };
		struct hint_context ctx = { .fault = &f, .relay = t[i].relay,
		    .user = "u@example.org", .mech = "XOAUTH2", .login = true,
		    .login_option = "", .is_set = has_oauth };
		struct hint h;

		(void)fault_set(&f, ST_AUTH, FD_SMTP, 535, VD_PERM, "%s",
		    t[i].text);
		ok(hint_for(&ctx, &h) && strstr(h.cause, t[i].cause) != NULL,
		    "%s", h.cause);
		ok(t[i].fix[0] == '~' || strstr(h.fix, t[i].fix) != NULL, "%s",
		    h.fix);
	}
}

/* The mechanism is refused: with a token none for a password is proposed. */
static void
mechanisms(void)
{
	static const struct {
		const char *mech, *offered, *fix;
	} t[] = {
		{ "XOAUTH2", "LOGIN PLAIN SCRAM-SHA-256 XOAUTH2",
		    "ask its operators" },
		{ "XOAUTH2", "LOGIN OAUTHBEARER XOAUTH2",
		    "set `auth oauthbearer`, or ask" },
		{ "OAUTHBEARER", "XOAUTH2 PLAIN", "set `auth xoauth2`" },
		{ "OAUTHBEARER", "PLAIN", "ask its operators" },
		{ NULL, "PLAIN LOGIN", "set `auth auto` if" },
	};
	struct hint h;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct fault f = { 0 };
		struct hint_context ctx = { .fault = &f, .login = true,
		    .asked = t[i].mech == NULL, .tls_up = true,
		    .user = "u@example.org", .mech = t[i].mech,
		    .auth_offered = t[i].offered, .is_set = has_oauth };

		if (t[i].mech != NULL)
			(void)fault_set(&f, ST_AUTH, FD_SMTP, 504, VD_PERM,
			    "5.5.4 Unrecognized authentication type");
		else
			(void)fault_set(&f, ST_AUTH, FD_NONE, 0, VD_PERM,
			    "the relay does not offer AUTH XOAUTH2, only: %s",
			    t[i].offered);
		ok(hint_for(&ctx, &h) &&
		    strstr(h.cause, "does not take access tokens") != NULL,
		    "%s: %s", t[i].offered, h.cause);
		ok(strncmp(h.fix, t[i].fix, strlen(t[i].fix)) == 0,
		    "%s: %s", t[i].offered, h.fix);
	}
}

int
main(void)
{
	mechanisms();
	rows();
	samples();
	refusals();
	return done();
}
