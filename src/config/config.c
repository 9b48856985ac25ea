/*
 * config.c - the settings in force, and where each is from
 *
 * Every value passes config_place() with the level it comes from.  A level
 * never overwrites a higher one, so the order of reading does not matter, and
 * within a level the last one wins.  What goes wrong becomes a line of
 * c->mistakes, and reading goes on.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/config.h"
#include "net/relay.h"

/* A set of values and where each is from. */
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
	int i;

	for (i = -1; i < (int)c->naccount; i++) {
		struct settings *s = config_layer_of(c, i).set;

		if (s->password != NULL)
			explicit_bzero(s->password, strlen(s->password));
	}
}

const struct settings *
config_settings(const struct config *c, int account)
{
	return account == -1 ? &c->base : &c->account[account].set;
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

static struct origin *
config_origin_of(struct layer l, const struct setting *row)
{
	return l.origin + (row - setting_table);
}

const char *
config_origin(const struct config *c, const struct setting *row)
{
	const char *text = c->origin[row - setting_table].text;

	return text != NULL ? text : "default";
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

/* One of two that set the same has no effect. */
static void
config_overridden(struct config *c, const struct setting *row,
    const char *origin, const char *by)
{
	char *line = xasprintf("%s: warning: %s: no effect, since %s "
	    "comes after it",
	    origin, row->key, by);

	c->nwarnings++;
	config_add_line(&c->warnings, line);
	free(line);
}

/*
 * Take back a setting that this one replaces, unless a higher level has
 * made it; lower ones cannot set it any more.
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
 * it is wrong; why then says what was expected.
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
		return "holds for all accounts and stands above them";
	if (row->scope == SETTING_WITHIN && !within)
		return "stands below a line \"account NAME\" only";
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
	size_t i;

	for (i = 0; i < c->naccount; i++)
		if (strcmp(c->account[i].name, name) == 0)
			break;
	if (!setting_set(setting_find("account"), NULL, name, &why))
		config_mistake(c, "%s: account: %s", origin, buf_text(&why));
	else if (i == CONFIG_ACCOUNTS)
		config_mistake(c, "%s: account: these are more than %d",
		    origin, CONFIG_ACCOUNTS);
	buf_release(&why);
	c->open = (int)i;
	if (i < c->naccount)
		return;
	/* Even one that has a wrong name holds the lines below it. */
	c->account = xreallocarray(c->account, ++c->naccount,
	    sizeof(*c->account));
	a = &c->account[i];
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
		    "--%s: every user of this host could read it; "
		    "use --%s", key, row->rival[0]);
	if (src->elevated && !row->anyone)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%s: not for those who gain privileges by running "
		    "this program", key);
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

/* What the settings come to */

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
	/* Behind a proxy it is the proxy's loopback. */
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

/* A layer to look at. */
struct view {
	const struct settings *set;
	const struct origin *origin;
	char		 who[64];	/* "account b: ", or "" */
};

static struct view
config_view_of(const struct config *c, int account)
{
	struct view l = { .set = config_settings(c, account),
	    .origin = account == -1 ? c->origin :
	    c->account[account].origin };

	if (account != -1)
		(void)snprintf(l.who, sizeof(l.who), "account %s: ",
		    c->account[account].name);
	return l;
}

static const char *
config_origin_text(const struct view *l, const char *key)
{
	const char *text = l->origin[setting_find(key) - setting_table].text;

	return text != NULL ? text : "default";
}

/* What is found, a line each. */
struct findings {
	struct buf	*out;
	size_t		 n;
};

static void __attribute__((__format__(__printf__, 4, 5)))
config_unfit(struct findings *all, const struct view *l, const char *key,
    const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (key != NULL)
		buf_addf(all->out, "%s: ", config_origin_text(l, key));
	buf_addf(all->out, "%s%s\n", l->who, line);
	all->n++;
}

static void
config_judge_login(const struct view *l, struct findings *all)
{
	static const char *const keys[] = { "password", "password-file",
	    "password-command" };
	const struct settings *s = l->set;
	const char *secret = NULL;
	size_t i;

	for (i = 0; i < NITEMS(keys) && secret == NULL; i++)
		if (setting_text(setting_find(keys[i]), s) != NULL)
			secret = keys[i];
	if (s->auth == SETTING_AUTH_NONE || s->auth == SETTING_AUTH_EXTERNAL)
		return;
	if (s->user != NULL && secret == NULL)
		config_unfit(all, l, "user",
		    "user is set, but neither password nor "
		    "password-file nor password-command");
	else if (s->user == NULL && secret != NULL)
		config_unfit(all, l, secret, "%s is set, but no user", secret);
	else if (s->user == NULL && s->auth != SETTING_AUTH_AUTO)
		config_unfit(all, l, "auth",
		    "auth asks for a login, but no user is "
		    "set");
}

/* What a way to the relay and what is set for another do not agree on. */
static void
config_judge_way(const struct view *l, const struct relay *r, struct findings
    *all)
{
	const struct settings *s = l->set;

	if (r->implicit && s->tls != SETTING_TLS_AUTO &&
	    s->tls != SETTING_TLS_IMPLICIT)
		config_unfit(all, l, "tls", "relay (%s) is smtps://, which is "
		    "implicit TLS, but tls says otherwise",
		    config_origin_text(l, "relay"));
	if (r->kind != RELAY_HOST && s->port != 0)
		config_unfit(all, l, "port",
		    "port is set, but relay (%s) is no host",
		    config_origin_text(l, "relay"));
	if (r->kind >= RELAY_UNIX && s->proxy != NULL)
		config_unfit(all, l, "proxy",
		    "proxy is set, but relay (%s) is on "
		    "this host",
		    config_origin_text(l, "relay"));
}

static bool
config_has_account(const struct config *c, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < c->naccount; i++)
		if (strlen(c->account[i].name) == n &&
		    strncmp(c->account[i].name, name, n) == 0)
			return true;
	return false;
}

static void
config_judge_fallback(const struct config *c, const struct view *l,
    const char *name, struct findings *all)
{
	const char *p = l->set->fallback != NULL ? l->set->fallback : "";
	size_t n;

	for (; *p != '\0'; p += n) {
		p += strspn(p, " \t");
		if ((n = strcspn(p, " \t")) == 0)
			continue;
		if (!config_has_account(c, p, n))
			config_unfit(all, l, "fallback",
			    "fallback: there is no "
			    "account %.*s",
			    (int)n, p);
		if (name != NULL && strlen(name) == n &&
		    strncmp(name, p, n) == 0)
			config_unfit(all, l, "fallback", "fallback: an account "
			    "cannot stand in for itself");
	}
}

static void
config_judge_layer(const struct config *c, int account,
    const struct config_source *src, struct findings *all)
{
	const struct view l = config_view_of(c, account);
	struct relay r;

	if (!config_relay_of(l.set, &r)) {
		config_unfit(all, &l, NULL, "no relay is set: put a line "
		    "\"relay HOST\" into %s, or set HELOISE_RELAY",
		    src->file != NULL ? src->file : src->system);
		return;
	}
	config_judge_way(&l, &r, all);
	config_judge_fallback(c, &l, account == -1 ? NULL :
	    c->account[account].name, all);
	if (r.kind != RELAY_MAILDIR)
		config_judge_login(&l, all);
}

size_t
config_judge(const struct config *c, const struct config_source *src,
    struct buf *out)
{
	const struct view base = config_view_of(c, -1);
	const char *name = c->base.account;
	struct findings all = { .out = out };
	size_t i;

	if (name != NULL && !config_has_account(c, name, strlen(name)))
		config_unfit(&all, &base, "account", "there is no account %s",
		    name);
	/* Above accounts there need not be a relay, only with them. */
	if (c->naccount == 0 || c->base.relay != NULL)
		config_judge_layer(c, -1, src, &all);
	for (i = 0; i < c->naccount; i++)
		config_judge_layer(c, (int)i, src, &all);
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

const char *
config_where(const struct config *c, int account, const struct setting *row)
{
	const struct view l = config_view_of(c, account);

	return config_origin_text(&l, row->key);
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
config_dump_row(const struct view *l, const struct setting *row, struct buf
    *out)
{
	const char *origin = config_origin_text(l, row->key);
	struct buf meaning = { .max = 64 };
	size_t start = out->len;

	buf_addf(out, "%-16s ", row->key);
	setting_show(row, l->set, out);
	buf_addf(out, "%*s # ", (int)(out->len - start < 40 ?
	    40 - (out->len - start) : 0), "");
	buf_adds_visible(out, origin);
	config_meaning(row, l->set, &meaning);
	if (meaning.len > 0)
		buf_addf(out, ": %s", buf_text(&meaning));
	buf_adds(out, "\n");
	buf_release(&meaning);
}

void
config_dump(const struct config *c, struct buf *out)
{
	struct view base = config_view_of(c, -1), l;
	const struct setting *row, *end = setting_table + setting_count;
	size_t i;

	for (row = setting_table; row < end; row++)
		config_dump_row(&base, row, out);
	for (i = 0; i < c->naccount; i++) {
		l = config_view_of(c, (int)i);
		buf_addf(out, "\naccount %-32s # ", c->account[i].name);
		buf_adds_visible(out, c->account[i].where);
		buf_adds(out, "\n");
		/* What is not shown is as above. */
		for (row = setting_table; row < end; row++)
			if (strcmp(config_origin_text(&l, row->key),
			    config_origin_text(&base, row->key)) != 0)
				config_dump_row(&l, row, out);
	}
}
