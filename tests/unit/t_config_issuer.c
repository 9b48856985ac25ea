/* t_config_issuer.c - the providers of OAuth 2.0 tokens */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/issuer.h"
#include "config/validate.h"
#include "tap.h"

static char *
text(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

static void
endpoints(void)
{
	static const struct {
		const char *oauth, *tenant, *token, *device;
	} t[] = {
		{ "microsoft", NULL, "https://login.microsoftonline.com/common"
		    "/oauth2/v2.0/token", "https://login.microsoftonline.com/"
		    "common/oauth2/v2.0/devicecode" },
		{ "microsoft", "example.org", "https://login.microsoftonline."
		    "com/example.org/oauth2/v2.0/token",
		    "https://login.microsoftonline.com/example.org/oauth2/"
		    "v2.0/devicecode" },
		{ "google", NULL, "https://oauth2.googleapis.com/token", "" },
		{ "https://login.example.org", NULL, "", "" },
	};
	char url[ISSUER_URL];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct settings s = { .oauth = text(t[i].oauth),
		    .oauth_tenant = text(t[i].tenant) };
		const struct issuer *p = issuer_find(&s);

		issuer_endpoint(&s, p->token, url);
		is(url, t[i].token, "%s: token", t[i].oauth);
		issuer_endpoint(&s, p->device, url);
		is(url, t[i].device, "%s: device", t[i].oauth);
		ok(issuer_known(&s) == (i < 3), "%s: known", t[i].oauth);
		free(s.oauth);
		free(s.oauth_tenant);
	}
}

static void
grants(void)
{
	static const struct {
		const char *oauth, *file;
		enum setting_grant set, want;
		bool login;
		const char *scope;
	} t[] = {
		{ "microsoft", NULL, SETTING_GRANT_AUTO, SETTING_GRANT_DEVICE,
		    true, "https://outlook.office.com/SMTP.Send "
		    "offline_access" },
		{ "microsoft", NULL, SETTING_GRANT_CLIENT,
		    SETTING_GRANT_CLIENT, false,
		    "https://outlook.office365.com/.default" },
		{ "microsoft", "/f", SETTING_GRANT_AUTO,
		    SETTING_GRANT_REFRESH, false, "https://outlook.office.com/"
		    "SMTP.Send offline_access" },
		{ "google", NULL, SETTING_GRANT_AUTO, SETTING_GRANT_CODE,
		    true, "https://mail.google.com/" },
		{ "https://a.example", NULL, SETTING_GRANT_CLIENT,
		    SETTING_GRANT_CLIENT, false, NULL },
		{ "https://a.example", NULL, SETTING_GRANT_CODE,
		    SETTING_GRANT_CODE, true, "offline_access" },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct settings s = { .oauth = text(t[i].oauth),
		    .oauth_refresh_token_file = text(t[i].file),
		    .oauth_grant = (int)t[i].set };

		is_int((int)issuer_grant(&s), (int)t[i].want, "%zu: grant", i);
		ok(issuer_login(&s) == t[i].login, "%zu: login", i);
		is(issuer_scope(&s), t[i].scope, "%zu: scope", i);
		free(s.oauth);
		free(s.oauth_refresh_token_file);
	}
}

static void
values(void)
{
	static const struct { const char *value; bool fine; } t[] = {
		{ "microsoft", true }, { "google", true },
		{ "https://login.example.org", true },
		{ "https://login.example.org:8443/realms/a", true },
		{ "https://[::1]:8443/", true },
		{ "http://login.example.org", false }, { "yahoo", false },
		{ "https://user@login.example.org/", false },
		{ "https://login.example.org/?a=b", false },
		{ "https://login.example.org/#a", false },
		{ "https:///a", false }, { "https://", false },
		{ "HTTPS://login.example.org", false },
	}, tenants[] = {
		{ "common", true }, { "example.onmicrosoft.com", true },
		{ "01234567-89ab-cdef-0123-456789abcdef", true },
		{ "../x", false }, { "a/b", false }, { "a b", false },
		{ ".", false },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		ok((validate_oauth(t[i].value) == NULL) == t[i].fine, "%s",
		    t[i].value);
	for (i = 0; i < NITEMS(tenants); i++)
		ok((validate_oauth_tenant(tenants[i].value) == NULL) ==
		    tenants[i].fine, "tenant %s", tenants[i].value);
}

int
main(void)
{
	endpoints();
	grants();
	values();
	return done();
}
