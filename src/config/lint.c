/*
 * lint.c - settings that do not go together, or are likely a mistake
 *
 * A rule is about one line and says what of another it does not go with.
 * Accounts are looked at by themselves; what one has from above counts
 * there only if the other part of the rule is its own.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "config/account.h"
#include "config/lint.h"
#include "hint/provider.h"
#include "mail/frompolicy.h"
#include "net/relay.h"
#include "smtp/heloname.h"

/* The settings that a rule is asked about. */
struct view {
	const struct settings *set;
	const struct origin *origin;
	const struct origin *above;	/* of an account; else NULL */
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
lint_text_of(const struct view *v, const char *key)
{
	return setting_text(&setting_table[lint_index_of(key)], v->set);
}

static const char *
lint_where(const struct origin *origin, const char *key)
{
	const char *text = origin[lint_index_of(key)].text;

	return text != NULL ? text : "default";
}

/* Does an account have this from above? */
static bool
lint_handed_down(const struct view *v, const char *key)
{
	return v->above != NULL &&
	    strcmp(lint_where(v->origin, key), lint_where(v->above, key)) == 0;
}

/* Rules */

static bool
lint_clear_on_465(const struct view *v)
{
	return v->port == 465 && v->tls != SETTING_TLS_IMPLICIT;
}

static bool
lint_implicit_elsewhere(const struct view *v)
{
	return (v->port == 587 || v->port == 25) &&
	    v->tls == SETTING_TLS_IMPLICIT;
}

/* A flag, or an account, may well want another port of the same relay. */
static bool
lint_two_ports(const struct view *v)
{
	return v->set->port != 0 && v->relay.port != 0 &&
	    v->set->port != v->relay.port && !lint_handed_down(v, "relay") &&
	    v->origin[lint_index_of("port")].level ==
	    v->origin[lint_index_of("relay")].level;
}

/* An account may well do without the login of those above it. */
static bool
lint_unused_login(const struct view *v)
{
	const struct origin *auth = &v->origin[lint_index_of("auth")];
	const struct origin *user = &v->origin[lint_index_of("user")];

	if (v->set->auth != SETTING_AUTH_NONE || v->set->user == NULL)
		return false;
	return user->level >= auth->level &&
	    (!lint_handed_down(v, "user") || lint_handed_down(v, "auth"));
}

static bool
lint_login_in_clear(const struct view *v)
{
	return v->login && v->tls == SETTING_TLS_NONE &&
	    !v->relay.loopback && !v->set->auth_cleartext;
}

static bool
lint_readable_password(const struct view *v)
{
	return v->login && v->set->auth_cleartext && !v->relay.loopback &&
	    (v->tls == SETTING_TLS_NONE ||
	    v->tls == SETTING_TLS_OPPORTUNISTIC);
}

static bool
lint_believes_all(const struct view *v)
{
	return !v->set->tls_verify && v->set->tls_pin == NULL &&
	    v->tls != SETTING_TLS_NONE;
}

static bool
lint_no_certificate(const struct view *v)
{
	return v->set->auth == SETTING_AUTH_EXTERNAL &&
	    v->set->tls_cert == NULL && v->relay.kind != RELAY_UNIX;
}

static bool
lint_bare_key(const struct view *v)
{
	return v->set->tls_key != NULL && v->set->tls_cert == NULL;
}

static bool
lint_no_tls(const struct view *v)
{
	return v->tls == SETTING_TLS_NONE;
}

static bool
lint_unverified(const struct view *v)
{
	return v->tls == SETTING_TLS_OPPORTUNISTIC;
}

static bool
lint_nobody_to_become(const struct view *v)
{
	return v->set->from_policy != FROMPOLICY_KEEP && v->set->from == NULL;
}

static bool
lint_no_from(const struct view *v)
{
	return v->set->from == NULL;
}

static bool
lint_no_queue(const struct view *v)
{
	return !v->set->queue && v->set->delivery != SETTING_DELIVERY_NOW;
}

static bool
lint_shrinking(const struct view *v)
{
	return v->set->retry_min > v->set->retry_max;
}

static bool
lint_too_short(const struct view *v)
{
	return v->set->expire < v->set->retry_min;
}

static bool
lint_poor_helo(const struct view *v)
{
	return strcmp(v->set->helo, "auto") != 0 &&
	    heloname_doubt(v->set->helo) != NULL;
}

static bool
lint_other_family(const struct view *v)
{
	const char *source = v->set->source_address;
	int family = v->set->family;

	if (source == NULL || family == SETTING_FAMILY_ANY)
		return false;
	return (strchr(source, ':') != NULL) != (family == SETTING_FAMILY_IPV6);
}

static bool
lint_takes_mail_in(const struct view *v)
{
	bool mx = false;

	(void)provider_find(v->relay.host, NULL, &mx);
	return mx;
}

/* Which of the three the password is from. */
static const char *
lint_password_key(const struct settings *s)
{
	return s->password != NULL ? "password" :
	    s->password_file != NULL ? "password-file" : "password-command";
}

/* An account has its own relay, and the password of another one's. */
static bool
lint_others_login(const struct view *v)
{
	const struct relay *own = &v->relay, *above = &v->relay_above;

	return v->login && v->above != NULL && above->kind == RELAY_HOST &&
	    own->kind == RELAY_HOST && above->host[0] != '\0' &&
	    !lint_handed_down(v, "relay") &&
	    lint_handed_down(v, lint_password_key(v->set)) &&
	    strcasecmp(own->host, above->host) != 0;
}

/* %U, %H and %% are what they know. */
static bool
lint_odd_percent(const char *text)
{
	for (; text != NULL && (text = strchr(text, '%')) != NULL; text += 2)
		if (text[1] == '\0' || strchr("UH%", text[1]) == NULL)
			return true;
	return false;
}

static bool
lint_odd_from(const struct view *v)
{
	return lint_odd_percent(v->set->from);
}

static bool
lint_odd_from_name(const struct view *v)
{
	return lint_odd_percent(v->set->from_name);
}

#define WRONG	0x1	/* not only doubtful */
#define IF_SET	0x2	/* only if key, a text, is set */
#define OF_WAY	0x4	/* depends on the relay, too */

static const struct rule {
	const char	*key;		/* the line that is shown */
	const char	*with;		/* the other one, or NULL */
	unsigned	 flags;
	bool		(*applies)(const struct view *);
	const char	*text;
} rules[] = {
	{ "tls", "port", WRONG | OF_WAY, lint_clear_on_465,
	    "on port 465 TLS comes from the start: set `tls implicit`, or "
	    "`port 587`" },
	{ "tls", "port", WRONG | OF_WAY, lint_implicit_elsewhere,
	    "on ports 25 and 587 a connection begins in clear: set `tls "
	    "starttls`, or `port 465`" },
	{ "port", "relay", OF_WAY, lint_two_ports,
	    "the relay is given with another port" },
	{ "auth", "user", WRONG, lint_unused_login,
	    "with none nobody logs in, so the user has no effect" },
	{ "tls-key", NULL, WRONG, lint_bare_key,
	    "there is no tls-cert that it is the key of" },
	{ "from-policy", NULL, WRONG, lint_nobody_to_become,
	    "there is no `from` that senders could become" },
	{ "from-domains", NULL, WRONG | IF_SET, lint_no_from,
	    "there is no `from` that other senders could become" },
	{ "delivery", "queue", WRONG, lint_no_queue,
	    "there is no queue that mail could wait in" },
	{ "retry-min", "retry-max", WRONG, lint_shrinking,
	    "it is longer than retry-max" },
	{ "expire", "retry-min", WRONG, lint_too_short,
	    "mail expires before it is tried a second time" },
	{ "source-address", "address-family", WRONG, lint_other_family,
	    "it is of the other address family" },
	{ "relay", NULL, OF_WAY, lint_others_login,
	    "it gets the password of another relay: set user and password of "
	    "this one, or `auth none`" },
	{ "from", NULL, 0, lint_odd_from,
	    "of % only %U, %H and %% mean something" },
	{ "from-name", NULL, 0, lint_odd_from_name,
	    "of % only %U, %H and %% mean something" },
	{ "auth", NULL, OF_WAY, lint_no_certificate,
	    "external is of little use without a tls-cert" },
	{ "tls", "user", OF_WAY, lint_login_in_clear,
	    "without TLS nothing but SCRAM may log in: set `tls starttls`" },
	{ "auth-cleartext", "tls", OF_WAY, lint_readable_password,
	    "everybody on the way can read the password" },
	{ "tls-verify", NULL, OF_WAY, lint_believes_all,
	    "anyone on the way can pose as the relay: set `tls-verify yes`, or "
	    "`tls-pin <its pin>`" },
	{ "tls-ca", "tls", IF_SET | OF_WAY, lint_no_tls,
	    "no effect without TLS" },
	{ "tls-ca", "tls", IF_SET | OF_WAY, lint_unverified,
	    "no effect with opportunistic TLS" },
	{ "tls-pin", "tls", IF_SET | OF_WAY, lint_no_tls,
	    "no effect without TLS" },
	{ "tls-cert", "tls", IF_SET | OF_WAY, lint_no_tls,
	    "no effect without TLS" },
	{ "tls-name", "tls", IF_SET | OF_WAY, lint_no_tls,
	    "no effect without TLS" },
	{ "helo", NULL, 0, lint_poor_helo,
	    "relays may refuse this name: give the full name of this host" },
	{ "relay", NULL, OF_WAY, lint_takes_mail_in,
	    "it takes mail in for its own users; it is not a relay" },
};

/* Lines */

void
lint_add(struct lint *a, bool mistake, const char *origin, const char *key,
    const char *fmt, ...)
{
	char line[2048];
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
	*(mistake ? &a->nmistakes : &a->nwarnings) += 1;
}

static void
lint_add_rule(struct lint *a, const struct rule *r, const struct view *v,
    const char *account)
{
	char with[1024] = "";

	if (r->with != NULL && v->origin[lint_index_of(r->with)].text != NULL &&
	    strcmp(lint_where(v->origin, r->with),
		lint_where(v->origin, r->key)) != 0)
		(void)snprintf(with, sizeof(with), " (%s: %s)",
		    lint_where(v->origin, r->with), r->with);
	lint_add(a, (r->flags & WRONG) != 0, lint_where(v->origin, r->key),
	    r->key, "%s%s%s%s%s",
	    account != NULL ? "account " : "",
	    account != NULL ? account : "", account != NULL ? ": " : "",
	    r->text, with);
}

/* Was this found above, and would be found again? */
static bool
lint_known(const struct config *c, const struct rule *r, const struct view *v)
{
	return lint_handed_down(v, r->key) &&
	    (r->with == NULL || lint_handed_down(v, r->with)) &&
	    ((r->flags & OF_WAY) == 0 ||
	    (c->base.relay != NULL && lint_handed_down(v, "relay")));
}

static bool
lint_applies(const struct config *c, const struct rule *r, const struct view *v)
{
	if ((r->flags & OF_WAY) != 0 && (v->set->relay == NULL ||
	    v->relay.kind == RELAY_MAILDIR))
		return false;
	if ((r->flags & IF_SET) != 0 && lint_text_of(v, r->key) == NULL)
		return false;
	return r->applies(v) && !lint_known(c, r, v);
}

static void
lint_audit_layer(struct lint *a, const struct config *c, int account)
{
	const struct rule *r;
	struct view v = { .set = config_settings(c, account),
	    .origin = account == -1 ? c->origin :
	    c->account[account].origin,
	    .above = account == -1 ? NULL : c->origin };

	if (v.set->relay != NULL)
		(void)relay_parse(v.set->relay, &v.relay);
	if (account != -1 && c->base.relay != NULL)
		(void)relay_parse(c->base.relay, &v.relay_above);
	v.tls = config_tls_mode(v.set);
	v.port = v.relay.kind == RELAY_HOST ? config_port(v.set) : 0;
	v.login = account_logs_in(v.set);
	for (r = rules; r < rules + NITEMS(rules); r++)
		if (lint_applies(c, r, &v))
			lint_add_rule(a, r, &v, account == -1 ? NULL :
			    c->account[account].name);
}

void
lint_config(struct lint *a, const struct config *c,
    const struct config_source *src)
{
	struct buf lines = { .max = 65536 };
	int i;

	buf_add(&a->out, buf_text(&c->mistakes), c->mistakes.len);
	a->nmistakes += c->nmistakes + config_judge(c, src, &lines);
	buf_add(&a->out, buf_text(&lines), lines.len);
	for (i = -1; i < (int)c->naccount; i++)
		lint_audit_layer(a, c, i);
	buf_add(&a->out, buf_text(&c->warnings), c->warnings.len);
	a->nwarnings += c->nwarnings;
	buf_release(&lines);
}
