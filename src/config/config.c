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
#include "config/envname.h"
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
	settings_init(&c->base);
	c->mistakes.max = c->warnings.max = 65536;
	c->open = -1;
}

static void
config_release_layer(struct layer l)
{
	size_t i;

	settings_release(l.set);
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
	config_release_layer(config_layer_of(c, -1));
	buf_release(&c->mistakes);
	buf_release(&c->warnings);
}

void
config_wipe(struct config *c)
{
	char *password;
	int i;

	for (i = -1; i < (int)c->naccount; i++)
		if ((password = config_layer_of(c, i).set->password) != NULL)
			explicit_bzero(password, strlen(password));
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
	o->vacant = false;
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
	setting_reset(row, l.set);
	config_originate(l, row, level, origin);
	config_origin_of(l, row)->vacant = true;
}

/*
 * Check a value and, unless a higher level has set it, store it.  False if
 * it is wrong; why then names the expected form.
 */
static bool
config_place(struct config *c, struct layer l, const struct setting *row,
    enum config_level level, const char *origin, const char *value,
    struct buf *why)
{
	const struct origin *had = config_origin_of(l, row);
	bool store = level >= had->level, again;
	struct relay r;
	size_t i;

	/* A list grows within a level, and replaces that of a lower one. */
	if (row->type == SETTING_LIST && level > had->level &&
	    setting_set(row, NULL, value, why))
		setting_reset(row, l.set);
	buf_clear(why);
	again = had->text != NULL && !had->vacant &&
	    (row->type != SETTING_LIST || level != had->level);
	if (!setting_set(row, store ? l.set : NULL, value, why))
		return false;
	if (again)
		config_overridden(c, row, store ? had->text : origin,
		    store ? origin : had->text);
	if (!store)
		return true;
	config_originate(l, row, level, origin);
	for (i = 0; i < NITEMS(row->rival) && row->rival[i] != NULL; i++)
		config_supersede(c, l, row->rival[i], level, origin);
	if (row == setting_find("relay") && relay_parse(value, &r)) {
		if (r.port != 0)
			config_supersede(c, l, "port", level, origin);
		if (r.implicit)
			config_supersede(c, l, "tls", level, origin);
	}
	return true;
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
	    origin, value, &why))
		config_mistake(c, "%s: %s: %s", origin, row->key,
		    buf_text(&why));
	buf_release(&why);
}

void
config_open(struct config *c, const char *name, const char *origin)
{
	struct buf why = { .max = 512 };
	struct config_account *a;

	c->open = config_account(c, name, strlen(name));
	if (!setting_set(setting_find("account"), NULL, name, &why))
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
	a->name = xstrdup(name);
	a->where = xstrdup(origin);
	settings_init(&a->set);
}

void
config_close(struct config *c)
{
	c->open = -1;
}

void
config_finish(struct config *c)
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
			if (own->text != NULL && !own->vacant)
				config_overridden(c, row, own->text, up->text);
			setting_copy(row, &c->account[i].set, &c->base);
			free(own->text);
			own->text = up->text != NULL ? xstrdup(up->text) :
			    NULL;
			own->level = up->level;
		}
}

int
config_set_flag(struct config *c, const struct config_source *src,
    const char *key, const char *value, struct fault *f)
{
	const struct setting *row = setting_find(key);
	struct buf why = { .max = 512 };
	char origin[SETTING_KEY + 3];
	int rc = 0;

	if (row == NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%.40s: no such option", key);
	if (row->secret)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%s: every user of this host could read it; use --%s",
		    key, row->rival[0]);
	if (src->elevated && !row->anyone)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%s: not allowed with the privileges of another user",
		    key);
	if (config_misplaced(row, false) != NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--%s: %s",
		    key, config_misplaced(row, false));
	(void)strlcpy(origin, "--", sizeof(origin));
	(void)strlcat(origin, key, sizeof(origin));
	if (!config_place(c, config_layer_of(c, -1), row, CONFIG_FLAG, origin,
	    value, &why))
		rc = fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--%s: %s",
		    key, buf_text(&why));
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

enum sasl_mech
config_mech(const struct settings *s)
{
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

/* Mistakes in the settings of one account, or above them. */
struct findings {
	const struct config *c;
	int		 account;	/* or -1 */
	struct buf	*out;		/* a line each */
	size_t		 n;
};

/* Add a line; key, the setting it is about, may be NULL. */
static void __attribute__((__format__(__printf__, 3, 4)))
config_unfit(struct findings *all, const char *key, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (key != NULL)
		buf_addf(all->out, "%s: ", config_where(all->c, all->account,
		    setting_find(key)));
	if (all->account != -1)
		buf_addf(all->out, "account %s: ",
		    all->c->account[all->account].name);
	buf_addf(all->out, "%s\n", line);
	all->n++;
}

static void
config_judge_login(const struct settings *s, struct findings *all)
{
	const char *secret = s->password != NULL ? "password" :
	    s->password_file != NULL ? "password-file" :
	    s->password_command != NULL ? "password-command" : NULL;

	if (s->auth == SETTING_AUTH_NONE || s->auth == SETTING_AUTH_EXTERNAL)
		return;
	if (s->user != NULL && secret == NULL)
		config_unfit(all, "user", "user is set, but neither password "
		    "nor password-file nor password-command");
	else if (s->user == NULL && secret != NULL)
		config_unfit(all, secret, "%s is set, but no user", secret);
	else if (s->user == NULL && s->auth != SETTING_AUTH_AUTO)
		config_unfit(all, "auth",
		    "auth asks for a login, but no user is set");
}

/* Settings that the form of relay contradicts. */
static void
config_judge_relay(const struct settings *s, const struct relay *r,
    struct findings *all)
{
	const char *relay = config_where(all->c, all->account,
	    setting_find("relay"));

	if (r->implicit && s->tls != SETTING_TLS_AUTO &&
	    s->tls != SETTING_TLS_IMPLICIT)
		config_unfit(all, "tls", "relay (%s) is smtps://, which is "
		    "implicit TLS, but tls says otherwise", relay);
	if (r->kind != RELAY_HOST && s->port != 0)
		config_unfit(all, "port",
		    "port is set, but relay (%s) is no host", relay);
	if (r->kind >= RELAY_UNIX && s->proxy != NULL)
		config_unfit(all, "proxy",
		    "proxy is set, but relay (%s) is on this host", relay);
}

static void
config_judge_fallback(const struct settings *s, struct findings *all)
{
	const char *p = s->fallback != NULL ? s->fallback : "";
	int other;
	size_t n;

	for (; *p != '\0'; p += n) {
		p += strspn(p, " \t");
		if ((n = strcspn(p, " \t")) == 0)
			continue;
		other = config_account(all->c, p, n);
		if (other == -1)
			config_unfit(all, "fallback",
			    "fallback: there is no account %.*s", (int)n, p);
		else if (other == all->account)
			config_unfit(all, "fallback", "fallback: an account "
			    "cannot be a fallback for itself");
	}
}

static void
config_judge_layer(const struct config_source *src, struct findings *all)
{
	const struct settings *s = config_settings(all->c, all->account);
	const char *other = NULL;
	struct relay r;
	size_t n = 0;

	if (!config_relay_of(s, &r)) {
		if (all->c->smtp_env)
			other = envname_find(src->env, "SMTP_HOST", &n);
		config_unfit(all, NULL, "no relay is set: put a line "
		    "\"relay HOST\" into %s, or set HELOISE_RELAY%s%.*s%s",
		    src->file != NULL ? src->file : src->system,
		    other != NULL ? "; " : "", (int)n,
		    other != NULL ? other : "", other != NULL ?
		    " is set: did you mean SMTP_HOST?" : "");
		return;
	}
	config_judge_relay(s, &r, all);
	config_judge_fallback(s, all);
	if (r.kind != RELAY_MAILDIR)
		config_judge_login(s, all);
}

size_t
config_judge(const struct config *c, const struct config_source *src,
    struct buf *out)
{
	const char *name = c->base.account;
	struct findings all = { .c = c, .account = -1, .out = out };

	if (name != NULL && config_account(c, name, strlen(name)) == -1)
		config_unfit(&all, "account", "there is no account %s", name);
	/* With accounts, the base need not have a relay. */
	if (c->naccount == 0 || c->base.relay != NULL)
		config_judge_layer(src, &all);
	while (++all.account < (int)c->naccount)
		config_judge_layer(src, &all);
	return all.n;
}

int
config_check(const struct config *c, const struct config_source *src,
    struct fault *f)
{
	struct buf lines = { .max = 65536 };
	int status = 0;

	if (config_judge(c, src, &lines) > 0)
		status = fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "%.*s",
		    (int)strcspn(buf_text(&lines), "\n"), buf_text(&lines));
	buf_release(&lines);
	return status;
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

static void
config_dump_row(const struct config *c, int account,
    const struct setting *row, struct buf *out)
{
	const struct settings *set = config_settings(c, account);
	struct buf meaning = { .max = 64 };
	size_t start = out->len;

	buf_addf(out, "%-16s ", row->key);
	setting_show(row, set, out);
	buf_addf(out, "%*s # ", (int)(out->len - start < 40 ?
	    40 - (out->len - start) : 0), "");
	buf_adds_visible(out, config_where(c, account, row));
	config_meaning(row, set, &meaning);
	if (meaning.len > 0)
		buf_addf(out, ": %s", buf_text(&meaning));
	buf_adds(out, "\n");
	buf_release(&meaning);
}

void
config_dump(const struct config *c, struct buf *out)
{
	const struct setting *row, *end = setting_table + setting_count;
	int i;

	for (row = setting_table; row < end; row++)
		config_dump_row(c, -1, row, out);
	for (i = 0; i < (int)c->naccount; i++) {
		buf_addf(out, "\naccount %-32s # ", c->account[i].name);
		config_add_line(out, c->account[i].where);
		/* Other settings are as above. */
		for (row = setting_table; row < end; row++)
			if (strcmp(config_where(c, i, row),
			    config_where(c, -1, row)) != 0)
				config_dump_row(c, i, row, out);
	}
}
