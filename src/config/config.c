/*
 * config.c - the settings in force, and the origin of each
 *
 * Every value passes config_place() with the level it comes from.  A level
 * never overwrites a higher one, so the order of reading does not matter.
 * Within a level the last value wins.  A mistake becomes a line of
 * c->mistakes, and reading continues.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/config.h"
#include "config/mailbox.h"
#include "config/password.h"
#include "config/validate.h"
#include "config/value.h"
#include "hint/service.h"
#include "net/relay.h"

/* A set of values and their origins. */
struct layer {
	struct settings	*set;
	struct origin	*origin;
};

static struct layer
config_layer_of(struct config *c, int account)
{
	if (account == -1)
		return (struct layer){ &c->base, c->origin };
	return (struct layer){ &c->account[account].set,
	    c->account[account].origin };
}

void
config_init(struct config *c)
{
	memset(c, 0, sizeof(*c));
	values_init(&c->base);
	c->mistakes.max = c->warnings.max = 65536;
	c->open = -1;
}

static void
config_release_layer(struct layer l)
{
	size_t i;

	values_release(l.set);
	for (i = 0; i < setting_count; i++) {
		free(l.origin[i].text);
		l.origin[i].text = NULL;
	}
}

void
config_release(struct config *c)
{
	size_t i;

	for (i = 0; i < c->naccount; i++) {
		config_release_layer(config_layer_of(c, (int)i));
		free(c->account[i].name);
		free(c->account[i].where);
	}
	free(c->account);
	c->account = NULL;
	c->naccount = 0;
	for (i = 0; i < c->nincluded; i++) {
		free(c->included[i].path);
		free(c->included[i].top);
	}
	free(c->included);
	c->included = NULL;
	c->nincluded = 0;
	free(c->foreign);
	c->foreign = NULL;
	config_release_layer(config_layer_of(c, -1));
	buf_release(&c->mistakes);
	buf_release(&c->warnings);
}

static void
config_wipe_text(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
}

void
config_wipe(const struct config *c)
{
	static const char *const names[] = { "HELOISE_PASSWORD",
	    "SMTP_PASSWORD", "HELOISE_OAUTH_CLIENT_SECRET" };
	const struct setting *row, *end = setting_table + setting_count;
	char *const *text;
	size_t k;
	int i;

	for (i = -1; i < (int)c->naccount; i++)
		for (row = setting_table; row < end; row++) {
			text = (char *const *)((const char *)config_settings(c,
			    i) + row->at);
			if (row->secret)
				config_wipe_text(*text);
		}
	for (k = 0; k < NITEMS(names); k++)
		config_wipe_text(getenv(names[k]));
}

const struct settings *
config_settings(const struct config *c, int account)
{
	return account == -1 ? &c->base : &c->account[account].set;
}

int
config_account(const struct config *c, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < c->naccount; i++)
		if (strlen(c->account[i].name) == n &&
		    memcmp(c->account[i].name, name, n) == 0)
			return (int)i;
	return -1;
}

static void
config_add_line(struct buf *out, const char *line)
{
	buf_adds_visible(out, line);
	buf_adds(out, "\n");
}

void
config_mistake(struct config *c, const char *fmt, ...)
{
	char line[8192];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	c->nmistakes++;
	config_add_line(&c->mistakes, line);
}

void
config_warning(struct config *c, const char *fmt, ...)
{
	char line[8192];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	c->nwarnings++;
	config_add_line(&c->warnings, line);
}

static struct origin *
config_origin_of(struct layer l, const struct setting *row)
{
	return l.origin + (row - setting_table);
}

const char *
config_where(const struct config *c, int account, const struct setting *row)
{
	const struct origin *all = account == -1 ? c->origin :
	    c->account[account].origin;
	const char *text = all[row - setting_table].text;

	return text != NULL ? text : "default";
}

const char *
config_origin(const struct config *c, const struct setting *row)
{
	return config_where(c, -1, row);
}

static void
config_originate(struct layer l, const struct setting *row,
    enum config_level level, const char *text)
{
	struct origin *o = config_origin_of(l, row);

	free(o->text);
	o->text = xstrdup(text);
	o->level = level;
	o->vacant = o->implied = false;
}

/* Warn that the first of two lines for the same setting has no effect. */
static void
config_overridden(struct config *c, const struct setting *row,
    const char *origin, const char *by)
{
	config_warning(c, "%s: warning: %s: no effect, since %s comes after "
	    "it", origin, row->key, by);
}

/*
 * Unset a setting that this one replaces, unless it is of a higher level.
 * Lower levels can no longer set it.
 */
static void
config_supersede(struct config *c, struct layer l, const char *key,
    enum config_level level, const char *origin)
{
	const struct setting *row = setting_find(key);
	const struct origin *had = config_origin_of(l, row);

	if (had->level > level)
		return;
	if (had->text != NULL && !had->vacant)
		config_overridden(c, row, had->text, origin);
	value_reset(row, l.set);
	config_originate(l, row, level, origin);
	config_origin_of(l, row)->vacant = true;
}

/*
 * Check a value and, unless a higher level has set it, store it.  False if
 * it is wrong; why then names the expected form.
 */
static bool
config_place_row(struct config *c, struct layer l, const struct setting *row,
    enum config_level level, const char *origin, const char *value,
    struct buf *why)
{
	const struct origin *had = config_origin_of(l, row);
	bool store = level >= had->level, again;
	struct relay r;
	size_t i;

	/* A list grows within a level, and replaces that of a lower one. */
	if (row->type == SETTING_LIST && level > had->level &&
	    value_set(row, NULL, value, why))
		value_reset(row, l.set);
	buf_clear(why);
	again = had->text != NULL && !had->vacant && !had->implied &&
	    (row->type != SETTING_LIST || level != had->level);
	if (!value_set(row, store ? l.set : NULL, value, why))
		return false;
	if (again)
		config_overridden(c, row, store ? had->text : origin,
		    store ? origin : had->text);
	if (!store)
		return true;
	config_originate(l, row, level, origin);
	config_origin_of(l, row)->quoted = row->secret &&
	    password_quoted(value);
	for (i = 0; i < NITEMS(row->rival) && row->rival[i] != NULL; i++)
		config_supersede(c, l, row->rival[i], level, origin);
	if (row == setting_find("relay") && relay_parse(value, &r)) {
		if (config_origin_of(l, setting_find("provider"))->text != NULL)
			config_supersede(c, l, "provider", level, origin);
		if (r.port != 0)
			config_supersede(c, l, "port", level, origin);
		if (r.implicit)
			config_supersede(c, l, "tls", level, origin);
	}
	return true;
}

/* The name that stood before another address is not that of this one. */
static void
config_forget_name(const struct config *c, struct layer l, const char *origin)
{
	const struct setting *row = setting_find("from-name");
	struct origin *had = config_origin_of(l, row);
	const struct origin *up = &c->origin[row - setting_table];

	if (had->text != NULL ? !had->implied : !up->implied)
		return;
	value_reset(row, l.set);
	config_originate(l, row, CONFIG_BUILTIN, origin);
	had->vacant = true;
}

/*
 * For "NAME <ADDRESS>" in `from`: the address, to be freed.  Any value of
 * `from-name` itself wins over the name.  NULL if it is no such value.
 */
static char *
config_place_name(const struct config *c, struct layer l,
    enum config_level level, const char *origin, const char *value)
{
	const struct setting *row = setting_find("from-name");
	struct origin *had = config_origin_of(l, row);
	bool counts = level >= config_origin_of(l, setting_find("from"))->level;
	struct buf why = { .max = 512 };
	char *name, *address;

	if (counts)
		config_forget_name(c, l, origin);
	if (!mailbox_split(value, &name, &address))
		return NULL;
	if (counts && name[0] != '\0' && (had->text == NULL || had->vacant) &&
	    validate_from(address) == NULL &&
	    value_set(row, l.set, name, &why)) {
		config_originate(l, row, CONFIG_BUILTIN, origin);
		had->implied = true;
	}
	buf_release(&why);
	free(name);
	return address;
}

/* The same; `provider` sets the relay, `from` maybe the name. */
static bool
config_place(struct config *c, struct layer l, const struct setting *row,
    enum config_level level, const char *origin, const char *value,
    struct buf *why)
{
	const struct setting *relay = setting_find("relay");
	const struct service *s = row == setting_find("provider") ?
	    service_find(value) : NULL;
	char *host, *address = NULL;
	bool fine;

	if (row == setting_find("from") && (address =
	    config_place_name(c, l, level, origin, value)) != NULL) {
		fine = config_place_row(c, l, row, level, origin, address, why);
		free(address);
		return fine;
	}
	if (s != NULL) {
		host = xasprintf("%s:%d", s->host, s->port);
		(void)config_place_row(c, l, relay, level, origin, host, why);
		free(host);
		if (config_origin_of(l, relay)->level > level)
			return true;
	}
	return config_place_row(c, l, row, level, origin, value, why);
}

/* Why a row may not stand there, or NULL. */
static const char *
config_misplaced(const struct setting *row, bool within)
{
	if (row->scope == SETTING_ABOVE && within)
		return "this setting is for all accounts: put it above them";
	if (row->scope == SETTING_WITHIN && !within)
		return "put this setting below a line \"account NAME\"";
	return NULL;
}

void
config_apply(struct config *c, const struct setting *row,
    enum config_level level, const char *origin, const char *value)
{
	const char *wrong = config_misplaced(row, c->open != -1);
	struct buf why = { .max = 2048 };

	if (wrong != NULL)
		config_mistake(c, "%s: %s: %s", origin, row->key, wrong);
	else if (!config_place(c, config_layer_of(c, c->open), row, level,
	    origin, value, &why)) {
		config_mistake(c, "%s: %s: %s", origin, row->key,
		    buf_text(&why));
		c->refused[row - setting_table] = true;
	}
	buf_release(&why);
}

void
config_open(struct config *c, const char *name, const char *origin)
{
	struct buf why = { .max = 512 };
	struct buf seen = { .max = 65536 };
	struct config_account *a;

	c->open = config_account(c, name, strlen(name));
	if (!value_set(setting_find("account"), NULL, name, &why))
		config_mistake(c, "%s: account: %s", origin, buf_text(&why));
	else if (c->open == -1 && c->naccount >= CONFIG_ACCOUNTS)
		config_mistake(c, "%s: account: there are more than %d",
		    origin, CONFIG_ACCOUNTS);
	buf_release(&why);
	if (c->open != -1)
		return;
	/* Even an account with a wrong name holds the lines below it. */
	c->open = (int)c->naccount;
	c->account = xreallocarray(c->account, ++c->naccount,
	    sizeof(*c->account));
	a = &c->account[c->open];
	memset(a, 0, sizeof(*a));
	buf_adds_visible(&seen, name);
	a->name = xstrdup(buf_text(&seen));
	buf_release(&seen);
	a->where = xstrdup(origin);
	values_init(&a->set);
}

void
config_close(struct config *c)
{
	c->open = -1;
}

/* Tokens are for a mailbox, which is mostly that of the sender. */
static void
config_imply_user(struct layer l)
{
	const struct setting *row = setting_find("user");
	const struct origin *from = config_origin_of(l, setting_find("from"));
	const char *address = l.set->from;
	struct buf why = { .max = 512 };

	if (l.set->oauth == NULL || l.set->user != NULL || address == NULL ||
	    l.set->auth == SETTING_AUTH_NONE ||
	    l.set->auth == SETTING_AUTH_EXTERNAL ||
	    strchr(address, '@') == NULL || strchr(address, '%') != NULL)
		return;
	if (value_set(row, l.set, address, &why)) {
		config_originate(l, row, from->level, from->text);
		config_origin_of(l, row)->implied = true;
	}
	buf_release(&why);
}

/* Copy to the accounts what they have from above. */
static void
config_inherit(struct config *c)
{
	const struct setting *row;
	const struct origin *up;
	struct origin *own;
	size_t i, k;

	for (i = 0; i < c->naccount; i++)
		for (k = 0; k < setting_count; k++) {
			row = &setting_table[k];
			own = &c->account[i].origin[k];
			up = &c->origin[k];
			if (row->own || (own->text != NULL &&
			    up->level <= CONFIG_USER))
				continue;
			if (own->text != NULL && !own->vacant && !own->implied)
				config_overridden(c, row, own->text, up->text);
			value_copy(row, &c->account[i].set, &c->base);
			free(own->text);
			own->text = up->text != NULL ? xstrdup(up->text) :
			    NULL;
			own->level = up->level;
			own->quoted = up->quoted;
			own->implied = up->implied;
		}
}

void
config_finish(struct config *c)
{
	int i;

	config_inherit(c);
	for (i = -1; i < (int)c->naccount; i++)
		config_imply_user(config_layer_of(c, i));
}

char *
config_absolute(const struct config_source *src, const char *name)
{
	if (src->dir == NULL || name[0] == '/' || name[0] == '\0')
		return xstrdup(name);
	return xasprintf("%s/%s", strcmp(src->dir, "/") == 0 ? "" : src->dir,
	    name);
}

int
config_set_flag(struct config *c, const struct config_source *src,
    const char *key, const char *value, struct fault *f)
{
	const struct setting *row = setting_find(key);
	struct buf why = { .max = 512 };
	char origin[SETTING_KEY + 3], *text;
	int rc = 0;

	if (row == NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%.40s: no such option", key);
	if (row->secret)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%s: every user of this host could read it; use --%s",
		    key, row->rival[0]);
	if (src->elevated)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%s: not allowed with the privileges of another user",
		    key);
	if (config_misplaced(row, false) != NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--%s: %s",
		    key, config_misplaced(row, false));
	(void)strlcpy(origin, "--", sizeof(origin));
	(void)strlcat(origin, key, sizeof(origin));
	text = setting_is_relative(row, value) ? config_absolute(src, value) :
	    xstrdup(value);
	if (!config_place(c, config_layer_of(c, -1), row, CONFIG_FLAG, origin,
	    text, &why))
		rc = fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--%s: %s",
		    key, buf_text(&why));
	free(text);
	buf_release(&why);
	return rc;
}

/* Values that depend on several settings */

static bool
config_relay_of(const struct settings *s, struct relay *r)
{
	memset(r, 0, sizeof(*r));
	return s->relay != NULL && relay_parse(s->relay, r);
}

enum setting_tls
config_tls_mode(const struct settings *s)
{
	struct relay r;
	int port;

	(void)config_relay_of(s, &r);
	if (r.implicit)
		return SETTING_TLS_IMPLICIT;
	if (s->tls != SETTING_TLS_AUTO)
		return (enum setting_tls)s->tls;
	port = s->port != 0 ? s->port : r.port;
	if (port == 465)
		return SETTING_TLS_IMPLICIT;
	/* With a proxy, the loopback is that of the proxy. */
	return r.loopback && s->proxy == NULL ? SETTING_TLS_OPPORTUNISTIC :
	    SETTING_TLS_STARTTLS;
}

enum client_tls
config_client_tls(const struct settings *s)
{
	switch (config_tls_mode(s)) {
	case SETTING_TLS_IMPLICIT:
		return CLIENT_TLS_IMPLICIT;
	case SETTING_TLS_OPPORTUNISTIC:
		return CLIENT_TLS_OPPORTUNISTIC;
	case SETTING_TLS_NONE:
		return CLIENT_TLS_NONE;
	case SETTING_TLS_AUTO:
	case SETTING_TLS_STARTTLS:
		break;
	}
	return CLIENT_TLS_STARTTLS;
}

bool
config_refused(const struct config *c, const char *key)
{
	return c->refused[setting_find(key) - setting_table];
}

bool
config_wants_password(const struct settings *s)
{
	return s->auth != SETTING_AUTH_AUTO && s->auth != SETTING_AUTH_NONE &&
	    s->auth != SETTING_AUTH_EXTERNAL &&
	    s->auth != SETTING_AUTH_XOAUTH2 &&
	    s->auth != SETTING_AUTH_OAUTHBEARER;
}

enum sasl_mech
config_mech(const struct settings *s)
{
	/* An account may have inherited it, and have tokens. */
	if (s->oauth != NULL && config_wants_password(s))
		return SASL__MAX;
	switch ((enum setting_auth)s->auth) {
	case SETTING_AUTH_AUTO:
	case SETTING_AUTH_NONE:
		break;
#define NAMED(id, ...) case SETTING_AUTH_##id: return SASL_##id;
	SASL_MECHS(NAMED)
#undef NAMED
	}
	return SASL__MAX;
}

int
config_port(const struct settings *s)
{
	struct relay r;

	(void)config_relay_of(s, &r);
	if (s->port != 0)
		return s->port;
	if (r.port != 0)
		return r.port;
	if (r.lmtp)
		return 24;
	return config_tls_mode(s) == SETTING_TLS_IMPLICIT ? 465 : 587;
}

void
config_meaning(const struct setting *row, const struct settings *s,
    struct buf *out)
{
	static const char *const mode[] = {
		[SETTING_TLS_AUTO] = "auto",
		[SETTING_TLS_STARTTLS] = "STARTTLS required",
		[SETTING_TLS_IMPLICIT] = "implicit TLS",
		[SETTING_TLS_OPPORTUNISTIC] = "STARTTLS if offered",
		[SETTING_TLS_NONE] = "no TLS",
	};
	struct relay r;

	if (config_relay_of(s, &r) && r.kind != RELAY_HOST)
		return;
	if (row == setting_find("port") && s->port == 0)
		buf_addf(out, "%d", config_port(s));
	if (row == setting_find("tls") && s->tls == SETTING_TLS_AUTO)
		buf_adds(out, mode[config_tls_mode(s)]);
}
