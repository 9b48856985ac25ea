/* explain.c - a fault in words for people: its cause and what to change */

#include <sys/stat.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "config/value.h"
#include "net/relay.h"
#include "report/explain.h"
#include "smtp/avoid.h"
#include "system/identity.h"
#include "system/log.h"

void
explain_init(struct explain *x, const struct config *config,
    const struct config_source *src, const char *fqdn)
{
	char full[8];

	*x = (struct explain){ .config = config, .fqdn = fqdn,
	    .file = src->file != NULL ? src->file : src->system,
	    .system = src->system, .elevated = src->elevated,
	    .uid = geteuid() };
	identity_user(x->uid, x->who, sizeof(x->who), full, sizeof(full));
	identity_unit(x->unit, sizeof(x->unit));
}

void
explain_as(struct explain *x, uid_t uid, gid_t group)
{
	char full[8];

	x->uid = uid;
	x->elevated = true;
	x->unit[0] = '\0';
	identity_user(uid, x->who, sizeof(x->who), full, sizeof(full));
	identity_group_of(group, x->group, sizeof(x->group));
}

const struct settings *
explain_settings(const struct explain *x, const struct explain_place *at)
{
	if (at->conninfo != NULL && at->conninfo->account != ACCOUNT_NONE &&
	    at->conninfo->account < (int)x->config->naccount)
		return config_settings(x->config, at->conninfo->account);
	return account_settings(x->config, at->account);
}

/* " -a NAME", or nothing for the account without a name. */
static void
explain_add_option(const struct explain *x, const struct explain_place *at,
    char *out, size_t n)
{
	const struct settings *s = explain_settings(x, at);
	size_t i;

	for (i = 0; i < x->config->naccount; i++)
		if (s == &x->config->account[i].set)
			(void)snprintf(out, n, " -a %s",
			    x->config->account[i].name);
}

/* The relay that was tried: the settings may have changed since. */
static void
explain_add_relay(struct hint_context *ctx, const struct settings *s,
    struct relay *set, struct relay *tried)
{
	const char *what = ctx->fault->what, *is = NULL;

	if (s->relay != NULL && relay_parse(s->relay, set))
		is = set->path[0] != '\0' ? set->path : set->host;
	if (what[0] == '/') {
		ctx->relay = what;
	} else if (relay_host(what, tried) && tried->port != 0) {
		ctx->relay = tried->host;
		ctx->port = tried->port;
	} else {
		ctx->relay = is;
	}
	if (is == NULL || strcmp(is, ctx->relay) != 0)
		return;
	ctx->setting = s->relay;
	ctx->maildir = set->kind == RELAY_MAILDIR;
}

static bool
explain_is_set(const void *settings, const char *key, const char *value)
{
	return value_is(settings, key, value);
}

/*
 * Is the file that the fault begins with, "PATH: why", named by the system's
 * settings, or open to another group?  Then one more user is not the only
 * one.  A process with the program's group has just to be let in.
 */
static bool
explain_many(const struct explain *x, const struct settings *s,
    const struct fault *f)
{
	const struct config *c = x->config;
	size_t row = (size_t)(setting_find("password-file") - setting_table);
	char *path;
	struct stat st;
	bool many;

	if (x->elevated || f->domain != FD_ERRNO || f->code != EACCES ||
	    (f->stage != ST_CONFIG && f->stage != ST_SECRET))
		return false;
	path = xstrndup(f->text, strcspn(f->text, ":"));
	many = (x->system != NULL && strcmp(path, x->system) == 0) ||
	    (f->stage == ST_SECRET &&
	    s->password_file != NULL && strcmp(path, s->password_file) == 0 &&
	    c->origin[row].level == CONFIG_SYSTEM) || (stat(path, &st) == 0 &&
	    st.st_gid != 0 && st.st_gid != getegid());
	free(path);
	return many;
}

/* Does the file begin and end with them? */
static bool
explain_file_quoted(const struct settings *s)
{
	struct buf password = { .max = PASSWORD_MAX, .secret = true };
	struct fault f = { 0 };
	bool quoted;

	(void)password_get(s, getenv("CREDENTIALS_DIRECTORY"), 0, &password,
	    &f);
	quoted = password_quoted(buf_text(&password));
	buf_release(&password);
	return quoted;
}

/* Has the password that was refused quotes around it, and where? */
static bool
explain_quotes(const struct explain *x, const struct settings *s,
    const struct fault *f, const struct conninfo *l, struct buf *out)
{
	const struct setting *row = setting_find("password");
	const struct config *c = x->config;
	const struct origin *from;
	const char *where = NULL;
	int i = (int)c->naccount;

	if (f->stage != ST_AUTH || f->domain != FD_SMTP || f->code != 535)
		return false;
	while (--i >= 0 && s != &c->account[i].set)
		;
	from = i == -1 ? c->origin : c->account[i].origin;
	if (s->password != NULL && from[row - setting_table].quoted)
		where = config_where(c, i, row);
	else if (s->password == NULL && s->password_file != NULL &&
	    (l != NULL ? l->quoted : explain_file_quoted(s)))
		where = s->password_file;
	if (where == NULL)
		return false;
	buf_addf(out, "the quotes around the password in %s are a part of it; "
	    "remove them", where);
	return true;
}

bool
explain_hint(const struct explain *x, const struct fault *f,
    const struct explain_place *at, struct buf *out)
{
	const struct settings *s = explain_settings(x, at);
	const struct conninfo *l = at->conninfo;
	struct relay relay = { 0 }, tried = { 0 };
	struct hint_context ctx = { .fault = f, .port = config_port(s),
	    .tls = config_client_tls(s), .fqdn = x->fqdn,
	    .one_family = s->family != SETTING_FAMILY_ANY,
	    .login = account_logs_in(s),
	    .asked = s->auth != SETTING_AUTH_AUTO,
	    .user = s->user, .sender = at->sender,
	    .recipient = at->recipient, .config_file = x->file, .who = x->who,
	    .is_set = explain_is_set, .settings = s };
	struct buf line = { .max = EXPLAIN_HINT };
	char group[64] = "", option[64] = "", owner[32];
	struct hint h;
	bool any;

	if (explain_quotes(x, s, f, l, out))
		return true;
	if (x->group[0] == '\0' && f->domain == FD_ERRNO && f->code == EACCES)
		identity_group(group, sizeof(group));
	ctx.group = x->group[0] != '\0' ? x->group : group;
	(void)snprintf(owner, sizeof(owner), "%u", (unsigned)x->uid);
	ctx.owner = getpwuid(x->uid) != NULL ? x->who : owner;
	ctx.many = explain_many(x, s, f);
	ctx.shared = x->elevated;
	ctx.unit = x->unit;
	explain_add_option(x, at, option, sizeof(option));
	ctx.login_option = option;
	if (s->helo != NULL && strcmp(s->helo, "auto") != 0)
		ctx.helo = s->helo;
	explain_add_relay(&ctx, s, &relay, &tried);
	if (l != NULL) {
		ctx.tls_up = l->tls[0] != '\0';
		ctx.caps = l->caps;
		ctx.auth_offered = l->offered;
		ctx.banner = l->banner;
		if (l->helo[0] != '\0')
			ctx.helo = l->helo;
		ctx.mech = l->auth;
	}
	if ((any = hint_for(&ctx, &h))) {
		hint_print(&line, &h);
		buf_drop(&line, sizeof("hint: ") - 1);
		buf_adds(out, buf_text(&line));
	}
	buf_release(&line);
	return any;
}

void
explain_extensions(unsigned bits, struct buf *out)
{
	avoid_words(bits, out);
}

void
explain_fault(const struct explain *x, const struct fault *f,
    const struct explain_place *at)
{
	struct buf hint = { .max = EXPLAIN_HINT };

	log_fault(f);
	if (explain_hint(x, f, at, &hint))
		log_say("hint: %s", buf_text(&hint));
	buf_release(&hint);
}
