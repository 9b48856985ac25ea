/* mailq.c - lists and shows queue messages */

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
#include "spool/lesson.h"

#define LINES_MAX	(8 * HEAD_MAX)	/* more than a head may hold */
#define BLOCK		65536

static const char *const places[SPOOL__MAX] = {
	[SPOOL_QUEUE] = "queue", [SPOOL_FAILED] = "failed",
};

/* A queue message, not locked. */
struct qmsg {
	struct claimed	 c;
	struct fault	 why;		/* if its note or file is damaged */
	bool		 busy;		/* being delivered now */
};

struct printer {
	const struct mailq *q;
	bool		 json;
	struct buf	 b;		/* written out after each recipient */
	size_t		 n;		/* messages so far */
	size_t		 waiting;	/* of them in the queue, */
	long long	 octets;	/* and their size */
	enum spool_place place;		/* whose messages are listed */
};

static enum claim
mailq_look(const struct mailq *q, enum spool_place place, const char *id,
    struct qmsg *m)
{
	enum claim got;

	memset(m, 0, sizeof(*m));
	got = spool_peek(q->spool, place, id, &m->c.file, &m->c.env, &m->c.meta,
	    &m->c.note, &m->why);
	/* A shared lock, held briefly: another mailq does not report busy. */
	if (got == CLAIM_OK && place == SPOOL_QUEUE) {
		m->busy = flock(m->c.file.fd, LOCK_SH | LOCK_NB) == -1 &&
		    errno == EWOULDBLOCK;
		(void)flock(m->c.file.fd, LOCK_UN);
	}
	return got;
}

static void
mailq_put(struct printer *p)
{
	(void)fwrite(buf_text(&p->b), 1, p->b.len, p->q->out);
	buf_clear(&p->b);
}

static void
mailq_add(struct buf *b, const char *before, const char *text)
{
	buf_adds(b, before);
	buf_adds_visible(b, text);
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

/* Append each line, indented. */
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
mailq_state(const struct qmsg *m)
{
	if (m->c.file.place == SPOOL_FAILED)
		return "failed";
	if (m->busy)
		return "busy";
	return m->c.note.held ? "held" : "waiting";
}

/* The time of the next try, not before now; 0: none. */
static time_t
mailq_next_try(const struct mailq *q, const struct qmsg *m)
{
	time_t due;

	if (m->c.file.place == SPOOL_FAILED || m->c.note.held)
		return 0;
	due = backoff_due(q->set, m->c.note.next, q->now);
	return due > q->now ? due : q->now;
}

static const char *
mailq_rcpt_state(const struct qmsg *m, const struct rcpt *r)
{
	if (r->done && r->verdict == VD_OK)
		return "accepted";
	if (m->c.file.place == SPOOL_FAILED)
		return "failed";
	if (!rcpt_waits(r))
		return "refused";
	return r->done && r->verdict == VD_DOUBT ? "doubt" : "waiting";
}

/* The last fault of a recipient, or of the message if there is none. */
static const struct fault *
mailq_reason(const struct qmsg *m, const struct rcpt *r)
{
	if (r->done)
		return r->why;
	return m->c.note.last.verdict != VD_OK ? &m->c.note.last : NULL;
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
mailq_hint(const struct mailq *q, const struct qmsg *m,
    const struct fault *why, struct buf *out)
{
	const struct explain_place at = { .account = m->c.meta.account,
	    .sender = m->c.env.from, .recipient = m->c.env.nrcpt == 1 ?
	    m->c.env.rcpt[0].addr : NULL };
	struct explain x;

	if (why == NULL || q->explain == NULL)
		return false;
	x = *q->explain;
	if (q->all.top != NULL && m->c.meta.uid != x.uid)
		explain_as(&x, m->c.meta.uid, q->all.group);
	return explain_hint(&x, why, &at, out);
}

static void
mailq_text_reason(struct printer *p, const struct qmsg *m,
    const struct fault *why)
{
	struct buf words = { .max = LINES_MAX };

	if (why == NULL)
		return;
	fault_print(&words, why);
	mailq_add_lines(&p->b, "        ", buf_text(&words));
	buf_clear(&words);
	buf_adds(&words, "hint: ");
	if (mailq_hint(p->q, m, why, &words))
		mailq_add_lines(&p->b, "        ", buf_text(&words));
	buf_release(&words);
}

/* Consecutive recipients with the same fault share one line for it. */
static void
mailq_text_recipients(struct printer *p, const struct qmsg *m)
{
	const struct rcpt *r, *end = m->c.env.rcpt + m->c.env.nrcpt;
	const struct fault *why;
	const char *state;

	for (r = m->c.env.rcpt; r < end; r++) {
		state = mailq_rcpt_state(m, r);
		mailq_add(&p->b, "    ", r->addr);
		if (strcmp(state, "doubt") == 0)
			buf_adds(&p->b, ": may have arrived");
		else if (strcmp(state, "waiting") != 0)
			buf_addf(&p->b, ": %s", state);
		buf_adds(&p->b, "\n");
		why = mailq_reason(m, r);
		if (r + 1 == end ||
		    !mailq_same_reason(why, mailq_reason(m, r + 1)))
			mailq_text_reason(p, m, why);
		mailq_put(p);
	}
}

/* "next try in 12m, tried 3 times, account work, by uid 0 (cron)" */
static void
mailq_text_progress(struct printer *p, const struct qmsg *m)
{
	time_t next = mailq_next_try(p->q, m);
	struct buf *b = &p->b;

	if (m->busy)
		buf_adds(b, "being delivered right now");
	else if (next == 0)
		buf_adds(b, mailq_state(m));
	else if (next == p->q->now)
		buf_adds(b, "due now");
	else {
		buf_adds(b, "next try in ");
		mailq_add_duration(b, next - p->q->now);
	}
	if (!m->busy && m->c.note.tries == 0 &&
	    backoff_busy(&m->c.note.last))
		buf_adds(b, ", kept back");
	else if (m->c.note.tries < 2)
		buf_adds(b, m->c.note.tries == 1 ? ", tried once" :
		    ", not tried yet");
	else
		buf_addf(b, ", tried %u times", m->c.note.tries);
	if (m->c.meta.account[0] != '\0')
		mailq_add(b, ", account ", m->c.meta.account);
	buf_addf(b, ", by uid %lld", (long long)m->c.meta.uid);
	if (m->c.meta.origin[0] != '\0') {
		mailq_add(b, " (", m->c.meta.origin);
		buf_adds(b, ")");
	}
	buf_adds(b, m->c.meta.bounce ? ", a bounce\n" : "\n");
}

static void
mailq_text_qmsg(struct printer *p, const struct qmsg *m)
{
	struct buf size = { .max = 64 }, age = { .max = 64 };

	mailq_add_size(&size, m->c.file.size);
	mailq_add_duration(&age, p->q->now - m->c.meta.submitted);
	buf_addf(&p->b, "%s  %5s  %7s", m->c.file.id, buf_text(&size),
	    buf_text(&age));
	mailq_add(&p->b, "  ", *m->c.env.from != '\0' ? m->c.env.from : "<>");
	buf_adds(&p->b, "\n    ");
	mailq_text_progress(p, m);
	if (m->c.note.damaged)
		mailq_add_lines(&p->b, "    ", m->why.text);
	mailq_text_recipients(p, m);
	buf_release(&size);
	buf_release(&age);
}

static void
mailq_json_reply(struct printer *p, const struct qmsg *m,
    const struct fault *why)
{
	struct buf words = { .max = LINES_MAX }, *b = &p->b;

	if (why == NULL) {
		json_none(b, "reply");
	} else {
		fault_print(&words, why);
		json_key(b, "reply");
		buf_adds(b, "{");
		json_text(b, "stage", fault_stage(why->stage));
		json_text(b, "verdict", fault_verdict(why->verdict));
		if (why->domain == FD_SMTP)
			json_number(b, "code", why->code);
		else
			json_none(b, "code");
		if (why->esc[0] != 0)
			buf_addf(b, ",\"enhanced\":\"%d.%d.%d\"", why->esc[0],
			    why->esc[1], why->esc[2]);
		else
			json_none(b, "enhanced");
		json_text(b, "text", buf_text(&words));
		buf_adds(b, "}");
	}
	buf_clear(&words);
	json_text(b, "hint", mailq_hint(p->q, m, why, &words) ?
	    buf_text(&words) : NULL);
	buf_release(&words);
}

static void
mailq_json_recipients(struct printer *p, const struct qmsg *m)
{
	size_t i;

	buf_adds(&p->b, ",\"recipients\":[");
	for (i = 0; i < m->c.env.nrcpt; i++) {
		const struct rcpt *r = &m->c.env.rcpt[i];

		buf_adds(&p->b, i > 0 ? ",{" : "{");
		json_text(&p->b, "address", r->addr);
		json_text(&p->b, "state", mailq_rcpt_state(m, r));
		mailq_json_reply(p, m, mailq_reason(m, r));
		buf_adds(&p->b, "}");
		mailq_put(p);
	}
	buf_adds(&p->b, "]");
}

static void
mailq_json_qmsg(struct printer *p, const struct qmsg *m)
{
	long long age = p->q->now - m->c.meta.submitted;
	time_t next = mailq_next_try(p->q, m);
	struct buf *b = &p->b;

	json_text(b, "state", mailq_state(m));
	json_number(b, "age", age > 0 ? age : 0);
	json_number(b, "submitted", m->c.meta.submitted);
	json_number(b, "size", (long long)m->c.file.size);
	json_text(b, "sender", m->c.env.from);
	json_bool(b, "bounce", m->c.meta.bounce);
	json_number(b, "uid", (long long)m->c.meta.uid);
	json_text(b, "origin", m->c.meta.origin);
	json_text(b, "account", m->c.meta.account);
	json_number(b, "tries", m->c.note.tries);
	if (next != 0)
		json_number(b, "next", next);
	else
		json_none(b, "next");
	mailq_json_recipients(p, m);
}

static void
mailq_json_entry(struct printer *p, enum spool_place place, const char *id,
    const struct qmsg *m, bool good)
{
	buf_addf(&p->b, "%s{\"id\":\"%s\",\"place\":\"%s\"",
	    p->n > 0 ? ",\n" : "", id, places[place]);
	if (good) {
		mailq_json_qmsg(p, m);
	} else {
		json_text(&p->b, "state", "damaged");
		json_text(&p->b, "error", m->why.text);
	}
	buf_adds(&p->b, "}");
}

static void
mailq_text_entry(struct printer *p, enum spool_place place, const char *id,
    const struct qmsg *m, bool good)
{
	buf_adds(&p->b, p->n > 0 ? "\n" : "");
	if (p->n == p->waiting && place == SPOOL_FAILED)
		buf_adds(&p->b,
		    "Failed; only --retry ID tries them again:\n\n");
	if (good) {
		mailq_text_qmsg(p, m);
	} else {
		buf_addf(&p->b, "%s  cannot be used\n", id);
		mailq_add_lines(&p->b, "    ", m->why.text);
	}
}

/* Skips messages that were removed meanwhile. */
static void
mailq_list_ids(struct printer *p, enum spool_place place,
    char (*ids)[SPOOL_ID], size_t n)
{
	struct qmsg m;
	enum claim got;
	size_t i;

	for (i = 0; i < n && !ferror(p->q->out); i++) {
		if ((got = mailq_look(p->q, place, ids[i], &m)) == CLAIM_GONE)
			continue;
		if (p->json)
			mailq_json_entry(p, place, ids[i], &m, got == CLAIM_OK);
		else
			mailq_text_entry(p, place, ids[i], &m, got == CLAIM_OK);
		mailq_put(p);
		p->n++;
		if (place == SPOOL_QUEUE) {
			p->waiting++;
			p->octets += (long long)m.c.file.size;
		}
		claim_release(p->q->spool, &m.c);
	}
}

int
mailq_unknown(const char *id, struct fault *f)
{
	if (spool_is_id(id))
		return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
		    "%s: there is no such message", id);
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
	    "%s: not the id of a message; an id has %d of the digits 0-9 and "
	    "a-f; mailq lists the ids", id, SPOOL_ID - 1);
}

/* The messages of one spool in p->place. */
static int
mailq_list_spool(void *ctx, struct spool *spool, struct fault *f)
{
	struct printer *p = ctx;
	const struct mailq *all = p->q;
	struct mailq q = *all;
	char (*ids)[SPOOL_ID] = NULL;
	size_t n = 0;
	int rc = spool_list(spool, p->place, &ids, &n, f);

	q.spool = spool;
	p->q = &q;
	if (rc == 0)
		mailq_list_ids(p, p->place, ids, n);
	p->q = all;
	free(ids);
	return rc;
}

static int
mailq_list_place(struct printer *p, enum spool_place place, struct fault *f)
{
	p->place = place;
	return spools_each(&p->q->all, p->q->spool, mailq_list_spool, p, f);
}

static void
mailq_put_lesson(void *ctx, const char *key, uint32_t avoid, time_t until)
{
	const struct mailq *q = ctx;
	struct buf words = { .max = 128 };
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&until, &tm) != NULL)
		(void)strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	explain_extensions(avoid, &words);
	(void)fprintf(q->out, "Until %s mail to %s goes without: %s\n", date,
	    key, buf_text(&words));
	buf_release(&words);
}

static int
mailq_list_lessons(void *ctx, struct spool *spool, struct fault *f)
{
	const struct mailq *q = ctx;

	(void)f;
	lesson_each(spool, q->now, mailq_put_lesson, ctx);
	return 0;
}

/*
 * In the words of sendmail, then in those of Postfix, which have to come
 * last: programs that watch the queue look for them.
 */
static void
mailq_put_totals(const struct printer *p)
{
	if (p->waiting == 0)
		(void)fputs("Mail queue is empty\n", p->q->out);
	else
		(void)fprintf(p->q->out,
		    "  Total requests: %zu\n-- %lld Kbytes in %zu Request%s.\n",
		    p->waiting, (p->octets + 1023) / 1024, p->waiting,
		    p->waiting == 1 ? "" : "s");
}

int
mailq_list(const struct mailq *q, bool json, struct fault *f)
{
	struct printer p = { .q = q, .json = json, .b.max = LINES_MAX };
	struct mailq copy = *q;
	int rc;

	(void)fputs(json ? "[" : "", q->out);
	rc = mailq_list_place(&p, SPOOL_QUEUE, f);
	if (rc == 0)
		rc = mailq_list_place(&p, SPOOL_FAILED, f);
	(void)fputs(json ? "]\n" : p.n > 0 ? "\n" : "", q->out);
	if (rc == 0 && !json && q->relays)
		rc = spools_each(&q->all, q->spool, mailq_list_lessons, &copy,
		    f);
	if (rc == 0 && !json)
		mailq_put_totals(&p);
	buf_release(&p.b);
	return rc;
}

/* The length of p[0..n) without a CRLF or a character that is cut off. */
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
	size_t k;

	while ((cr = memchr(p, '\r', (size_t)(end - p))) != NULL) {
		k = (size_t)(cr - p);
		buf_add_visible(b, p, k + (cr + 1 == end || cr[1] != '\n'),
		    true);
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
		n = file->size - done;
		n = n < BLOCK - had ? n : BLOCK - had;
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

/* Facts that the list leaves out. */
static void
mailq_text_facts(struct printer *p, const struct qmsg *m)
{
	static const char *const rets[] = {
		[RET_UNSET] = NULL, [RET_FULL] = "full", [RET_HDRS] = "hdrs",
	};
	struct buf *b = &p->b;
	struct tm tm = { 0 };

	(void)localtime_r(&m->c.meta.submitted, &tm);
	buf_adds(b, "    submitted ");
	date_add(b, m->c.meta.submitted, tm.tm_gmtoff);
	if (rets[m->c.env.ret] != NULL)
		buf_addf(b, ", RET %s", rets[m->c.env.ret]);
	if (m->c.env.envid != NULL)
		mailq_add(b, ", ENVID ", m->c.env.envid);
	mailq_add(b, "\n    file ", p->q->spool->path);
	buf_addf(b, "/%s/%s\n\n", places[m->c.file.place], m->c.file.id);
	mailq_put(p);
}

int
mailq_show(const struct mailq *q, const char *id, struct fault *f)
{
	struct printer p = { .q = q, .b.max = LINES_MAX };
	enum claim got = CLAIM_GONE;
	struct qmsg m;
	int rc = -1;

	if (q->spool == NULL || !spool_is_id(id))
		return mailq_unknown(id, f);
	if ((got = mailq_look(q, SPOOL_QUEUE, id, &m)) == CLAIM_GONE)
		got = mailq_look(q, SPOOL_FAILED, id, &m);
	if (got == CLAIM_OK) {
		mailq_text_qmsg(&p, &m);
		mailq_text_facts(&p, &m);
		rc = mailq_print_message(&p, &m.c.file, f);
		claim_release(q->spool, &m.c);
	} else if (got == CLAIM_GONE) {
		(void)mailq_unknown(id, f);
	} else {
		*f = m.why;
	}
	buf_release(&p.b);
	return rc;
}
