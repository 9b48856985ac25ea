/* judge.c - can mail be delivered with these settings? */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "config/envname.h"
#include "config/issuer.h"
#include "config/judge.h"
#include "config/norelay.h"
#include "net/relay.h"

/* Mistakes in the settings of one account, or above them. */
struct findings {
	const struct config *c;
	int		 account;	/* or -1 */
	struct buf	*out;		/* a line each */
	size_t		 n;
};

/* Add a line; key, the setting it is about, may be NULL. */
static void __attribute__((__format__(__printf__, 3, 4)))
judge_add(struct findings *all, const char *key, const char *fmt, ...)
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

/* Was one that gives the password wrong? */
static bool
judge_password_refused(const struct config *c)
{
	return config_refused(c, "password") ||
	    config_refused(c, "password-file") ||
	    config_refused(c, "password-command") ||
	    config_refused(c, "oauth");
}

/* "; NAME is empty", of a variable with the password, or nothing. */
static const char *
judge_password_empty(const struct config *c, const struct config_source *src)
{
	if (src->elevated)
		return "";
	if (envname_empty(src->env, "HELOISE_PASSWORD"))
		return "; HELOISE_PASSWORD is empty";
	return c->smtp_env && envname_empty(src->env, "SMTP_PASSWORD") ?
	    "; SMTP_PASSWORD is empty" : "";
}

/* Does an account that can be used alone have this from above, too? */
static bool
judge_inherited(const struct findings *all, const char *key)
{
	const struct setting *row = setting_find(key);

	return all->account != -1 && all->c->base.relay != NULL &&
	    strcmp(config_where(all->c, all->account, row),
	    config_origin(all->c, row)) == 0;
}

static void
judge_login(const struct config_source *src, const struct settings *s,
    struct findings *all)
{
	const char *key, *wrong, *secret = s->oauth != NULL ? "oauth" :
	    s->password != NULL ? "password" :
	    s->password_file != NULL ? "password-file" :
	    s->password_command != NULL ? "password-command" : NULL;
	size_t i;

	/* It would send the token as a password. */
	if (s->oauth != NULL && config_wants_password(s) &&
	    !judge_inherited(all, "auth"))
		judge_add(all, "auth", "auth: it needs a password, but oauth "
		    "gives a token: set `auth auto` (%s: oauth)",
		    config_where(all->c, all->account, setting_find("oauth")));
	if (s->auth == SETTING_AUTH_NONE || s->auth == SETTING_AUTH_EXTERNAL)
		return;
	for (i = 0; (wrong = issuer_mistake(s, i, &key)) != NULL; i++)
		judge_add(all, key, "%s", wrong);
	if (s->user != NULL && secret == NULL) {
		if (!judge_password_refused(all->c))
			judge_add(all, "user", "user is set, but neither "
			    "password nor password-file nor password-command "
			    "nor oauth%s", judge_password_empty(all->c, src));
	} else if (config_refused(all->c, "user"))
		;
	else if (s->user == NULL && s->oauth != NULL)
		judge_add(all, secret, "oauth is set, but no user: set `user` "
		    "to the address of the mailbox, or `from` if it is that");
	else if (s->user == NULL && secret != NULL)
		judge_add(all, secret, "%s is set, but no user", secret);
	else if (s->user == NULL && s->auth != SETTING_AUTH_AUTO)
		judge_add(all, "auth",
		    "auth asks for a login, but no user is set");
}

/* Settings that the form of relay contradicts. */
static bool
judge_relay_of(const struct settings *s, struct relay *r)
{
	memset(r, 0, sizeof(*r));
	return s->relay != NULL && relay_parse(s->relay, r);
}

static void
judge_relay(const struct settings *s, const struct relay *r,
    struct findings *all)
{
	const char *relay = config_where(all->c, all->account,
	    setting_find("relay"));

	if (r->implicit && s->tls != SETTING_TLS_AUTO &&
	    s->tls != SETTING_TLS_IMPLICIT)
		judge_add(all, "tls", "relay (%s) is smtps://, which is "
		    "implicit TLS, but tls says otherwise", relay);
	if (r->kind != RELAY_HOST && s->port != 0)
		judge_add(all, "port",
		    "port is set, but relay (%s) is no host", relay);
	if (r->kind >= RELAY_UNIX && s->proxy != NULL)
		judge_add(all, "proxy",
		    "proxy is set, but relay (%s) is on this host", relay);
}

static void
judge_fallback(const struct settings *s, struct findings *all)
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
			judge_add(all, "fallback",
			    "fallback: there is no account %.*s", (int)n, p);
		else if (other == all->account)
			judge_add(all, "fallback", "fallback: an account "
			    "cannot be a fallback for itself");
	}
}

/* A line of a file that sets anything; NULL if there is none. */
static const char *
judge_first_line(const struct config *c)
{
	size_t i;

	for (i = 0; i < setting_count; i++)
		if (c->origin[i].text != NULL &&
		    (c->origin[i].level == CONFIG_SYSTEM ||
		    c->origin[i].level == CONFIG_USER))
			return c->origin[i].text;
	return c->naccount > 0 ? c->account[0].where : NULL;
}

static void
judge_none(const struct config_source *src, struct findings *all)
{
	const struct norelay where = { .elevated = src->elevated,
	    .system = src->system, .file = src->file, .env = src->env,
	    .smtp_env = all->c->smtp_env,
	    .settings = judge_first_line(all->c),
	    .foreign = all->c->foreign };
	struct buf line = { .max = 1024 };

	if (config_refused(all->c, "relay") ||
	    config_refused(all->c, "provider"))
		return;
	norelay_explain(&where, &line);
	judge_add(all, NULL, "%s", buf_text(&line));
	buf_release(&line);
}

static void
judge_layer(const struct config_source *src, struct findings *all)
{
	const struct settings *s = config_settings(all->c, all->account);
	struct relay r;

	if (!judge_relay_of(s, &r)) {
		judge_none(src, all);
		return;
	}
	judge_relay(s, &r, all);
	judge_fallback(s, all);
	if (r.kind != RELAY_MAILDIR)
		judge_login(src, s, all);
}

size_t
judge_all(const struct config *c, const struct config_source *src,
    struct buf *out)
{
	const char *name = c->base.account;
	struct findings all = { .c = c, .account = -1, .out = out };

	if (name != NULL && config_account(c, name, strlen(name)) == -1)
		judge_add(&all, "account", "there is no account %s", name);
	/* With accounts, the base need not have a relay. */
	if (c->naccount == 0 || c->base.relay != NULL)
		judge_layer(src, &all);
	while (++all.account < (int)c->naccount)
		judge_layer(src, &all);
	return all.n;
}

int
judge_check(const struct config *c, const struct config_source *src,
    struct fault *f)
{
	struct buf lines = { .max = 65536 };
	int status = 0;

	if (judge_all(c, src, &lines) > 0)
		status = fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "%.*s",
		    (int)strcspn(buf_text(&lines), "\n"), buf_text(&lines));
	buf_release(&lines);
	return status;
}
