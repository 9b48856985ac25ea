/*
 * issuer.c - the providers of OAuth 2.0 tokens, one row each
 *
 * Microsoft: learn.microsoft.com, "Authenticate an IMAP, POP or SMTP
 * connection using OAuth".  Applications without a user have a scope of
 * their own, and a tenant.  It takes http://localhost with any port.
 * Google: developers.google.com, "OAuth 2.0 Mechanism" and "OAuth 2.0 for
 * TV and Limited-Input Devices", which does not have the scope of mail.
 * Only with access_type and prompt it gives a refresh token each time.
 */

#include <string.h>

#include "base/util.h"
#include "config/issuer.h"

#define MICROSOFT "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/"
#define ANY_GRANT (ISSUER_BIT(SETTING_GRANT_DEVICE) | \
	ISSUER_BIT(SETTING_GRANT_CODE) | ISSUER_BIT(SETTING_GRANT_CLIENT) | \
	ISSUER_BIT(SETTING_GRANT_REFRESH))

static const struct issuer issuers[] = {
	{ .name = "microsoft", .title = "Microsoft",
	  .where = "entra.microsoft.com, Applications, App registrations",
	  .device = MICROSOFT "devicecode",
	  .authorize = MICROSOFT "authorize",
	  .token = MICROSOFT "token",
	  .tenant = "common",
	  .scope = "https://outlook.office.com/SMTP.Send offline_access",
	  .client_scope = "https://outlook.office365.com/.default",
	  .mech = SASL_XOAUTH2, .grant = SETTING_GRANT_DEVICE,
	  .grants = ANY_GRANT, .redirect = "localhost", .extra = "",
	  .tenants = true },
	{ .name = "google", .title = "Google",
	  .where = "console.cloud.google.com, APIs & Services, Credentials",
	  .authorize = "https://accounts.google.com/o/oauth2/v2/auth",
	  .token = "https://oauth2.googleapis.com/token",
	  .tenant = "", .scope = "https://mail.google.com/",
	  .mech = SASL_XOAUTH2, .grant = SETTING_GRANT_CODE,
	  .grants = ISSUER_BIT(SETTING_GRANT_CODE) |
	  ISSUER_BIT(SETTING_GRANT_REFRESH), .redirect = "127.0.0.1",
	  .extra = "&access_type=offline&prompt=consent", .secret = true },
};

/* Its metadata name the endpoints, and the grants that it has. */
static const struct issuer other = {
	.name = "", .title = "the issuer", .tenant = "",
	.scope = "offline_access", .mech = SASL__MAX,
	.grant = SETTING_GRANT_DEVICE, .grants = ANY_GRANT,
	.redirect = "127.0.0.1", .extra = "&prompt=consent",
};

const struct issuer *
issuer_find(const struct settings *s)
{
	size_t i;

	for (i = 0; s->oauth != NULL && i < NITEMS(issuers); i++)
		if (strcmp(issuers[i].name, s->oauth) == 0)
			return &issuers[i];
	return &other;
}

bool
issuer_known(const struct settings *s)
{
	return issuer_find(s) != &other;
}

enum setting_grant
issuer_grant(const struct settings *s)
{
	if (s->oauth_grant != SETTING_GRANT_AUTO)
		return (enum setting_grant)s->oauth_grant;
	return s->oauth_refresh_token_file != NULL ? SETTING_GRANT_REFRESH :
	    issuer_find(s)->grant;
}

bool
issuer_login(const struct settings *s)
{
	enum setting_grant grant = issuer_grant(s);

	return grant == SETTING_GRANT_DEVICE || grant == SETTING_GRANT_CODE;
}

const char *
issuer_scope(const struct settings *s)
{
	const struct issuer *p = issuer_find(s);

	if (s->oauth_scope != NULL)
		return s->oauth_scope;
	return issuer_grant(s) == SETTING_GRANT_CLIENT ? p->client_scope :
	    p->scope;
}

void
issuer_endpoint(const struct settings *s, const char *endpoint, char *out)
{
	static const char mark[] = "{tenant}";
	const char *at = endpoint != NULL ? strstr(endpoint, mark) : NULL;
	struct buf b = { .max = ISSUER_URL - 1 };

	if (at != NULL)
		buf_addf(&b, "%.*s%s%s", (int)(at - endpoint), endpoint,
		    s->oauth_tenant != NULL ? s->oauth_tenant :
		    issuer_find(s)->tenant, at + sizeof(mark) - 1);
	else if (endpoint != NULL)
		buf_adds(&b, endpoint);
	(void)strlcpy(out, b.full ? "" : buf_text(&b), ISSUER_URL);
	buf_release(&b);
}

const char *
issuer_mistake(const struct settings *s, size_t n, const char **key)
{
	const struct issuer *p = issuer_find(s);
	enum setting_grant grant = issuer_grant(s);
	bool client = grant == SETTING_GRANT_CLIENT;
	const struct { bool is; const char *key, *text; } all[] = {
		{ s->oauth_client_id == NULL, "oauth", "oauth is set, but no "
		    "oauth-client-id: heloise.conf(5) says how to register "
		    "one" },
		{ (p->grants & ISSUER_BIT(grant)) == 0, "oauth-grant",
		    "this provider has no such grant for mail" },
		{ grant == SETTING_GRANT_REFRESH &&
		    s->oauth_refresh_token_file == NULL, "oauth-grant",
		    "oauth-grant is refresh-token, but no "
		    "oauth-refresh-token-file is set" },
		{ client && s->oauth_client_secret == NULL &&
		    s->oauth_client_secret_file == NULL &&
		    s->oauth_client_secret_command == NULL &&
		    s->oauth_cert == NULL, "oauth-grant", "oauth-grant is "
		    "client-credentials, but neither oauth-client-secret nor "
		    "oauth-client-secret-file nor oauth-client-secret-command "
		    "nor oauth-cert is set" },
		{ client && p->tenants && s->oauth_tenant == NULL,
		    "oauth-grant", "oauth-grant is client-credentials, but no "
		    "oauth-tenant is set" },
	};
	size_t i;

	for (i = 0; s->oauth != NULL && i < NITEMS(all); i++)
		if (all[i].is && n-- == 0) {
			*key = all[i].key;
			return all[i].text;
		}
	return NULL;
}
