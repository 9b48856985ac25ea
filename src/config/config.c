/*
 * config.c - the settings in force, and where each is from
 *
 * Every value passes place() with the level it comes from.  A level never
 * overwrites a higher one, so the order of reading does not matter, and
 * within a level the last one wins.  What goes wrong becomes a line of
 * c->mistakes, and reading goes on.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/config.h"
#include "config/relay.h"

void
config_init(struct config *c)
{
	memset(c, 0, sizeof(*c));
	settings_init(&c->base);
	c->mistakes.max = 65536;
}

void
config_release(struct config *c)
{
	size_t i;

	settings_release(&c->base);
	for (i = 0; i < setting_count; i++) {
		free(c->origin[i].text);
		c->origin[i].text = NULL;
	}
	buf_release(&c->mistakes);
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
	buf_add_visible(&c->mistakes, line, strlen(line), false);
	buf_adds(&c->mistakes, "\n");
}

static struct origin *
origin_of(struct config *c, const struct setting *row)
{
	return &c->origin[row - setting_table];
}

const char *
config_origin(const struct config *c, const struct setting *row)
{
	const char *text = c->origin[row - setting_table].text;

	return text != NULL ? text : "default";
}

static void
originate(struct config *c, const struct setting *row,
    enum config_level level, const char *text)
{
	struct origin *o = origin_of(c, row);

	free(o->text);
	o->text = xstrdup(text);
	o->level = level;
}

/*
 * Take back a setting that this one replaces, unless a higher level has
 * made it; lower ones cannot set it any more.
 */
static void
supersede(struct config *c, const char *key, enum config_level level,
    const char *origin)
{
	const struct setting *row = setting_find(key);

	if (origin_of(c, row)->level > level)
		return;
	setting_reset(row, &c->base);
	originate(c, row, level, origin);
}

/*
 * Check a value and, unless a higher level has set it, store it.  False if
 * it is wrong; why then says what was expected.
 */
static bool
place(struct config *c, const struct setting *row, enum config_level level,
    const char *origin, const char *value, struct buf *why)
{
	bool store = level >= origin_of(c, row)->level;
	struct relay r;

	/* A list grows within a level, and replaces that of a lower one. */
	if (row->type == SETTING_LIST && level > origin_of(c, row)->level &&
	    setting_set(row, NULL, value, why))
		setting_reset(row, &c->base);
	buf_clear(why);
	if (!setting_set(row, store ? &c->base : NULL, value, why))
		return false;
	if (!store)
		return true;
	originate(c, row, level, origin);
	if (row->rival != NULL)
		supersede(c, row->rival, level, origin);
	if (row == setting_find("relay") && relay_parse(value, &r)) {
		if (r.port != 0)
			supersede(c, "port", level, origin);
		if (r.implicit)
			supersede(c, "tls", level, origin);
	}
	return true;
}

void
config_apply(struct config *c, const struct setting *row,
    enum config_level level, const char *origin, const char *value)
{
	struct buf why = { .max = 512 };

	if (!place(c, row, level, origin, value, &why))
		config_mistake(c, "%s: %s: %s", origin, row->key,
		    buf_text(&why));
	buf_release(&why);
}

int
config_set_flag(struct config *c, const struct config_source *src,
    const char *key, const char *value, struct fault *f)
{
	const struct setting *row = setting_find(key), *near;
	struct buf why = { .max = 512 };
	char origin[SETTING_KEY + 3];
	int rc = 0;

	if (row == NULL) {
		near = setting_nearest(key);
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%.40s: no such option%s%s%s", key,
		    near != NULL ? "; did you mean --" : "",
		    near != NULL ? near->key : "", near != NULL ? "?" : "");
	}
	if (row->secret)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%s: every user of this host could read it; "
		    "use --%s", key, row->rival);
	if (src->elevated && !row->anyone)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--%s: not for those who gain privileges by running "
		    "this program", key);
	(void)strlcpy(origin, "--", sizeof(origin));
	(void)strlcat(origin, key, sizeof(origin));
	if (!place(c, row, CONFIG_FLAG, origin, value, &why))
		rc = fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--%s: %s",
		    key, buf_text(&why));
	buf_release(&why);
	return rc;
}

/* What the settings come to */

static bool
relay_of(const struct settings *s, struct relay *r)
{
	memset(r, 0, sizeof(*r));
	return s->relay != NULL && relay_parse(s->relay, r);
}

enum setting_tls
config_tls_mode(const struct settings *s)
{
	struct relay r;
	int port;

	(void)relay_of(s, &r);
	if (r.implicit)
		return SETTING_TLS_IMPLICIT;
	if (s->tls != SETTING_TLS_AUTO)
		return (enum setting_tls)s->tls;
	port = s->port != 0 ? s->port : r.port;
	if (port == 465)
		return SETTING_TLS_IMPLICIT;
	return r.loopback ? SETTING_TLS_OPPORTUNISTIC : SETTING_TLS_STARTTLS;
}

int
config_port(const struct settings *s)
{
	struct relay r;

	(void)relay_of(s, &r);
	if (s->port != 0)
		return s->port;
	if (r.port != 0)
		return r.port;
	return config_tls_mode(s) == SETTING_TLS_IMPLICIT ? 465 : 587;
}

static int
unfit(struct fault *f, const char *what)
{
	return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "%s", what);
}

int
config_check(const struct config *c, const struct config_source *src,
    struct fault *f)
{
	const struct settings *s = &c->base;
	struct relay r;

	if (!relay_of(s, &r))
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "no relay is set: put a line \"relay HOST\" into %s",
		    src->file != NULL ? src->file : src->system);
	if (r.implicit && s->tls != SETTING_TLS_AUTO &&
	    s->tls != SETTING_TLS_IMPLICIT)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "relay (%s) is smtps://, which is implicit TLS, but "
		    "tls (%s) says otherwise",
		    config_origin(c, setting_find("relay")),
		    config_origin(c, setting_find("tls")));
	if (s->auth == SETTING_AUTH_NONE || s->auth == SETTING_AUTH_EXTERNAL)
		return 0;
	if (s->user != NULL && s->password == NULL && s->password_file == NULL)
		return unfit(f, "user is set, but neither password nor "
		    "password-file");
	if (s->user == NULL && s->password != NULL)
		return unfit(f, "password is set, but no user");
	if (s->user == NULL && s->password_file != NULL)
		return unfit(f, "password-file is set, but no user");
	if (s->user == NULL && s->auth != SETTING_AUTH_AUTO)
		return unfit(f, "auth asks for a login, but no user is set");
	return 0;
}

void
config_dump(const struct config *c, struct buf *out)
{
	static const char *const mode[] = {
		[SETTING_TLS_AUTO] = "auto",
		[SETTING_TLS_STARTTLS] = "STARTTLS required",
		[SETTING_TLS_IMPLICIT] = "implicit TLS",
		[SETTING_TLS_OPPORTUNISTIC] = "STARTTLS if offered",
		[SETTING_TLS_NONE] = "no TLS",
	};
	const struct setting *row;
	const char *origin;
	size_t i, start;

	for (i = 0; i < setting_count; i++) {
		row = &setting_table[i];
		start = out->len;
		buf_addf(out, "%-16s ", row->key);
		setting_show(row, &c->base, out);
		buf_addf(out, "%*s # ", (int)(out->len - start < 40 ?
		    40 - (out->len - start) : 0), "");
		origin = config_origin(c, row);
		buf_add_visible(out, origin, strlen(origin), false);
		if (row == setting_find("port") && c->base.port == 0)
			buf_addf(out, ": %d", config_port(&c->base));
		if (row == setting_find("tls") &&
		    c->base.tls == SETTING_TLS_AUTO)
			buf_addf(out, ": %s",
			    mode[config_tls_mode(&c->base)]);
		buf_adds(out, "\n");
	}
}
