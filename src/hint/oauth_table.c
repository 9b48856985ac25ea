/* oauth_table.c - rules for faults of access tokens */

#include "base/util.h"
#include "hint/oauth_table.h"
#include "hint/provider.h"

#define TOKEN	ADVICE_AT(ST_TOKEN)
#define LOGIN	"run `heloise --login%l`"

const struct advice oauth_table[] = {

/* Microsoft */

	{ .stages = TOKEN, .words = "aadsts700082|aadsts70008:|aadsts700084|"
	    "aadsts70043",
	  .cause = "the refresh token has ended; at Microsoft it does after "
	    "90 days without mail, or when a policy says so",
	  .fix = { LOGIN } },
	{ .stages = TOKEN, .words = "aadsts50173|aadsts50132|aadsts50133",
	  .cause = "the password of '%u' was changed, or its sessions were "
	    "revoked",
	  .fix = { LOGIN } },
	{ .stages = TOKEN, .words = "aadsts50076|aadsts50079|aadsts50074|"
	    "aadsts50158",
	  .cause = "the organization of '%u' now requires a second factor",
	  .fix = { LOGIN } },
	{ .stages = TOKEN, .words = "aadsts50034|aadsts50020",
	  .cause = "the provider has no user '%u' in this tenant",
	  .fix = { "correct `~user <name>` or `~oauth-tenant <tenant>`",
	    "correct `~user <name>`, or set `oauth-tenant <tenant>`" } },
	{ .stages = TOKEN, .words = "aadsts50057",
	  .cause = "the account '%u' is disabled",
	  .fix = { "have an administrator enable it, or set another "
	    "`~user <name>`" } },
	{ .stages = TOKEN, .words = "aadsts50194|aadsts50059",
	  .cause = "the client is registered for one organization only",
	  .fix = { "set `oauth-tenant <tenant>` to its id or domain",
	    "correct `~oauth-tenant <tenant>`" } },
	{ .stages = TOKEN, .words = "aadsts90002|aadsts900023|aadsts900021",
	  .cause = "the provider knows no such tenant",
	  .fix = { "correct `~oauth-tenant <tenant>`",
	    "set `oauth-tenant <tenant>`" } },
	{ .stages = TOKEN, .words = "aadsts700016|aadsts7000112|aadsts90013",
	  .cause = "the tenant has no such client, or it is disabled",
	  .fix = { "correct `~oauth-client-id <id>`, or `~oauth-tenant "
	    "<tenant>`" } },
	{ .stages = TOKEN, .words = "aadsts7000218",
	  .cause = "the client is not registered as a public one, so it needs "
	    "a secret",
	  .fix = { "turn on \"Allow public client flows\" where the client is "
	    "registered" } },
	{ .stages = TOKEN, .words = "aadsts7000215",
	  .cause = "the secret of the client is wrong: it is the value that "
	    "was shown once, not its id",
	  .fix = { "set `oauth-client-secret-file <file>` to one with the "
	    "value",
	    "correct what `~oauth-client-secret-file <file>` holds" } },
	{ .stages = TOKEN, .words = "aadsts7000222",
	  .cause = "the secret of the client has expired",
	  .fix = { "make a new one where the client is registered, and set "
	    "`oauth-client-secret-file <file>`",
	    "make a new one where the client is registered, for "
	    "`~oauth-client-secret-file <file>`" } },
	{ .stages = TOKEN, .words = "aadsts65001|consent_required",
	  .cause = "'%u' has not allowed this client to send mail",
	  .fix = { LOGIN " and accept what it asks for" } },
	{ .stages = TOKEN, .words = "aadsts90094|aadsts900941|aadsts90095",
	  .cause = "only an administrator may allow this client to send mail",
	  .fix = { "have one grant consent where the client is registered "
	    "(API permissions)" } },
	{ .stages = TOKEN, .words = "aadsts53000|aadsts53003|aadsts53001|"
	    "aadsts530003|aadsts53004",
	  .cause = "a conditional access policy forbids this login",
	  .fix = { "have an administrator exempt this client or this host" } },
	{ .stages = TOKEN, .words = "aadsts700024|clock of this host",
	  .cause = "the clock of this host is wrong",
	  .fix = { "set the clock, and keep it right by NTP" } },
	{ .stages = TOKEN, .words = "aadsts700027|aadsts700023|aadsts700030|"
	    "aadsts7000214",
	  .cause = "the provider does not know this certificate, or the key "
	    "does not belong to it",
	  .fix = { "upload the file of `~oauth-cert <file>` where the client "
	    "is registered" } },
	{ .stages = TOKEN, .words = "aadsts70011|aadsts28002|aadsts28003|"
	    "aadsts500011|aadsts65002|invalid_scope|invalid_resource|"
	    "invalid_target",
	  .cause = "the provider does not give the rights that were asked for",
	  .fix = { "correct `~oauth-scope <scopes>`, or allow them where the "
	    "client is registered" } },
	{ .stages = TOKEN, .words = "aadsts50011|redirect_uri_mismatch",
	  .cause = "the client is not registered for a browser on this host",
	  .fix = { "add the redirect address http://localhost, as a mobile and "
	    "desktop application" } },
	{ .stages = TOKEN, .words = "aadsts90033|aadsts90019|aadsts90012|"
	    "aadsts50196|aadsts90055|temporarily_unavailable|server_error|"
	    "slow_down|status 5|status 429",
	  .cause = "the provider is busy or out of order",
	  .fix = { "nothing is lost: the mail is tried again" } },

/* Google */

	{ .stages = TOKEN, .words = "googleapis.com&invalid_grant",
	  .cause = "Google has ended this right to send: it was revoked, the "
	    "password was changed, it was unused for six months, or the "
	    "client is in the state \"Testing\", where rights last 7 days",
	  .fix = { "publish the client if it is in testing, and " LOGIN } },
	{ .stages = TOKEN, .words = "deleted_client",
	  .cause = "the client was deleted at Google",
	  .fix = { "register another one, and set `~oauth-client-id <id>`" } },
	{ .stages = TOKEN, .words = "googleapis.com&invalid_client|"
	    "client_secret is missing",
	  .cause = "Google does not know this client, or its secret is wrong "
	    "or missing",
	  .fix = { "set `oauth-client-secret-file <file>`, and correct "
	    "`~oauth-client-id <id>`",
	    "correct `~oauth-client-id <id>` and what "
	    "`~oauth-client-secret-file <file>` holds" } },
	{ .stages = TOKEN, .words = "admin_policy_enforced|org_internal",
	  .cause = "the administrator of the Google organization allows "
	    "this client for none or for its own users only",
	  .fix = { "have one trust it (Security, API controls), or log in as "
	    "a user of that organization" } },
	{ .stages = TOKEN, .words = "rate_limit_exceeded|"
	    "quota_exceeded",
	  .cause = "the provider was asked too often",
	  .fix = { "nothing is lost: the mail is tried again" } },

/* Files of this host */

	{ .stages = TOKEN, .words = "the directory of tokens&no such file|"
	    "the directory of tokens&permission denied|"
	    "no home directory for tokens",
	  .cause = "%U has no place for tokens",
	  .fix = { "as root run `install -d -m 1777 " SPOOLDIR "-users`, where "
	    "users have one who have no other place" } },

/* All providers: RFC 6749, 5.2 */

	{ .stages = TOKEN, .words = "nobody has logged in",
	  .cause = "there is no token of '%u' yet",
	  .fix = { LOGIN } },
	{ .stages = TOKEN, .words = "invalid_grant|login_required|"
	    "interaction_required",
	  .cause = "the right to send was revoked, has ended, or belongs to "
	    "another client",
	  .fix = { LOGIN } },
	{ .stages = TOKEN, .words = "invalid_client",
	  .cause = "the provider does not know this client, or its secret is "
	    "wrong",
	  .fix = { "correct `~oauth-client-id <id>`, or its secret" } },
	{ .stages = TOKEN, .words = "unauthorized_client|"
	    "unsupported_grant_type",
	  .cause = "this client may not use this grant",
	  .fix = { "allow it where the client is registered, or set another "
	    "`oauth-grant <grant>`" } },
	{ .stages = TOKEN, .words = "access_denied|login was refused|"
	    "login was declined",
	  .cause = "the person in the browser said no, or may not say yes",
	  .fix = { LOGIN " again, as '%u'" } },
	{ .stages = TOKEN, .words = "redirects to another|is no json|"
	    "not json",
	  .cause = "what answers is not the provider; it may be a proxy, or "
	    "another page",
	  .fix = { "correct `~oauth <provider>`, or the variable "
	    "https_proxy" } },
	{ .stages = TOKEN, .words = "certificate|ssl|unknown ca",
	  .cause = "the certificate of the provider is not trusted here",
	  .fix = { "set `oauth-ca <file>` if it is certified by an authority "
	    "of your own",
	    "correct `~oauth-ca <file>`" } },
	{ .stages = TOKEN, .words = "no such host",
	  .cause = "no host has that name; it may be misspelt",
	  .fix = { "correct `~oauth <provider>`, or check the network and "
	    "/etc/resolv.conf of this host; the mail can wait" } },
	{ .stages = TOKEN, .words = "looked up",
	  .cause = "the name server does not answer; the name may be right",
	  .fix = { "check the network and /etc/resolv.conf of this host; the "
	    "mail can wait" } },
	{ .stages = TOKEN, .words = "no answer from|takes too long",
	  .cause = "this host cannot reach the provider by HTTPS",
	  .fix = { "allow it in the firewall, or set the variable "
	    "https_proxy" } },
	{ .stages = TOKEN, .words = "cannot be loaded",
	  .cause = "OAuth needs the libraries libcurl and jansson",
	  .fix = { "install the package that is named" } },
	{ .stages = TOKEN, .words = "refresh token but|no refresh token",
	  .cause = "the provider gives a refresh token only if it is asked for",
	  .fix = { "add offline_access to `~oauth-scope <scopes>`" } },
};
const size_t oauth_count = NITEMS(oauth_table);

#define AUTH	ADVICE_AT(ST_AUTH)

/* No password helps here: each mechanism for one is out of the question. */
#define WORDS_MECH "mechanism|authentication type|auth type|<504>|<534>"

const struct advice token_refusal_table[] = {
	{ .stages = AUTH, .words = WORDS_MECH, .when = IF_OAUTH | IF_TOKEN |
	    IF_OTHER_MECH,
	  .cause = "the relay does not take access tokens by %m",
	  .fix = { "set `auth %M`, or ask its operators whether OAuth is on "
	    "for '%u'" } },
	{ .stages = AUTH, .words = WORDS_MECH, .when = IF_OAUTH | IF_TOKEN,
	  .cause = "the relay does not take access tokens by %m",
	  .fix = { "ask its operators whether OAuth is on for '%u'" } },
	{ .stages = AUTH, .code = 5, .when = IF_OAUTH | IF_TOKEN,
	  .words = "clientauthentication is disabled|"
	    "client authentication is disabled|smtp auth&disabled",
	  .cause = "SMTP login is turned off for '%u' or its organization, "
	    "for tokens, too",
	  .fix = { "have an administrator turn on \"Authenticated SMTP\" for "
	    "that mailbox, or set another `~user <name>`" } },
	{ .stages = AUTH, .code = 5, .by = BY_M365, .when = IF_OAUTH | IF_TOKEN,
	  .words = "<535>",
	  .cause = "Microsoft refuses the access token, also a new one: it is "
	    "of another user than '%u', lacks SMTP.Send, or the client has "
	    "no right to that mailbox",
	  .fix = { LOGIN " as that user; for `oauth-grant "
	    "client-credentials` have an administrator give the service "
	    "principal SMTP.SendAsApp and Add-MailboxPermission",
	    "have an administrator give the service principal "
	    "SMTP.SendAsApp, and Add-MailboxPermission for that mailbox" } },
	{ .stages = AUTH, .code = 5, .by = BY_GOOGLE,
	  .when = IF_OAUTH | IF_TOKEN,
	  .words = "<535>",
	  .cause = "Google refuses the access token, also a new one: it is of "
	    "another user than '%u', or lacks the scope "
	    "https://mail.google.com/",
	  .fix = { LOGIN " as that user, and accept all rights" } },
	{ .stages = AUTH, .code = 5, .when = IF_OAUTH | IF_TOKEN,
	  .words = "<535>",
	  .cause = "the relay refuses the access token, also a new one: it is "
	    "of another user than '%u', or lacks the right to send",
	  .fix = { LOGIN " as that user, or correct `~user <name>`" } },
};
const size_t token_refusal_count = NITEMS(token_refusal_table);
