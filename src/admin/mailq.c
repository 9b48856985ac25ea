/* mailq.c - the operator's view of the spool */

#include <sys/file.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/mailq.h"
#include "base/json.h"
#include "base/util.h"
#include "mail/date.h"
#include "queue/backoff.h"
#include "spool/fileio.h"

#define LINES_MAX	(8 * HEAD_MAX)	/* whatever a head may hold */
#define BLOCK		65536

static const char *const places[SPOOL__MAX] = {
	[SPOOL_QUEUE] = "queue", [SPOOL_FAILED] = "failed",
};

/* A message that we look at. */
struct letter {
	struct claimed	 c;
	struct fault	 why;		/* of a note or file that is damaged */
	bool		 busy;
};

/* What is in the buf is written out with each message and recipient. */
struct printer {
	const struct mailq *q;
	struct buf	 b;
	size_t		 n;		/* messages so far */
};

bool
mailq_may(const struct mailq *q, enum claim got, const struct claimed *c)
{
	return !q->own || (got == CLAIM_OK && c->meta.uid == q->uid);
}

static enum claim
mailq_look(const struct mailq *q, enum spool_place place, const char *id,
    struct letter *l)
{
	enum claim got;

	memset(l, 0, sizeof(*l));
	got = spool_peek(q->spool, place, id, &l->c.file, &l->c.env, &l->c.meta,
	    &l->c.note, &l->why);
	if (got != CLAIM_GONE && !mailq_may(q, got, &l->c)) {
		claim_release(q->spool, &l->c);
		return CLAIM_GONE;
	}
	/*
	 * A shared lock, so that two who look do not take each other for a
	 * delivery; it lasts for this one call.
	 */
	if (got == CLAIM_OK && place == SPOOL_QUEUE) {
		l->busy = flock(l->c.file.fd, LOCK_SH | LOCK_NB) == -1 &&
		    errno == EWOULDBLOCK;
		(void)flock(l->c.file.fd, LOCK_UN);
	}
	return got;
}

static void
mailq_put(struct printer *p)
{
	(void)fwrite(buf_text(&p->b), 1, p->b.len, p->q->out);
	buf_clear(&p->b);
}

/* "2h 5m", "12m", "45s": the two largest units, seconds alone. */
static void
mailq_add_duration(struct buf *b, long long s)
{
	static const struct { long long secs; char unit; } units[] = {
		{ 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' },
	};
	size_t i = 0;

	if (s < 0)
		s = 0;
	while (i < 3 && s < units[i].secs)
		i++;
	buf_addf(b, "%lld%c", s / units[i].secs, units[i].unit);
	s %= units[i].secs;
	if (i < 2 && s >= units[i + 1].secs)
		buf_addf(b, " %lld%c", s / units[i + 1].secs,
		    units[i + 1].unit);
}

/* "512", "1.2k", "34k", "2.0M" */
static void
mailq_add_size(struct buf *b, size_t n)
{
	static const char units[] = "kMGTPE";
	size_t i = 0, tenths;

	if (n < 1024) {
		buf_addf(b, "%zu", n);
		return;
	}
	for (; n >= 1024 * 1024; i++)
		n /= 1024;
	tenths = n % 1024 * 10 / 1024;
	if (n / 1024 < 10)
		buf_addf(b, "%zu.%zu%c", n / 1024, tenths, units[i]);
	else
		buf_addf(b, "%zu%c", n / 1024, units[i]);
}

/* Each line of it, indented. */
static void
mailq_add_lines(struct buf *b, const char *indent, const char *s)
{
	size_t n;

	for (;;) {
		n = strcspn(s, "\n");
		buf_adds(b, indent);
		buf_add_visible(b, s, n, false);
		buf_add(b, "\n", 1);
		if (s[n] == '\0')
			return;
		s += n + 1;
	}
}

static const char *
mailq_state(const struct letter *l)
{
	if (l->c.file.place == SPOOL_FAILED)
		return "failed";
	if (l->busy)
		return "busy";
	return l->c.note.held ? "held" : "waiting";
}

/* When it will be tried, not before now; 0 if it will not. */
static time_t
mailq_next_try(const struct mailq *q, const struct letter *l)
{
	time_t due;

	if (l->c.file.place == SPOOL_FAILED || l->c.note.held)
		return 0;
	due = backoff_due(q->set, l->c.note.next, q->now);
	return due > q->now ? due : q->now;
}

static const char *
mailq_rcpt_state(const struct letter *l, const struct rcpt *r)
{
	if (r->done && r->verdict == VD_OK)
		return "accepted";
	if (l->c.file.place == SPOOL_FAILED)
		return "failed";
	if (!rcpt_waits(r))
		return "refused";
	return r->done && r->verdict == VD_DOUBT ? "doubt" : "waiting";
}

/* The last words on a recipient, or on the message if he has none. */
static const struct fault *
mailq_reason(const struct letter *l, const struct rcpt *r)
{
	if (r->done)
		return r->why;
	return l->c.note.last.verdict != VD_OK ? &l->c.note.last : NULL;
}

static bool
mailq_same_reason(const struct fault *a, const struct fault *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->stage == b->stage && a->domain == b->domain &&
	    a->code == b->code && strcmp(a->what, b->what) == 0 &&
	    strcmp(a->command, b->command) == 0 &&
	    strcmp(a->text, b->text) == 0;
}

/* Append the cause and the setting to change; false if nothing is known. */
static bool
mailq_hint(const struct mailq *q, const struct letter *l,
    const struct fault *why, struct buf *out)
{
	const struct explain_place at = { .account = l->c.meta.account,
	    .sender = l->c.env.from, .recipient = l->c.env.nrcpt == 1 ?
	    l->c.env.rcpt[0].addr : NULL };

	if (why == NULL || q->explain == NULL)
		return false;
	return explain_hint(q->explain, why, &at, out);
}

static void
mailq_text_reason(struct printer *p, const struct letter *l,
    const struct fault *why)
{
	struct buf words = { .max = LINES_MAX }, advice = { .max = LINES_MAX };

	if (why == NULL)
		return;
	fault_print(&words, why);
	mailq_add_lines(&p->b, "        ", buf_text(&words));
	if (mailq_hint(p->q, l, why, &advice)) {
		buf_clear(&words);
		buf_addf(&words, "hint: %s", buf_text(&advice));
		mailq_add_lines(&p->b, "        ", buf_text(&words));
	}
	buf_release(&words);
	buf_release(&advice);
}

/* Those who met with the same words stand together above them. */
static void
mailq_text_recipients(struct printer *p, const struct letter *l)
{
	const struct fault *why;
	const char *how;
	size_t i;

	for (i = 0; i < l->c.env.nrcpt; i++) {
		const struct rcpt *r = &l->c.env.rcpt[i];

		how = mailq_rcpt_state(l, r);
		if (strcmp(how, "doubt") == 0)
			how = "may have arrived";
		else if (strcmp(how, "waiting") == 0)
			how = "";
		buf_adds(&p->b, "    ");
		buf_adds_visible(&p->b, r->addr);
		buf_addf(&p->b, "%s%s\n", how[0] != '\0' ? ": " : "", how);
		why = mailq_reason(l, r);
		if (i + 1 == l->c.env.nrcpt ||
		    !mailq_same_reason(why, mailq_reason(l, r + 1)))
			mailq_text_reason(p, l, why);
		mailq_put(p);
	}
}

/* "next try in 12m, tried 3 times, account work, by uid 0 (cron)" */
static void
mailq_text_progress(struct printer *p, const struct letter *l)
{
	time_t next = mailq_next_try(p->q, l);
	struct buf *b = &p->b;

	if (l->busy)
		buf_adds(b, "being delivered right now");
	else if (next == 0)
		buf_adds(b, mailq_state(l));
	else if (next == p->q->now)
		buf_adds(b, "due now");
	else {
		buf_adds(b, "next try in ");
		mailq_add_duration(b, next - p->q->now);
	}
	if (l->c.note.tries < 2)
		buf_adds(b, l->c.note.tries == 1 ? ", tried once" :
		    ", not tried yet");
	else
		buf_addf(b, ", tried %u times", l->c.note.tries);
	if (l->c.meta.account[0] != '\0') {
		buf_adds(b, ", account ");
		buf_adds_visible(b, l->c.meta.account);
	}
	buf_addf(b, ", by uid %lld", (long long)l->c.meta.uid);
	if (l->c.meta.origin[0] != '\0') {
		buf_adds(b, " (");
		buf_adds_visible(b, l->c.meta.origin);
		buf_adds(b, ")");
	}
	buf_adds(b, l->c.meta.bounce ? ", a bounce\n" : "\n");
}

static void
mailq_text_letter(struct printer *p, const struct letter *l)
{
	struct buf size = { .max = 64 }, age = { .max = 64 };

	mailq_add_size(&size, l->c.file.size);
	mailq_add_duration(&age, p->q->now - l->c.meta.submitted);
	buf_addf(&p->b, "%s  %5s  %7s  ", l->c.file.id, buf_text(&size),
	    buf_text(&age));
	buf_adds_visible(&p->b, l->c.env.from[0] != '\0' ? l->c.env.from :
	    "<>");
	buf_adds(&p->b, "\n    ");
	mailq_text_progress(p, l);
	if (l->c.note.damaged)
		mailq_add_lines(&p->b, "    ", l->why.text);
	mailq_text_recipients(p, l);
	buf_release(&size);
	buf_release(&age);
}

static void
mailq_text_damaged(struct printer *p, const char *id, const struct letter *l)
{
	buf_addf(&p->b, "%s  cannot be used\n", id);
	mailq_add_lines(&p->b, "    ", l->why.text);
	mailq_put(p);
}

static void
mailq_json_reply(struct printer *p, const struct letter *l,
    const struct fault *why)
{
	struct buf advice = { .max = LINES_MAX };
	struct buf words = { .max = LINES_MAX }, *b = &p->b;

	if (why == NULL) {
		json_null(b, "reply");
	} else {
		fault_print(&words, why);
		buf_addf(b, ",\"reply\":{\"stage\":\"%s\"",
		    fault_stage(why->stage));
		json_text(b, "verdict", fault_verdict(why->verdict));
		if (why->domain == FD_SMTP)
			json_number(b, "code", why->code);
		else
			json_null(b, "code");
		if (why->esc[0] != 0)
			buf_addf(b, ",\"enhanced\":\"%d.%d.%d\"", why->esc[0],
			    why->esc[1], why->esc[2]);
		else
			json_null(b, "enhanced");
		json_text(b, "text", buf_text(&words));
		buf_adds(b, "}");
		buf_release(&words);
	}
	json_text(b, "hint", mailq_hint(p->q, l, why, &advice) ?
	    buf_text(&advice) : NULL);
	buf_release(&advice);
}

static void
mailq_json_recipients(struct printer *p, const struct letter *l)
{
	size_t i;

	buf_adds(&p->b, ",\"recipients\":[");
	for (i = 0; i < l->c.env.nrcpt; i++) {
		const struct rcpt *r = &l->c.env.rcpt[i];

		buf_adds(&p->b, i > 0 ? ",{\"address\":" : "{\"address\":");
		json_string(&p->b, r->addr);
		json_text(&p->b, "state", mailq_rcpt_state(l, r));
		mailq_json_reply(p, l, mailq_reason(l, r));
		buf_adds(&p->b, "}");
		mailq_put(p);
	}
	buf_adds(&p->b, "]");
}

static void
mailq_json_letter(struct printer *p, const struct letter *l)
{
	long long age = p->q->now - l->c.meta.submitted;
	time_t next = mailq_next_try(p->q, l);
	struct buf *b = &p->b;

	json_text(b, "state", mailq_state(l));
	json_number(b, "age", age > 0 ? age : 0);
	json_number(b, "submitted", l->c.meta.submitted);
	json_number(b, "size", (long long)l->c.file.size);
	json_text(b, "sender", l->c.env.from);
	buf_addf(b, ",\"bounce\":%s", l->c.meta.bounce ? "true" : "false");
	json_number(b, "uid", (long long)l->c.meta.uid);
	json_text(b, "origin", l->c.meta.origin);
	json_text(b, "account", l->c.meta.account);
	json_number(b, "tries", l->c.note.tries);
	if (next != 0)
		json_number(b, "next", next);
	else
		json_null(b, "next");
	mailq_json_recipients(p, l);
}

static void
mailq_json_entry(struct printer *p, enum spool_place place, const char *id,
    const struct letter *l, bool good)
{
	buf_addf(&p->b, "%s{\"id\":\"%s\",\"place\":\"%s\"",
	    p->n > 0 ? ",\n" : "", id, places[place]);
	if (good) {
		mailq_json_letter(p, l);
	} else {
		json_text(&p->b, "state", "damaged");
		json_text(&p->b, "error", l->why.text);
	}
	buf_adds(&p->b, "}");
	mailq_put(p);
}

static void
mailq_text_entry(struct printer *p, enum spool_place place, const char *id,
    const struct letter *l, bool good)
{
	if (p->n == 0 && place == SPOOL_FAILED)
		buf_adds(&p->b, "\nFailed, and tried again only by --retry "
		    "ID:\n");
	buf_adds(&p->b, p->n > 0 || place == SPOOL_FAILED ? "\n" : "");
	if (good)
		mailq_text_letter(p, l);
	else
		mailq_text_damaged(p, id, l);
}

/* Messages that have gone since are passed over. */
static void
mailq_list_place(struct printer *p, enum spool_place place,
    char (*ids)[SPOOL_ID], size_t n, bool json)
{
	struct letter l;
	enum claim got;
	size_t i;

	for (i = 0; i < n && !ferror(p->q->out); i++) {
		if ((got = mailq_look(p->q, place, ids[i], &l)) == CLAIM_GONE)
			continue;
		if (json)
			mailq_json_entry(p, place, ids[i], &l, got == CLAIM_OK);
		else
			mailq_text_entry(p, place, ids[i], &l, got == CLAIM_OK);
		p->n++;
		claim_release(p->q->spool, &l.c);
	}
}

int
mailq_unknown(const char *id, struct fault *f)
{
	if (spool_is_id(id))
		return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
		    "%s: there is no such message", id);
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
	    "%s: not the id of a message, which has %d of the digits 0-9 and "
	    "a-f; mailq shows them", id, SPOOL_ID - 1);
}

/* All ids, or -1; to be freed in either case. */
static int
mailq_all_ids(const struct mailq *q, char (*ids[SPOOL__MAX])[SPOOL_ID],
    size_t n[SPOOL__MAX], struct fault *f)
{
	size_t i;

	for (i = 0; i < SPOOL__MAX && q->spool != NULL; i++)
		if (spool_list(q->spool, (enum spool_place)i, &ids[i], &n[i],
		    f) == -1)
			return -1;
	return 0;
}

int
mailq_list(const struct mailq *q, bool json, struct fault *f)
{
	struct printer p = { .q = q, .b = { .max = LINES_MAX } };
	char (*ids[SPOOL__MAX])[SPOOL_ID] = { 0 };
	size_t n[SPOOL__MAX] = { 0 };
	int rc = mailq_all_ids(q, ids, n, f);

	if (rc == 0 && json) {
		(void)fputs("[", q->out);
		mailq_list_place(&p, SPOOL_QUEUE, ids[0], n[0], true);
		mailq_list_place(&p, SPOOL_FAILED, ids[1], n[1], true);
		(void)fputs("]\n", q->out);
	} else if (rc == 0) {
		mailq_list_place(&p, SPOOL_QUEUE, ids[0], n[0], false);
		if (p.n > 0)
			(void)fprintf(q->out, "\nTotal requests: %zu\n", p.n);
		else
			(void)fputs("Mail queue is empty\n", q->out);
		p.n = 0;
		mailq_list_place(&p, SPOOL_FAILED, ids[1], n[1], false);
	}
	free(ids[0]);
	free(ids[1]);
	buf_release(&p.b);
	return rc;
}

/*
 * How much of p[0..n) can be shown without cutting a character or a CRLF in
 * two: more will come.
 */
static size_t
mailq_whole(const char *p, size_t n)
{
	size_t k = n;

	if (n > 0 && p[n - 1] == '\r')
		return n - 1;
	while (k > 0 && n - k < 3 && ((unsigned char)p[k - 1] & 0xc0) == 0x80)
		k--;
	return k > 0 && (unsigned char)p[k - 1] >= 0xc0 ? k - 1 : n;
}

static void
mailq_add_message(struct buf *b, const char *p, size_t n)
{
	const char *end = p + n, *cr;

	while ((cr = memchr(p, '\r', (size_t)(end - p))) != NULL) {
		if (cr + 1 < end && cr[1] == '\n')
			buf_add_visible(b, p, (size_t)(cr - p), true);
		else
			buf_add_visible(b, p, (size_t)(cr - p) + 1, true);
		p = cr + 1;
	}
	buf_add_visible(b, p, (size_t)(end - p), true);
}

static int
mailq_print_message(struct printer *p, const struct spool_file *file,
    struct fault *f)
{
	size_t done = 0, had = 0, n, k;
	char *block = xmalloc(BLOCK);
	int err = 0;

	while (done < file->size && !ferror(p->q->out)) {
		n = file->size - done < BLOCK - had ? file->size - done :
		    BLOCK - had;
		if ((err = fileio_read(file->fd, file->at + (off_t)done,
		    block + had, n)) != 0)
			break;
		done += n;
		n += had;
		k = done < file->size ? mailq_whole(block, n) : n;
		mailq_add_message(&p->b, block, k);
		mailq_put(p);
		had = n - k;
		memmove(block, block + k, had);
	}
	free(block);
	return err != 0 ? spool_trouble(p->q->spool, file->place, file->id,
	    err, f) : 0;
}

/* What is of no use in a list. */
static void
mailq_text_facts(struct printer *p, const struct letter *l)
{
	static const char *const rets[] = {
		[RET_UNSET] = NULL, [RET_FULL] = "full", [RET_HDRS] = "hdrs",
	};
	struct buf *b = &p->b;
	struct tm tm = { 0 };

	(void)localtime_r(&l->c.meta.submitted, &tm);
	buf_adds(b, "    submitted ");
	date_add(b, l->c.meta.submitted, tm.tm_gmtoff);
	if (rets[l->c.env.ret] != NULL)
		buf_addf(b, ", RET %s", rets[l->c.env.ret]);
	if (l->c.env.envid != NULL) {
		buf_adds(b, ", ENVID ");
		buf_adds_visible(b, l->c.env.envid);
	}
	buf_adds(b, "\n    file ");
	buf_adds_visible(b, p->q->spool->path);
	buf_addf(b, "/%s/%s\n\n", places[l->c.file.place], l->c.file.id);
	mailq_put(p);
}

int
mailq_show(const struct mailq *q, const char *id, struct fault *f)
{
	struct printer p = { .q = q, .b = { .max = LINES_MAX } };
	enum claim got = CLAIM_GONE;
	struct letter l;
	int rc = -1;

	if (q->spool == NULL || !spool_is_id(id))
		return mailq_unknown(id, f);
	if ((got = mailq_look(q, SPOOL_QUEUE, id, &l)) == CLAIM_GONE)
		got = mailq_look(q, SPOOL_FAILED, id, &l);
	if (got == CLAIM_OK) {
		mailq_text_letter(&p, &l);
		mailq_text_facts(&p, &l);
		rc = mailq_print_message(&p, &l.c.file, f);
		claim_release(q->spool, &l.c);
	} else if (got == CLAIM_GONE) {
		(void)mailq_unknown(id, f);
	} else {
		*f = l.why;
	}
	buf_release(&p.b);
	return rc;
}
