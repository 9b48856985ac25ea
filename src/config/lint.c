/*
 * lint.c - settings that contradict each other, or are likely a mistake
 *
 * A rule is about one line.  It may name another that the line contradicts.
 * Each account is checked by itself.  A rule about inherited settings is
 * reported there only if it also depends on a setting of the account.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "config/account.h"
#include "config/issuer.h"
#include "config/judge.h"
#include "config/lint.h"
#include "config/password.h"
#include "config/value.h"
#include "hint/provider.h"
#include "mail/frompolicy.h"
#include "net/relay.h"
#include "smtp/heloname.h"
#include "smtp/sasl.h"

/* The settings that the rules test. */
struct view {
	const struct settings *set;
	const char	*account;	/* its name; else NULL */
	const struct origin *origin;
	const struct origin *above;	/* the base's, for an account */
	struct relay	 relay;
	struct relay	 relay_above;
	int		 port;
	enum setting_tls tls;		/* never auto */
	bool		 login;
};

static size_t
lint_index_of(const char *key)
{
	return (size_t)(setting_find(key) - setting_table);
}

static const char *
lint_where(const struct origin *origin, const char *key)
{
	const char *text = origin[lint_index_of(key)].text;

	return text != NULL ? text : "default";
}

/* Does an account have this setting from above? */
static bool
lint_inherited(const struct view *v, const char *key)
{
	return v->above != NULL &&
	    strcmp(lint_where(v->origin, key), lint_where(v->above, key)) == 0;
}

/* Which of the three the password is from. */
static const char *
lint_password_key(const struct settings *s)
{
	return s->password != NULL ? "password" :
	    s->password_file != NULL ? "password-file" : "password-command";
}

/* Does an account with a relay of its own use the password of another? */
static bool
lint_foreign_password(const struct view *v)
{
	const struct relay *own = &v->relay, *above = &v->relay_above;

	return v->login && v->above != NULL && above->kind == RELAY_HOST &&
	    own->kind == RELAY_HOST && above->host[0] != '\0' &&
	    !lint_inherited(v, "relay") &&
	    lint_inherited(v, lint_password_key(v->set)) &&
	    strcasecmp(own->host, above->host) != 0;
}

/* An account may well use no login, though those above it have one. */
static bool
lint_unused_login(const struct view *v)
{
	const struct origin *auth = &v->origin[lint_index_of("auth")];
	const struct origin *user = &v->origin[lint_index_of("user")];

	return v->set->auth == SETTING_AUTH_NONE && v->set->user != NULL &&
	    user->level >= auth->level &&
	    (!lint_inherited(v, "user") || lint_inherited(v, "auth"));
}

/* A flag, or an account, may well name another port of the same relay. */
static bool
lint_two_ports(const struct view *v)
{
	return v->set->port != 0 && v->relay.port != 0 &&
	    v->set->port != v->relay.port && !lint_inherited(v, "relay") &&
	    v->origin[lint_index_of("port")].level ==
	    v->origin[lint_index_of("relay")].level;
}

/* Is the relay an address that `address-family` excludes? */
static bool
lint_other_family(const struct view *v)
{
	const char *host = v->relay.host;

	return v->set->family != SETTING_FAMILY_ANY &&
	    v->relay.kind == RELAY_HOST && relay_host_literal(host) &&
	    (strchr(host, ':') != NULL) !=
	    (v->set->family == SETTING_FAMILY_IPV6);
}

static bool
lint_mx(const struct view *v)
{
	bool mx = false;

	(void)provider_find(v->relay.host, NULL, &mx);
	return mx;
}

/* Is there a % that is none of %U, %H and %%? */
static bool
lint_unknown_percent(const char *text)
{
	for (; text != NULL && (text = strchr(text, '%')) != NULL; text += 2)
		if (text[1] == '\0' || strchr("UH%", text[1]) == NULL)
			return true;
	return false;
}

/* Does the login reveal the password, which needs a secure connection? */
static bool
lint_reveals(const struct view *v)
{
	enum sasl_mech m = config_mech(v->set);

	return v->login && !v->set->auth_cleartext &&
	    (m == SASL__MAX || sasl_reveals(m));
}

/* Does a command without a shell have a character for one? */
static bool
lint_shell(const char *command)
{
	return command != NULL && strpbrk(command, "|<>;&$`\"'\\") != NULL &&
	    strncmp(command, "shell:", 6) != 0 &&
	    strncmp(command, "sh -c ", 6) != 0;
}

/* Rules */

#define MISTAKE	0x1	/* else it is a warning */
#define IF_SET	0x2	/* only if key, a text, is set */
#define RELAY	0x4	/* depends on the relay, too */

#define NO_TLS	"no effect without TLS"

struct rule {
	const char	*key;		/* the line that is shown */
	const char	*with;		/* the other one, or NULL */
	unsigned	 flags;
	bool		 applies;
	const char	*text;
};

/* Lines */

void
lint_add(struct lint *a, bool mistake, const char *origin, const char *key,
    const char *fmt, ...)
{
	char line[2048], letter = mistake ? LINT_MISTAKE : LINT_WARNING;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (origin != NULL)
		buf_addf(&a->out, "%s: ", origin);
	if (!mistake)
		buf_adds(&a->out, "warning: ");
	if (key != NULL)
		buf_addf(&a->out, "%s: ", key);
	buf_adds_visible(&a->out, line);
	buf_adds(&a->out, "\n");
	buf_add(&a->levels, &letter, 1);
	*(mistake ? &a->nmistakes : &a->nwarnings) += 1;
}

static void
lint_add_rule(struct lint *a, const struct rule *r, const struct view *v)
{
	char with[1024] = "";

	if (r->with != NULL && v->origin[lint_index_of(r->with)].text != NULL &&
	    strcmp(lint_where(v->origin, r->with),
		lint_where(v->origin, r->key)) != 0)
		(void)snprintf(with, sizeof(with), " (%s: %s)",
		    lint_where(v->origin, r->with), r->with);
	lint_add(a, (r->flags & MISTAKE) != 0, lint_where(v->origin, r->key),
	    r->key, "%s%s%s%s%s", v->account != NULL ? "account " : "",
	    v->account != NULL ? v->account : "",
	    v->account != NULL ? ": " : "", r->text, with);
}

/* Does the rule also apply above the accounts, with the same values? */
static bool
lint_known(const struct config *c, const struct rule *r, const struct view *v)
{
	return lint_inherited(v, r->key) &&
	    (r->with == NULL || lint_inherited(v, r->with)) &&
	    ((r->flags & RELAY) == 0 ||
	    (c->base.relay != NULL && lint_inherited(v, "relay")));
}

static void
lint_apply(struct lint *a, const struct config *c, const struct view *v,
    const struct rule *r, size_t n)
{
	bool relay = v->set->relay != NULL && v->relay.kind != RELAY_MAILDIR;

	for (; n > 0; n--, r++)
		if (r->applies && (relay || (r->flags & RELAY) == 0) &&
		    ((r->flags & IF_SET) == 0 ||
		    value_text(setting_find(r->key), v->set) != NULL) &&
		    !lint_known(c, r, v))
			lint_add_rule(a, r, v);
}

static void
lint_mistakes(struct lint *a, const struct config *c, const struct view *v)
{
	const struct settings *s = v->set;
	const struct rule rules[] = {
		{ "tls", "port", MISTAKE | RELAY, v->port == 465 &&
		    v->tls != SETTING_TLS_IMPLICIT, "port 465 uses TLS from "
		    "the start: set `tls implicit`, or `port 587`" },
		{ "tls", "port", MISTAKE | RELAY, (v->port == 587 ||
		    v->port == 25) && v->tls == SETTING_TLS_IMPLICIT,
		    "ports 25 and 587 use no TLS at the start: set `tls "
		    "starttls`, or `port 465`" },
		{ "port", "relay", RELAY, lint_two_ports(v),
		    "the relay is given with another port" },
		{ "auth", "user", MISTAKE, lint_unused_login(v),
		    "none means no login, so the user has no effect" },
		{ "tls-key", NULL, MISTAKE, s->tls_key != NULL &&
		    s->tls_cert == NULL, "there is no tls-cert for this key" },
		{ "from-policy", NULL, MISTAKE, s->from_policy !=
		    FROMPOLICY_KEEP && s->from == NULL,
		    "`from` is not set, so there is no address to use" },
		{ "from-domains", NULL, MISTAKE | IF_SET, s->from == NULL,
		    "`from` is not set, so there is no address to use" },
		{ "delivery", "queue", MISTAKE, !s->queue &&
		    s->delivery != SETTING_DELIVERY_NOW,
		    "there is no queue in which mail could wait" },
		{ "retry-min", "retry-max", MISTAKE, s->retry_min >
		    s->retry_max, "it is longer than retry-max" },
		{ "expire", "retry-min", MISTAKE, s->expire < s->retry_min,
		    "mail expires before the second try" },
		{ "address-family", "relay", MISTAKE | RELAY,
		    lint_other_family(v), "the relay is an address of the "
		    "other family" },
		{ "source-address", "address-family", MISTAKE,
		    s->source_address != NULL &&
		    s->family != SETTING_FAMILY_ANY &&
		    (strchr(s->source_address, ':') != NULL) !=
		    (s->family == SETTING_FAMILY_IPV6),
		    "it is of the other address family" },
	};

	lint_apply(a, c, v, rules, NITEMS(rules));
}

static void
lint_doubts(struct lint *a, const struct config *c, const struct view *v)
{
	static const char *const percent = "use only %U, %H and %% after a %";
	static const char *const uncounted = "no effect, because without a "
	    "queue nothing is counted";
	const struct settings *s = v->set;
	bool none = v->tls == SETTING_TLS_NONE;
	bool maybe = v->tls == SETTING_TLS_OPPORTUNISTIC;
	bool in_clear = v->login && !v->relay.loopback;
	const struct rule rules[] = {
		{ "relay", NULL, RELAY, lint_foreign_password(v),
		    "it gets the password of another relay: set user and "
		    "password of this one, or `auth none`" },
		{ "from", NULL, 0, lint_unknown_percent(s->from), percent },
		{ "from-name", NULL, 0, lint_unknown_percent(s->from_name),
		    percent },
		{ "auth", NULL, RELAY, s->auth == SETTING_AUTH_EXTERNAL &&
		    s->tls_cert == NULL && v->relay.kind != RELAY_UNIX,
		    "external usually needs a tls-cert" },
		{ "tls", "user", RELAY, none && lint_reveals(v),
		    "without TLS only SCRAM may log in: set `tls starttls`" },
		{ "user", "tls", RELAY, maybe && s->tls_pin == NULL &&
		    lint_reveals(v), "no certificate is verified, so only "
		    "SCRAM may log in: set `tls starttls`, or "
		    "`auth-cleartext yes`" },
		{ "password", NULL, 0, s->password != NULL &&
		    password_quoted(s->password),
		    "the quotes around it are a part of it" },
		{ "password-command", NULL, 0, lint_shell(s->password_command),
		    "no shell reads it: put `shell:` before it if it needs "
		    "one" },
		{ "auth-cleartext", "tls", RELAY, in_clear && (none || maybe)
		    && s->auth_cleartext,
		    "the password can be read on the network" },
		{ "tls-verify", NULL, RELAY, !s->tls_verify && !none &&
		    s->tls_pin == NULL, "another host can pose as the relay: "
		    "set `tls-verify yes`, or `tls-pin <its pin>`" },
		{ "tls-ca", "tls", IF_SET | RELAY, maybe,
		    "no effect with opportunistic TLS" },
		{ "tls-ca", "tls", IF_SET | RELAY, none, NO_TLS },
		{ "tls-pin", "tls", IF_SET | RELAY, none, NO_TLS },
		{ "tls-cert", "tls", IF_SET | RELAY, none, NO_TLS },
		{ "tls-name", "tls", IF_SET | RELAY, none, NO_TLS },
		{ "rate", "queue", IF_SET, !s->queue, uncounted },
		{ "connections", "queue", 0, !s->queue &&
		    v->origin[lint_index_of("connections")].text != NULL,
		    uncounted },
		{ "helo", NULL, 0, strcmp(s->helo, "auto") != 0 &&
		    heloname_doubt(s->helo) != NULL, "relays may refuse this "
		    "name: give the full name of this host" },
		{ "relay", NULL, RELAY, lint_mx(v), "it accepts mail for its "
		    "own users only; it is not a relay" },
	};

	lint_apply(a, c, v, rules, NITEMS(rules));
}

/* Has it a password where the relay will soon take none? */
static bool
lint_password_ends(const struct view *v)
{
	bool mx = false;
	const struct provider *p = provider_find(v->relay.host, NULL, &mx);

	return v->login && v->set->oauth == NULL && p != NULL &&
	    p->bit == BY_M365 && v->set->auth != SETTING_AUTH_XOAUTH2 &&
	    v->set->auth != SETTING_AUTH_OAUTHBEARER;
}

/* Is the relay of one provider, and the token of another? */
static bool
lint_other_provider(const struct view *v)
{
	bool mx = false;
	const struct provider *p = provider_find(v->relay.host, NULL, &mx);
	const char *oauth = v->set->oauth;

	return oauth != NULL && p != NULL &&
	    ((p->bit == BY_M365 && strcmp(oauth, "google") == 0) ||
	    (p->bit == BY_GOOGLE && strcmp(oauth, "microsoft") == 0));
}

static void
lint_oauth(struct lint *a, const struct config *c, const struct view *v)
{
	static const char *const alone = "no effect without oauth";
	const struct settings *s = v->set;
	bool none = s->oauth == NULL, secret = s->oauth_client_secret != NULL ||
	    s->oauth_client_secret_file != NULL ||
	    s->oauth_client_secret_command != NULL;
	const struct rule rules[] = {
		{ "oauth", "relay", MISTAKE | RELAY, lint_other_provider(v),
		    "the relay does not take tokens of this provider" },
		{ "oauth-key", NULL, MISTAKE, s->oauth_key != NULL &&
		    s->oauth_cert == NULL, "there is no oauth-cert for this "
		    "key" },
		{ "oauth-cert", NULL, IF_SET, secret, "it is used, so the "
		    "client's secret has no effect" },
		{ "oauth-refresh-token-file", "oauth-grant", IF_SET,
		    !none && issuer_grant(s) != SETTING_GRANT_REFRESH,
		    "no effect with this grant" },
		{ "oauth-tenant", "oauth", IF_SET, !none &&
		    strcmp(s->oauth, "microsoft") != 0,
		    "only microsoft has tenants" },
		{ "user", "oauth", IF_SET, !none && issuer_known(s) &&
		    s->user != NULL && strchr(s->user, '@') == NULL,
		    "the provider wants the whole address of the mailbox" },
		{ "user", NULL, RELAY, lint_password_ends(v), "Microsoft turns "
		    "logins with a password off by default at the end of "
		    "December 2026: set `oauth microsoft`" },
		{ "oauth-tenant", NULL, IF_SET, none, alone },
		{ "oauth-client-id", NULL, IF_SET, none, alone },
		{ "oauth-client-secret", NULL, IF_SET, none, alone },
		{ "oauth-client-secret-file", NULL, IF_SET, none, alone },
		{ "oauth-client-secret-command", NULL, IF_SET, none, alone },
		{ "oauth-scope", NULL, IF_SET, none, alone },
		{ "oauth-refresh-token-file", NULL, IF_SET, none, alone },
		{ "oauth-cert", NULL, IF_SET, none, alone },
		{ "oauth-ca", NULL, IF_SET, none, alone },
	};

	lint_apply(a, c, v, rules, NITEMS(rules));
}

static void
lint_layer(struct lint *a, const struct config *c, int account)
{
	struct view v = { .set = config_settings(c, account),
	    .origin = c->origin };

	if (account != -1) {
		v.account = c->account[account].name;
		v.origin = c->account[account].origin;
		v.above = c->origin;
		if (c->base.relay != NULL)
			(void)relay_parse(c->base.relay, &v.relay_above);
	}
	if (v.set->relay != NULL)
		(void)relay_parse(v.set->relay, &v.relay);
	v.tls = config_tls_mode(v.set);
	v.port = v.relay.kind == RELAY_HOST ? config_port(v.set) : 0;
	v.login = account_needs_password(v.set);
	lint_mistakes(a, c, &v);
	lint_doubts(a, c, &v);
	lint_oauth(a, c, &v);
}

/* Lines that the settings have gathered, all of one level. */
static void
lint_add_lines(struct lint *a, enum lint_level level, const struct buf *lines)
{
	char letter = (char)level;
	size_t i;

	buf_add(&a->out, buf_text(lines), lines->len);
	for (i = 0; i < lines->len; i++)
		if (lines->p[i] == '\n')
			buf_add(&a->levels, &letter, 1);
}

void
lint_config(struct lint *a, const struct config *c,
    const struct config_source *src)
{
	struct buf lines = { .max = 65536 };
	int i;

	lint_add_lines(a, LINT_MISTAKE, &c->mistakes);
	a->nmistakes += c->nmistakes + judge_all(c, src, &lines);
	lint_add_lines(a, LINT_MISTAKE, &lines);
	for (i = -1; i < (int)c->naccount; i++)
		lint_layer(a, c, i);
	lint_add_lines(a, LINT_WARNING, &c->warnings);
	a->nwarnings += c->nwarnings;
	buf_release(&lines);
}
