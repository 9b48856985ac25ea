/*
 * status.c - --status: the state of queue and accounts, for monitoring
 *
 * Looks at the spool and locks nothing.  The exit status is that of a plugin
 * of Nagios, in each form.
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/spools.h"
#include "admin/status.h"
#include "base/json.h"
#include "base/util.h"
#include "config/spoolpath.h"
#include "spool/claim.h"
#include "system/log.h"

#define TEXT_MAX	(1 << 18)	/* more than all accounts need */
#define NOT_GIVEN	{ .messages = -1, .age = -1 }

static const char *const levels[] = {
	[STATUS_OK] = "OK", [STATUS_WARNING] = "WARNING",
	[STATUS_CRITICAL] = "CRITICAL", [STATUS_UNKNOWN] = "UNKNOWN",
};

/* The limits as they were given. */
struct limits {
	struct status_limit warning;
	struct status_limit critical;
};

/* One number for people, programs and Prometheus. */
static const struct {
	const char	*name;
	const char	*metric, *help;
} counts[] = {
	{ "waiting", "waiting_messages", "Messages that wait for a try." },
	{ "held", "held_messages", "Messages that an operator holds." },
	{ "failed", "failed_messages",
	    "Messages that were given up and are kept." },
	{ "damaged", "damaged_messages",
	    "Queue files that cannot be used." },
};

static size_t
status_count(const struct status *s, size_t i)
{
	const size_t n[NITEMS(counts)] = { s->waiting, s->held, s->failed,
	    s->damaged };

	return n[i];
}

/* One part of a limit, p[0..n). */
static bool
status_limit_part(struct status_limit *l, const char *p, size_t n)
{
	char *part = xstrndup(p, n);
	bool is_count = n > 0 && strspn(part, "0123456789") == n;
	const char *why = NULL;
	bool good;

	if (is_count && l->messages == -1) {
		l->messages = strtonum(part, 0, 1000000000, &why);
		good = why == NULL;
	} else {
		good = !is_count && l->age == -1 &&
		    (l->age = duration_parse(part)) >= 0;
	}
	free(part);
	return good;
}

bool
status_limit_parse(struct status_limit *l, const char *text)
{
	const char *comma = strchr(text, ',');
	size_t n = comma != NULL ? (size_t)(comma - text) : strlen(text);

	*l = (struct status_limit)NOT_GIVEN;
	return status_limit_part(l, text, n) && (comma == NULL ||
	    status_limit_part(l, comma + 1, strlen(comma + 1)));
}

static bool
status_reached(const struct status *s, const struct status_limit *l)
{
	return (l->messages != -1 && (long long)s->waiting >= l->messages) ||
	    (l->age != -1 && s->waiting > 0 && s->oldest >= l->age);
}

enum status_level
status_judge(const struct status *s, const struct status_limit *warning,
    const struct status_limit *critical)
{
	return s->no_relay || status_reached(s, critical) ? STATUS_CRITICAL :
	    status_reached(s, warning) ? STATUS_WARNING : STATUS_OK;
}

static void
status_add_message(struct status *s, struct spool *spool, const char *id)
{
	struct claimed c = { 0 };
	struct fault f = { 0 };
	enum claim got = spool_peek(spool, SPOOL_QUEUE, id, &c.file, &c.env,
	    &c.meta, &c.note, &f);
	long long age = s->now - c.meta.submitted;

	if (got == CLAIM_GONE)
		return;
	if (got == CLAIM_OK && c.note.held) {
		s->held++;
	} else {
		s->waiting++;
		s->damaged += got != CLAIM_OK;
		if (got == CLAIM_OK && age > s->oldest)
			s->oldest = age;
	}
	claim_release(spool, &c);
}

/* "" for -1, the settings above all accounts. */
static const char *
status_name(const struct config *c, int account)
{
	return account == -1 ? "" : c->account[account].name;
}

static int
status_in_spool(void *ctx, struct spool *spool, struct fault *f)
{
	struct status *s = ctx;
	char (*ids)[SPOOL_ID];
	size_t n, i;
	int k;

	if (spool_list(spool, SPOOL_QUEUE, &ids, &n, f) == -1)
		return -1;
	for (i = 0; i < n; i++)
		status_add_message(s, spool, ids[i]);
	free(ids);
	if (spool_list(spool, SPOOL_FAILED, &ids, &n, f) == -1)
		return -1;
	s->failed += n;
	free(ids);
	for (k = -1; k < (int)s->config->naccount; k++)
		history_get(spool, status_name(s->config, k),
		    &s->history[k + 1]);
	return 0;
}

/* No spool yet: no mail has waited. */
static int
status_gather(struct status *s, const struct config_source *src,
    struct fault *f)
{
	struct spools all = { 0 };
	char *path = spoolpath_find(&s->config->base, src);
	char *top = spoolpath_everyone(&s->config->base, src, &all.group);
	struct spool spool;
	int rc = 0;

	all.top = top;
	all.users = spoolpath_looks(&s->config->base, src, top);
	if (top == NULL && path == NULL && s->config->base.queue) {
		rc = fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP, "no spool");
	} else if (top != NULL || path == NULL) {
		rc = spools_each(&all, NULL, status_in_spool, s, f);
	} else if (spool_open(&spool, path, false, f) == 0) {
		rc = spools_each(&all, &spool, status_in_spool, s, f);
		spool_close(&spool);
	} else if (f->domain != FD_ERRNO || f->code != ENOENT) {
		rc = -1;
	} else {
		rc = spools_each(&all, NULL, status_in_spool, s, f);
	}
	free(top);
	free(path);
	return rc;
}

/* Is there such an account, or has mail gone without one? */
static bool
status_shows(const struct status *s, int account)
{
	const struct history *h = &s->history[account + 1];

	return account != -1 || s->config->naccount == 0 ||
	    s->config->base.relay != NULL || h->success != 0 ||
	    h->failure != 0;
}

/* On one line, and not with the bar that begins the numbers. */
static void
status_add_cause(struct buf *b, const char *cause)
{
	for (; *cause != '\0'; cause++)
		buf_add(b, *cause == '\n' ? " " : *cause == '|' ? "/" : cause,
		    1);
}

static void
status_add_time(struct buf *b, const char *before, time_t when)
{
	char text[32] = "";
	struct tm tm;

	if (when != 0 && gmtime_r(&when, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_addf(b, "%s%s", before, when != 0 ? text : "never");
}

/* "waiting=3;5;10;0": value, limits and least value, for graphs. */
static void
status_add_number(struct buf *b, const char *name, const char *unit,
    long long value, long long warning, long long critical)
{
	buf_addf(b, " %s=%lld%s;", name, value, unit);
	if (warning != -1)
		buf_addf(b, "%lld", warning);
	buf_adds(b, ";");
	if (critical != -1)
		buf_addf(b, "%lld", critical);
	buf_adds(b, ";0");
}

/* A line for the plugin, then one for each account. */
static void
status_print_text(const struct status *s, const struct limits *l,
    enum status_level level, struct buf *b)
{
	const struct history *h;
	size_t i;
	int k;

	buf_addf(b, "HELOISE %s - %s", levels[level], s->no_relay ?
	    "no relay is set, " : "");
	for (i = 0; i < NITEMS(counts); i++)
		if (i == 0 || i == 2 || status_count(s, i) > 0)
			buf_addf(b, "%s%zu %s", i > 0 ? ", " : "",
			    status_count(s, i), counts[i].name);
	if (s->waiting > 0)
		buf_addf(b, ", oldest %llds", s->oldest);
	buf_adds(b, " |");
	status_add_number(b, "waiting", "", (long long)s->waiting,
	    l->warning.messages, l->critical.messages);
	status_add_number(b, "oldest", "s", s->oldest, l->warning.age,
	    l->critical.age);
	status_add_number(b, "held", "", (long long)s->held, -1, -1);
	status_add_number(b, "failed", "", (long long)s->failed, -1, -1);
	buf_adds(b, "\n");
	for (k = -1; k < (int)s->config->naccount; k++) {
		if (!status_shows(s, k))
			continue;
		h = &s->history[k + 1];
		if (k != -1)
			buf_addf(b, "account %s: ", status_name(s->config, k));
		status_add_time(b, "last success ", h->success);
		status_add_time(b, ", last error ", h->failure);
		buf_adds(b, h->failure != 0 ? ": " : "");
		status_add_cause(b, h->cause);
		buf_adds(b, "\n");
	}
}

static void
status_json_time(struct buf *b, const char *key, time_t when)
{
	if (when != 0)
		json_number(b, key, when);
	else
		json_none(b, key);
}

static void
status_json_account(const struct status *s, int k, struct buf *b)
{
	const struct history *h = &s->history[k + 1];

	json_key(b, NULL);
	buf_adds(b, "{");
	json_text(b, "name", k == -1 ? NULL : status_name(s->config, k));
	status_json_time(b, "last_success", h->success);
	if (h->failure == 0) {
		json_none(b, "last_error");
	} else {
		json_key(b, "last_error");
		buf_adds(b, "{");
		json_number(b, "time", h->failure);
		json_text(b, "cause", h->cause);
		buf_adds(b, "}");
	}
	buf_adds(b, "}");
}

static void
status_json_state(struct buf *b, enum status_level level)
{
	char word[16] = "";
	const char *p = levels[level];
	size_t i;

	for (i = 0; p[i] != '\0'; i++)
		word[i] = (char)tolower((unsigned char)p[i]);
	buf_adds(b, "{");
	json_text(b, "state", word);
}

static void
status_print_json(const struct status *s, const struct limits *l,
    enum status_level level, struct buf *b)
{
	size_t i;
	int k;

	status_json_state(b, level);
	for (i = 0; i < NITEMS(counts); i++)
		json_number(b, counts[i].name, (long long)status_count(s, i));
	if (s->waiting > 0)
		json_number(b, "oldest", s->oldest);
	else
		json_none(b, "oldest");
	json_key(b, "accounts");
	buf_adds(b, "[");
	for (k = -1; k < (int)s->config->naccount; k++)
		if (status_shows(s, k))
			status_json_account(s, k, b);
	buf_adds(b, "]}\n");
}

static void
status_metric(struct buf *b, const char *name, const char *help)
{
	buf_addf(b, "# HELP heloise_%s %s\n# TYPE heloise_%s gauge\n", name,
	    help, name);
}

/* The time of the last success, or of the last error, of each account. */
static void
status_metric_times(const struct status *s, bool errors, struct buf *b)
{
	const char *name = errors ? "last_error_timestamp_seconds" :
	    "last_success_timestamp_seconds", *p;
	const struct history *h;
	int k;

	status_metric(b, name, errors ? "When mail of an account last failed."
	    : "When a relay last accepted mail of an account.");
	for (k = -1; k < (int)s->config->naccount; k++) {
		h = &s->history[k + 1];
		if ((errors ? h->failure : h->success) == 0)
			continue;
		buf_addf(b, "heloise_%s{account=\"", name);
		for (p = status_name(s->config, k); *p != '\0'; p++)
			buf_addf(b, "%s%c", strchr("\\\"", *p) != NULL ?
			    "\\" : "", *p);
		buf_addf(b, "\"} %lld\n", (long long)(errors ? h->failure :
		    h->success));
	}
}

static void
status_print_metrics(const struct status *s, const struct limits *l,
    enum status_level level, struct buf *b)
{
	size_t i;

	for (i = 0; i < NITEMS(counts); i++) {
		status_metric(b, counts[i].metric, counts[i].help);
		buf_addf(b, "heloise_%s %zu\n", counts[i].metric,
		    status_count(s, i));
	}
	status_metric(b, "oldest_age_seconds",
	    "How long the oldest message has waited, 0 if none waits.");
	buf_addf(b, "heloise_oldest_age_seconds %lld\n", s->oldest);
	status_metric_times(s, false, b);
	status_metric_times(s, true, b);
}

/* The state cannot be found out: say so where a program looks. */
static int
status_unknown(const struct options *o, const struct fault *f)
{
	struct buf b = { .max = TEXT_MAX };

	if (o->json) {
		status_json_state(&b, STATUS_UNKNOWN);
		json_text(&b, "error", f->text);
		buf_adds(&b, "}\n");
	} else if (!o->prometheus) {
		buf_addf(&b, "HELOISE %s - ", levels[STATUS_UNKNOWN]);
		status_add_cause(&b, f->text);
		buf_adds(&b, "\n");
	} else {
		log_say("%s", f->text);
	}
	(void)fputs(buf_text(&b), stdout);
	buf_release(&b);
	return log_flush(STATUS_UNKNOWN);
}

static int
status_read_limit(struct status_limit *l, const char *name, const char *text,
    struct fault *f)
{
	if (text == NULL || status_limit_parse(l, text))
		return 0;
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--%s %s: expected "
	    "a number of messages, a time such as 2h, or both as in 20,2h",
	    name, text);
}

static void
status_print(const struct options *o, const struct status *s,
    const struct limits *l, enum status_level level)
{
	struct buf b = { .max = TEXT_MAX };

	(o->prometheus ? status_print_metrics : o->json ? status_print_json :
	    status_print_text)(s, l, level, &b);
	(void)fputs(buf_text(&b), stdout);
	buf_release(&b);
}

/* Is there a relay to send to? */
static bool
status_has_relay(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->naccount; i++)
		if (c->account[i].set.relay != NULL)
			return true;
	return c->base.relay != NULL;
}

int
status_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct limits l = { NOT_GIVEN, NOT_GIVEN };
	struct status s = { .now = time(NULL), .config = c };
	enum status_level level;
	struct fault f = { 0 };

	if (status_read_limit(&l.warning, "warning", o->warning, &f) == -1 ||
	    status_read_limit(&l.critical, "critical", o->critical,
	    &f) == -1 || options_configure(o, c, src, &f) == -1)
		return status_unknown(o, &f);
	s.history = xcalloc(c->naccount + 1, sizeof(*s.history));
	if (status_gather(&s, src, &f) == -1) {
		free(s.history);
		return status_unknown(o, &f);
	}
	s.no_relay = !status_has_relay(c);
	level = status_judge(&s, &l.warning, &l.critical);
	status_print(o, &s, &l, level);
	free(s.history);
	return log_flush((int)level) == (int)level ? (int)level :
	    STATUS_UNKNOWN;
}
