/* maillog.c - writes a line to the log for each result */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "config/account.h"
#include "report/logline.h"
#include "report/maillog.h"
#include "smtp/avoid.h"
#include "spool/lesson.h"

#define NAMES	64		/* recipients in a line at most */
#define OCTETS	800		/* of their addresses in a line at most */
#define REACH	256		/* recipients to look at for one line */

void
maillog_init(struct maillog *r, const struct config *config,
    const struct config_source *src, const char *fqdn)
{
	explain_init(&r->explain, config, src, fqdn);
	r->elevated = src->elevated;
	r->syslog = (struct syslog){ .fd = -1 };
}

static bool
maillog_as_json(const struct maillog *r)
{
	return r->explain.config->base.log_format == SETTING_LOG_JSON;
}

void
maillog_open(struct maillog *r)
{
	struct fault f = { 0 };

	/* Mail is sent without a log, too; --check-config shows the fault. */
	(void)syslog_open(&r->syslog, r->explain.config->base.log,
	    SYSLOG_SOCKET, r->elevated, maillog_as_json(r), &f);
}

void
maillog_close(struct maillog *r)
{
	syslog_close(&r->syslog);
}

static void
maillog_write_line(const struct maillog *r, struct logline *a,
    enum syslog_level level, time_t now)
{
	struct buf line = { .max = 4 * LOGLINE_LINE };
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	a->time = when;
	if (maillog_as_json(r))
		logline_json(&line, a);
	else
		logline_format(&line, a);
	syslog_write(&r->syslog, level, buf_text(&line), line.len, now);
	buf_release(&line);
}

static bool
maillog_same_outcome(const struct rcpt *a, const struct rcpt *b)
{
	const struct fault *f = a->why, *g = b->why;

	if (a->verdict != b->verdict || (f == NULL) != (g == NULL))
		return false;
	return f == NULL || (f->stage == g->stage && f->code == g->code &&
	    strcmp(f->text, g->text) == 0);
}

/*
 * Collect recipients for one line: from first on, those that are not listed
 * yet and have the same result.
 */
static size_t
maillog_like(const struct envelope *env, size_t first, bool *listed,
    const char **names, bool alike)
{
	size_t i, n = 0, len = 0;

	for (i = first; i < env->nrcpt && i - first < REACH && n < NAMES &&
	    len < OCTETS; i++) {
		if (listed[i] || (!alike &&
		    !maillog_same_outcome(&env->rcpt[first], &env->rcpt[i])))
			continue;
		listed[i] = true;
		names[n++] = env->rcpt[i].addr;
		len += strlen(env->rcpt[i].addr) + 1;
	}
	return n;
}

static const char *
maillog_result(const struct maillog_try *t, const struct rcpt *r,
    enum syslog_level *level)
{
	*level = SYSLOG_INFO;
	if (t->untried)
		return "queued";
	if (r->done && r->verdict == VD_OK)
		return "sent";
	*level = SYSLOG_WARNING;
	if (rcpt_waits(r) && t->kept && !t->expired)
		return "deferred";
	*level = SYSLOG_ERR;
	/* The sender was told by now, so rcpt_waits() is false. */
	return t->expired && r->verdict != VD_PERM ? "expired" : "failed";
}

/* Add the account and the reason, if the configuration has accounts. */
static void
maillog_add_account(const struct maillog *r, const struct maillog_try *t,
    struct logline *a, char *why)
{
	int account = account_find(r->explain.config, t->meta->account != NULL ?
	    t->meta->account : "");
	const struct conninfo *l = t->untried ? NULL : t->conninfo;

	if (r->explain.config->naccount == 0 || account == ACCOUNT_NONE)
		return;
	account_why(r->explain.config, account, t->env->from, why);
	if (l != NULL && l->passed[0] != '\0' &&
	    l->account < (int)r->explain.config->naccount) {
		(void)strlcpy(why, l->passed, ACCOUNT_WHY);
		account = l->account;
	}
	a->account = account_label(r->explain.config, account);
	a->why = why;
}

/* What is the same in all lines of a message. */
static struct logline
maillog_common(const struct maillog_try *t, time_t now)
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
		a.tried = l->tried;
		a.helo = l->helo;
		a.tls = l->tls;
		a.auth = l->authed ? l->auth : "";
		a.rtt = l->rtt;
	}
	return a;
}

/* The warning for each line, or NULL. */
static const char *
maillog_unsafe(const struct settings *s, const struct conninfo *l)
{
	if (l != NULL && l->clear[0] != '\0')
		return l->clear;
	return s->tls_verify || s->tls_pin != NULL ||
	    config_tls_mode(s) == SETTING_TLS_NONE ? NULL :
	    "tls-verify is no: anyone on the way can pretend to be the relay";
}

/* Append what is wrong or unsafe, "; " between. */
static void
maillog_add_warning(const struct settings *s, const struct conninfo *l,
    uint32_t learned, struct buf *out)
{
	const char *unsafe = maillog_unsafe(s, l);

	if (unsafe != NULL)
		buf_adds(out, unsafe);
	if (learned == 0)
		return;
	buf_addf(out, "%sthe relay offers an extension and does not keep it; "
	    "for %d days mail goes without it; to make that permanent, set "
	    "`avoid ", unsafe != NULL ? "; " : "", LESSON_DAYS);
	avoid_words(learned, out);
	buf_adds(out, "`");
}

/* Append the hint that one family of addresses costs time. */
static void
maillog_add_lost(const struct settings *s, uint32_t lost, struct buf *out)
{
	unsigned other = lost == 6 ? 4 : 6;

	if (s->family == SETTING_FAMILY_ANY)
		buf_addf(out, "IPv%u fails at this relay and IPv%u works; if "
		    "that stays so, set `address-family ipv%u` to save the "
		    "time", (unsigned)lost, other, other);
}

/* Write the line for this recipient and those with the same result. */
static void
maillog_write_outcome(const struct maillog *r, const struct maillog_try *t,
    const struct rcpt *to, struct logline *a, uint32_t *lost, time_t now)
{
	const struct explain_place at = { .account = t->meta->account,
	    .conninfo = t->conninfo, .sender = t->env->from,
	    .recipient = to->addr };
	struct buf hint = { .max = EXPLAIN_HINT }, warning = { .max = 512 };
	enum syslog_level level;

	a->result = maillog_result(t, to, &level);
	a->fault = t->untried ? NULL : to->why;
	a->text = !t->untried && to->verdict == VD_OK ? t->accepted : NULL;
	if (a->fault != NULL)
		(void)explain_hint(&r->explain, a->fault, &at, &hint);
	if (a->text != NULL && *lost != 0) {
		maillog_add_lost(explain_settings(&r->explain, &at), *lost,
		    &hint);
		*lost = 0;	/* once a message */
	}
	a->hint = buf_text(&hint);
	if (!t->untried)
		maillog_add_warning(explain_settings(&r->explain, &at),
		    t->conninfo, t->learned, &warning);
	a->warning = buf_text(&warning);
	maillog_write_line(r, a, level, now);
	buf_release(&warning);
	buf_release(&hint);
}

void
maillog_attempt(const struct maillog *r, const struct maillog_try *t)
{
	bool *listed = xcalloc(t->env->nrcpt, sizeof(*listed));
	time_t now = time(NULL);
	struct logline a = maillog_common(t, now);
	uint32_t lost = t->conninfo != NULL ? t->conninfo->lost : 0;
	const char *names[NAMES];
	char why[ACCOUNT_WHY];
	size_t i;

	maillog_add_account(r, t, &a, why);
	for (i = 0; i < t->env->nrcpt; i++)
		listed[i] = t->tried != NULL && !t->tried[i];
	for (i = 0; i < t->env->nrcpt && r->syslog.fd != -1; i++) {
		if (listed[i])
			continue;
		a.nto = maillog_like(t->env, i, listed, names, t->untried);
		a.to = names;
		maillog_write_outcome(r, t, &t->env->rcpt[i], &a, &lost, now);
	}
	free(listed);
}

void
maillog_refusal(const struct maillog *r, const struct fault *f,
    const struct spool_meta *meta)
{
	const struct explain_place at = { .account = meta->account };
	struct buf hint = { .max = EXPLAIN_HINT };
	struct logline a = { .fault = f, .size = -1, .rtt = -1,
	    .result = "failed", .uid = meta->uid, .caller = meta->origin };

	(void)explain_hint(&r->explain, f, &at, &hint);
	a.hint = buf_text(&hint);
	maillog_write_line(r, &a, SYSLOG_ERR, time(NULL));
	buf_release(&hint);
}

void
maillog_left_out(const struct maillog *r, const char *text,
    const struct envelope *env, const struct spool_meta *meta)
{
	struct fault f = { 0 };
	struct logline a = { .from = env->from, .fault = &f, .size = -1,
	    .rtt = -1, .result = "left-out", .uid = meta->uid,
	    .caller = meta->origin };

	(void)fault_set(&f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s", text);
	maillog_write_line(r, &a, SYSLOG_WARNING, time(NULL));
}
