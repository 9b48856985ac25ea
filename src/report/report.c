/* report.c - what became of messages, for people and for the log */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "config/account.h"
#include "hint/hint.h"
#include "net/relay.h"
#include "report/logline.h"
#include "report/report.h"
#include "system/identity.h"
#include "system/log.h"

#define NAMES	64		/* recipients in a line at most, */
#define OCTETS	800		/* and how long they may be together */
#define REACH	256		/* how far to look for them */

void
report_init(struct report *r, const struct config *config,
    const struct config_source *src, const char *fqdn)
{
	char full[8];

	*r = (struct report){ .config = config, .fqdn = fqdn,
	    .file = src->file != NULL ? src->file : src->system,
	    .elevated = src->elevated, .syslog.fd = -1 };
	identity_user(geteuid(), r->who, sizeof(r->who), full, sizeof(full));
}

static bool
as_json(const struct report *r)
{
	return r->config->base.log_format == SETTING_LOG_JSON;
}

void
report_open(struct report *r)
{
	struct fault f = { 0 };

	/* Mail goes out all the same; --check-config tells of it. */
	(void)syslog_open(&r->syslog, r->config->base.log, SYSLOG_SOCKET,
	    r->elevated, as_json(r), &f);
}

void
report_close(struct report *r)
{
	syslog_close(&r->syslog);
}

/* Hints */

/* The settings of the account that a message went over, or was to. */
static const struct settings *
settings_at(const struct report *r, const struct report_place *at)
{
	int account = ACCOUNT_NONE;

	if (at->conninfo != NULL &&
	    at->conninfo->account < (int)r->config->naccount)
		account = at->conninfo->account;
	if (account == ACCOUNT_NONE && at->account != NULL)
		account = account_find(r->config, at->account);
	return account == ACCOUNT_NONE ? &r->config->base :
	    config_settings(r->config, account);
}

static void
add_link(struct hint_context *ctx, const struct conninfo *l)
{
	ctx->tls_up = l->tls[0] != '\0';
	ctx->caps = l->caps;
	ctx->auth_offered = l->offered;
	ctx->banner = l->banner;
	ctx->helo = l->helo;
	ctx->mech = l->auth;
}

/* What was tried, whatever the settings say now. */
static void
add_relay(struct hint_context *ctx, const struct settings *s,
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

bool
report_hint(const struct report *r, const struct fault *f,
    const struct report_place *at, struct buf *out)
{
	const struct settings *s = settings_at(r, at);
	struct relay relay = { 0 }, tried = { 0 };
	struct hint_context ctx = { .fault = f, .port = config_port(s),
	    .tls = config_client_tls(s), .fqdn = r->fqdn,
	    .login = s->user != NULL && s->auth != SETTING_AUTH_NONE,
	    .user = s->user, .sender = at->sender,
	    .recipient = at->recipient, .config_file = r->file,
	    .who = r->who };
	struct buf words = { .max = 4 * HINT_TEXT };
	char group[64] = "";
	struct hint h;
	bool any;

	if (f->domain == FD_ERRNO && f->code == EACCES)
		identity_group(group, sizeof(group));
	ctx.group = group;
	if (s->helo != NULL && strcmp(s->helo, "auto") != 0)
		ctx.helo = s->helo;
	add_relay(&ctx, s, &relay, &tried);
	if (at->conninfo != NULL)
		add_link(&ctx, at->conninfo);
	if ((any = hint_for(&ctx, &h))) {
		hint_print(&words, &h);
		buf_drop(&words, sizeof("hint: ") - 1);
		buf_adds(out, buf_text(&words));
	}
	buf_release(&words);
	return any;
}

void
report_fault(const struct report *r, const struct fault *f,
    const struct report_place *at)
{
	struct buf hint = { .max = 4 * HINT_TEXT };

	log_fault(f);
	if (report_hint(r, f, at, &hint))
		log_say("hint: %s", buf_text(&hint));
	buf_release(&hint);
}

/* The log */

static void
write_line(const struct report *r, struct logline *a,
    enum syslog_level level, time_t now)
{
	struct buf line = { .max = 4 * LOGLINE_LINE };
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	a->time = when;
	if (as_json(r))
		logline_json(&line, a);
	else
		logline_format(&line, a);
	syslog_write(&r->syslog, level, buf_text(&line), line.len, now);
	buf_release(&line);
}

static bool
same_outcome(const struct rcpt *a, const struct rcpt *b)
{
	const struct fault *f = a->why, *g = b->why;

	if (a->verdict != b->verdict || (f == NULL) != (g == NULL))
		return false;
	return f == NULL || (f->stage == g->stage && f->code == g->code &&
	    strcmp(f->text, g->text) == 0);
}

/*
 * The recipients from the first on that are not listed yet and fared as it
 * did, as many as a line holds.
 */
static size_t
like(const struct envelope *env, size_t first, bool *listed,
    const char **names, bool alike)
{
	size_t i, n = 0, len = 0;

	for (i = first; i < env->nrcpt && i - first < REACH && n < NAMES &&
	    len < OCTETS; i++) {
		if (listed[i] || (!alike &&
		    !same_outcome(&env->rcpt[first], &env->rcpt[i])))
			continue;
		listed[i] = true;
		names[n++] = env->rcpt[i].addr;
		len += strlen(env->rcpt[i].addr) + 1;
	}
	return n;
}

static const char *
result(const struct report_try *t, const struct rcpt *r,
    enum syslog_level *level)
{
	*level = SYSLOG_INFO;
	if (t->untried)
		return "queued";
	if (r->done && r->verdict == VD_OK)
		return "sent";
	*level = SYSLOG_WARNING;
	if (outcome_waits(r) && t->kept && !t->expired)
		return "deferred";
	*level = SYSLOG_ERR;
	return outcome_waits(r) && t->expired ? "expired" : "failed";
}

/* Which account, and why that one; nothing where there is but one way. */
static void
add_account(const struct report *r, const struct report_try *t,
    struct logline *a, char *why)
{
	int account = account_find(r->config, t->meta->account != NULL ?
	    t->meta->account : "");
	const struct conninfo *l = t->untried ? NULL : t->conninfo;

	if (r->config->naccount == 0 || account == ACCOUNT_NONE)
		return;
	account_why(r->config, account, t->env->from, why);
	if (l != NULL && l->passed[0] != '\0' &&
	    l->account < (int)r->config->naccount) {
		(void)strlcpy(why, l->passed, ACCOUNT_WHY);
		account = l->account;
	}
	a->account = account_label(r->config, account);
	a->why = why;
}

/* What all lines of a message have in common. */
static struct logline
common(const struct report_try *t, time_t now)
{
	const struct conninfo *l = t->untried ? NULL : t->conninfo;
	struct logline a = { .id = t->id, .from = t->env->from,
	    .size = (long long)t->size, .tries = t->tries, .rtt = -1,
	    .uid = t->meta->uid, .caller = t->meta->origin };

	if (now > t->meta->submitted)
		a.delay = now - t->meta->submitted;
	if (l != NULL) {
		a.relay = l->what;
		a.ip = l->ip;
		a.helo = l->helo;
		a.tls = l->tls;
		a.auth = l->authed ? l->auth : "";
		a.rtt = l->rtt;
	}
	return a;
}

/* What to warn of, in every line. */
static const char *
unsafe(const struct settings *s)
{
	return s->tls_verify || s->tls_pin != NULL ||
	    config_tls_mode(s) == SETTING_TLS_NONE ? NULL :
	    "tls-verify is no: anyone on the way can pretend to be the relay";
}

/* The line for this recipient and those like it. */
static void
write_outcome(const struct report *r, const struct report_try *t,
    const struct rcpt *to, struct logline *a, time_t now)
{
	const struct report_place at = { .account = t->meta->account,
		.conninfo = t->conninfo,
		.sender = t->env->from,
		.recipient = to->addr };
	struct buf hint = { .max = 4 * HINT_TEXT };
	enum syslog_level level;

	a->result = result(t, to, &level);
	a->fault = t->untried ? NULL : to->why;
	a->text = !t->untried && to->verdict == VD_OK ? t->accepted : NULL;
	if (a->fault != NULL)
		(void)report_hint(r, a->fault, &at, &hint);
	a->hint = buf_text(&hint);
	a->warning = t->untried ? NULL : unsafe(settings_at(r, &at));
	write_line(r, a, level, now);
	buf_release(&hint);
}

void
report_attempt(const struct report *r, const struct report_try *t)
{
	bool *listed = xcalloc(t->env->nrcpt, sizeof(*listed));
	time_t now = time(NULL);
	struct logline a = common(t, now);
	const char *names[NAMES];
	char why[ACCOUNT_WHY];
	size_t i;

	add_account(r, t, &a, why);
	for (i = 0; i < t->env->nrcpt; i++)
		listed[i] = t->tried != NULL && !t->tried[i];
	for (i = 0; i < t->env->nrcpt && r->syslog.fd != -1; i++) {
		if (listed[i])
			continue;
		a.nto = like(t->env, i, listed, names, t->untried);
		a.to = names;
		write_outcome(r, t, &t->env->rcpt[i], &a, now);
	}
	free(listed);
}

void
report_outcome(const struct report *r, const struct claimed *c,
    const struct delivery *d, const bool *tried, enum outcome what)
{
	const struct report_try t = { .id = c->file.id, .env = &c->env,
	    .tried = tried, .meta = &c->meta, .conninfo = &d->conninfo,
	    .accepted = d->accepted, .size = c->file.size,
	    .tries = c->note.tries + (what == OUTCOME_DONE), .kept = true,
	    .expired = what == OUTCOME_GAVE_UP };

	report_attempt(r, &t);
}

void
report_refusal(const struct report *r, const struct fault *f,
    const struct spool_meta *meta)
{
	const struct report_place at = { .account = meta->account };
	struct buf hint = { .max = 4 * HINT_TEXT };
	struct logline a = { .fault = f, .size = -1, .rtt = -1,
	    .result = "failed", .uid = meta->uid, .caller = meta->origin };

	(void)report_hint(r, f, &at, &hint);
	a.hint = buf_text(&hint);
	write_line(r, &a, SYSLOG_ERR, time(NULL));
	buf_release(&hint);
}
