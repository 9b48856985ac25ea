/*
 * recode.c - encode bodies that a relay may refuse
 *
 * Both passes read the same parts in the same order.  The first pass records
 * the contents of each part and chooses a plan for it; the second pass
 * applies the plans.  A line that begins with "--" is held until it is known
 * whether it delimits a part.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/header.h"
#include "mail/longline.h"
#include "mail/mimehead.h"
#include "mail/recode.h"

#define PARTS_MAX	10000	/* later parts stay unchanged */
#define HEAD_MAX	(4U << 20)

/*
 * In a header, in a body that may be encoded, in octets that stay, before the
 * first or after the last part of a multipart.
 */
enum { S_HEAD, S_LEAF, S_PASS, S_MARGIN };

/* The plan for a part. */
enum { P_KEEP, P_LEAF, P_MULTI_8BIT, P_MULTI_7BIT, P_LABEL, P_QP, P_BASE64 };

void
recode_init(struct recode *e, unsigned why)
{
	*e = (struct recode){ .why = why, .state = S_HEAD,
	    .out.max = SIZE_MAX / 4, .head.max = HEAD_MAX,
	    .held.max = 2 * BOUNDARY_LINE };
}

void
recode_release(struct recode *e)
{
	buf_release(&e->out);
	buf_release(&e->head);
	buf_release(&e->held);
	free(e->part);
	e->part = NULL;
}

static void
recode_emit(struct recode *e, const char *p, size_t n)
{
	if (!e->writing)
		return;
	e->eightbit = e->eightbit || !ascii_only(p, n);
	buf_add(&e->out, p, n);
}

/*
 * Mark all open multiparts and included messages: they hold 8-bit octets
 * that stay.
 */
static void
recode_mark_8bit(struct recode *e)
{
	size_t i;

	for (i = 0; !e->writing && i < e->multi.depth; i++)
		e->part[e->multi.open[i].tag].eightbit = true;
	for (i = 0; !e->writing && i < e->nmessages; i++)
		e->part[e->message[i].part].eightbit = true;
}

/* Octets that stay unchanged. */
static void
recode_pass(struct recode *e, const char *p, size_t n)
{
	if (!e->writing && e->nparts > 0 && !ascii_only(p, n))
		recode_mark_8bit(e);
	recode_emit(e, p, n);
}

/*
 * The contents of a body
 */

/* The length of the UTF-8 sequence that begins with c; 0 if none does. */
static size_t
recode_utf8_length(unsigned char c)
{
	return c < 0xc2 || c > 0xf4 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Is the text still UTF-8 with octet c? */
static bool
recode_follow_utf8(struct recode *e, unsigned char c)
{
	uint32_t unused;

	if (e->nrest == 0 && c < 0x80)
		return true;
	e->rest[e->nrest++] = c;
	if (e->nrest < recode_utf8_length(e->rest[0]))
		return true;
	c = utf8_next(e->rest, e->nrest, &unused) > 0;
	e->nrest = 0;
	return c;
}

static void
recode_note(struct recode *e, const char *p, size_t n)
{
	struct recode_part *part = &e->part[e->now];
	size_t i;

	part->octets += n;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '\n') {
			part->longline |= e->line > LONGLINE_MAX + 1;
			e->line = 0;
		} else
			e->line++;
		part->strange += c >= 0x7f || c == '=' ||
		    (c < 0x20 && c != '\n' && c != '\r' && c != '\t');
		part->eightbit |= c >= 0x80;
		if (!part->no_utf8 && (c >= 0x80 || e->nrest > 0))
			part->no_utf8 = !recode_follow_utf8(e, c);
	}
}

/* The leaf is complete: choose its plan. */
static void
recode_choose_plan(struct recode *e)
{
	struct recode_part *part = &e->part[e->now];

	part->longline |= e->line > LONGLINE_MAX;
	if ((part->eightbit && (e->why & RECODE_8BIT)) ||
	    (part->longline && (e->why & RECODE_LONG)))
		part->plan = part->text && part->strange <= part->octets / 6 ?
		    P_QP : P_BASE64;
	else if (part->eightbit && !e->labelled && e->nmessages == 0 &&
	    (e->why & RECODE_LABEL))
		part->plan = P_LABEL;
	else
		part->plan = P_KEEP;
	if (part->eightbit && part->plan < P_QP)
		recode_mark_8bit(e);
	e->changes |= part->plan != P_KEEP;
}

static void
recode_end_leaf(struct recode *e, bool delimiter)
{
	if (!e->writing)
		recode_choose_plan(e);
	else if (e->part[e->now].plan >= P_QP)
		encoding_end(&e->transfer, &e->out, delimiter);
	e->state = S_PASS;
}

static void
recode_leaf(struct recode *e, const char *p, size_t n)
{
	if (!e->writing)
		recode_note(e, p, n);
	else if (e->part[e->now].plan >= P_QP)
		encoding_feed(&e->transfer, &e->out, p, n);
	else
		recode_emit(e, p, n);
}

/*
 * The header of a part
 */

static void
recode_emits(struct recode *e, const char *s)
{
	recode_emit(e, s, strlen(s));
}

static const char *
recode_charset(const struct recode_part *part)
{
	return !part->eightbit ? "us-ascii" : part->no_utf8 ? "iso-8859-1" :
	    "utf-8";
}

/*
 * A type other than text/plain may name its charset in the body.  So it gets
 * no charset unless it is UTF-8.
 */
static void
recode_write_type(struct recode *e, const struct recode_part *part,
    const struct field *fld)
{
	struct buf b = { .max = SIZE_MAX / 4 };
	struct mime_type t;

	mime_content_type(&t, fld->value, fld->value_len);
	if (t.kind != MIME_TEXT || (t.charset && !t.ascii) ||
	    !part->eightbit || (part->no_utf8 && !t.plain && !t.ascii))
		buf_add(&b, fld->line, fld->len);
	else
		mimehead_set_charset(&b, fld, recode_charset(part));
	recode_emit(e, b.p, b.len);
	buf_release(&b);
}

/* Is the header with that index the one of an included message? */
static bool
recode_in_message(const struct recode *e, size_t part)
{
	return e->nmessages > 0 &&
	    e->message[e->nmessages - 1].part + 1 == part;
}

static void
recode_write_missing(struct recode *e, const struct recode_part *part, bool
    version, bool type)
{
	static const char *const coding[] = { [P_LABEL] = "8bit",
	    [P_MULTI_7BIT] = "7bit", [P_QP] = "quoted-printable",
	    [P_BASE64] = "base64" };

	if (!version && (part == e->part || recode_in_message(e, e->now)))
		recode_emits(e, "MIME-Version: 1.0\r\n");
	if (!type && part->plan >= P_LABEL) {
		recode_emits(e, "Content-Type: text/plain; charset=");
		recode_emits(e, recode_charset(part));
		recode_emits(e, "\r\n");
	}
	if (part->plan >= P_MULTI_7BIT) {
		recode_emits(e, "Content-Transfer-Encoding: ");
		recode_emits(e, coding[part->plan]);
		recode_emits(e, "\r\n");
	}
}

static void
recode_repair_head(struct buf *head)
{
	struct buf old = *head;

	*head = (struct buf){ .max = SIZE_MAX / 4 };
	mimehead_part(head, buf_text(&old), old.len);
	buf_release(&old);
}

/* Look at the header of a part: must it be repaired, and does that help? */
static void
recode_judge_head(struct recode *e, struct recode_part *part, bool readable)
{
	struct buf copy = { .max = SIZE_MAX / 4 };

	if (ascii_only(buf_text(&e->head), e->head.len))
		return;
	buf_add(&copy, e->head.p, e->head.len);
	if (readable && part != e->part && (e->why & RECODE_8BIT)) {
		recode_repair_head(&copy);
		part->head = copy.len != e->head.len ||
		    memcmp(copy.p, e->head.p, copy.len) != 0;
		e->changes |= part->head;
	}
	if (!ascii_only(copy.p, copy.len))
		recode_mark_8bit(e);
	buf_release(&copy);
}

static void
recode_write_head(struct recode *e, const struct recode_part *part)
{
	const struct buf *h = &e->head;
	bool version = false, type = false;
	struct field fld;
	size_t at = 0;

	if (part->head)
		recode_repair_head(&e->head);
	if (part->plan < P_MULTI_7BIT && (part != e->part || !e->changes)) {
		recode_emit(e, buf_text(h), h->len);
		return;
	}
	while (header_next(buf_text(h), h->len, &at, &fld)) {
		if (header_is(&fld, "Content-Transfer-Encoding") &&
		    part->plan >= P_MULTI_7BIT)
			continue;
		if (header_is(&fld, "Content-Type") && !type &&
		    part->plan >= P_LABEL)
			recode_write_type(e, part, &fld);
		else
			recode_emit(e, fld.line, fld.len);
		version |= header_is(&fld, "MIME-Version");
		type |= header_is(&fld, "Content-Type");
	}
	recode_write_missing(e, part, version, type);
	recode_emit(e, buf_text(h) + at, h->len - at);
}

/* Read the fields that describe the part. */
static void
recode_describe(const struct recode *e, struct mime_type *t, enum mime_coding
    *c)
{
	const char *p = buf_text(&e->head);
	size_t n = e->head.len, at = 0;
	struct field fld;

	mime_describe(p, n, t, c);
	if (e->multi.depth > 0 && e->multi.open[e->multi.depth - 1].digest &&
	    !recode_in_message(e, e->nparts) &&
	    !header_find(p, n, "Content-Type", &fld))
		t->kind = MIME_MESSAGE;
	while (header_next(p, n, &at, &fld))
		;
	/* Lines other than fields, or a signature. */
	if ((n - at > 0 && (n - at != 2 || memcmp(p + at, "\r\n", 2) != 0)) ||
	    (e->nparts == 0 && header_find(p, n, "DKIM-Signature", &fld)))
		t->kind = MIME_OPAQUE;
	if (*c >= MIME_UNKNOWN || t->kind == MIME_SIGNED)
		t->kind = MIME_OPAQUE;
}

/* Enter a multipart or an included message; false if it stays. */
static bool
recode_enter(struct recode *e, const struct mime_type *t)
{
	if (t->kind != MIME_MESSAGE)
		return boundary_open(&e->multi, t, e->now);
	if (e->nmessages == BOUNDARY_DEPTH)
		return false;
	e->message[e->nmessages].part = e->now;
	e->message[e->nmessages++].depth = e->multi.depth;
	e->state = S_HEAD;
	return true;
}

/* A line delimits a multipart: leave it or what is in it. */
static void
recode_leave(struct recode *e, size_t level, bool closing)
{
	boundary_leave(&e->multi, level, closing);
	while (e->nmessages > 0 &&
	    e->message[e->nmessages - 1].depth >= level)
		e->nmessages--;
}

/* Begin another part; false when there are too many. */
static bool
recode_next_part(struct recode *e)
{
	if (e->nparts == PARTS_MAX) {
		recode_mark_8bit(e);
		e->multi.depth = e->nmessages = 0;
		return false;
	}
	if (e->nparts == e->cap) {
		e->cap = e->cap ? e->cap * 2 : 8;
		e->part = xreallocarray(e->part, e->cap, sizeof(*e->part));
	}
	e->now = e->nparts++;
	if (!e->writing)
		e->part[e->now] = (struct recode_part){ .plan = P_KEEP };
	return true;
}

/* The part has parts, or is a message with a header. */
static void
recode_end_multi_head(struct recode *e, const struct mime_type *t,
    enum mime_coding coding)
{
	if (!recode_enter(e, t))
		return;
	if (t->kind != MIME_MESSAGE)
		e->state = S_MARGIN;
	if (!e->writing && (coding == MIME_8BIT || coding == MIME_BINARY))
		e->part[e->now].plan = P_MULTI_8BIT;
}

static void
recode_begin_leaf(struct recode *e, struct recode_part *part, bool text)
{
	e->state = S_LEAF;
	e->line = e->nrest = 0;
	e->transfer = (struct encoding){ .kind = part->plan == P_BASE64 ?
	    ENCODING_BASE64 : ENCODING_QP };
	part->text = text;
}

/* The header of a part has ended. */
static void
recode_end_head(struct recode *e, bool readable)
{
	struct recode_part *part;
	enum mime_coding coding;
	struct mime_type t;

	recode_describe(e, &t, &coding);
	e->state = S_PASS;
	if (!recode_next_part(e))
		readable = false;
	part = &e->part[e->now];
	e->labelled = mime_labelled(buf_text(&e->head), e->head.len,
	    e->now > 0);
	if (!e->writing)
		recode_judge_head(e, part, readable);
	else if (readable)
		recode_write_head(e, part);
	else
		recode_emit(e, buf_text(&e->head), e->head.len);
	buf_clear(&e->head);
	if (!readable || t.kind == MIME_OPAQUE)
		return;
	if (t.kind == MIME_TEXT || t.kind == MIME_OTHER)
		recode_begin_leaf(e, part, t.kind == MIME_TEXT);
	else
		recode_end_multi_head(e, &t, coding);
}

/* Octets of a header, at most one line. */
static void
recode_head(struct recode *e, const char *p, size_t n)
{
	struct buf *h = &e->head;

	if (n > HEAD_MAX - h->len) {
		recode_end_head(e, false);
		recode_pass(e, p, n);
		return;
	}
	buf_add(h, p, n);
	if (p[n - 1] == '\n' && (h->len == 2 ||
	    (h->len >= 4 && memcmp(h->p + h->len - 4, "\r\n\r\n", 4) == 0)))
		recode_end_head(e, true);
}

/*
 * The passes
 */

/* Nobody reads these octets: those over 127 may become "?". */
static void
recode_margin(struct recode *e, const char *p, size_t n)
{
	size_t i;

	if (!(e->why & RECODE_8BIT)) {
		recode_pass(e, p, n);
		return;
	}
	e->changes |= !ascii_only(p, n);
	for (i = 0; e->writing && i < n; i++)
		buf_add(&e->out, (unsigned char)p[i] < 0x80 ? p + i : "?", 1);
}

static void
recode_take(struct recode *e, const char *p, size_t n)
{
	e->mid = p[n - 1] != '\n';
	if (e->state == S_HEAD)
		recode_head(e, p, n);
	else if (e->state == S_LEAF)
		recode_leaf(e, p, n);
	else if (e->state == S_MARGIN)
		recode_margin(e, p, n);
	else
		recode_pass(e, p, n);
}

/* The held line is complete. */
static void
recode_end_held(struct recode *e)
{
	bool closing;
	size_t level = boundary_find(&e->multi, e->held.p, e->held.len,
	    &closing);

	if (level == 0)
		recode_take(e, e->held.p, e->held.len);
	else {
		if (e->state == S_LEAF)
			recode_end_leaf(e, true);
		else if (e->state == S_HEAD)
			recode_end_head(e, false);
		/* With too many parts no multipart is open any more. */
		if (e->multi.depth == 0)
			e->state = S_PASS;
		else {
			recode_leave(e, level, closing);
			e->state = closing ? S_MARGIN : S_HEAD;
		}
		recode_pass(e, e->held.p, e->held.len);
	}
	buf_clear(&e->held);
}

/* Hold a line that may be a delimiter; returns the octets taken. */
static size_t
recode_hold(struct recode *e, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		buf_add(&e->held, &p[i], 1);
		if (p[i++] == '\n' || e->held.len == BOUNDARY_LINE ||
		    (e->held.len == 2 && e->held.p[1] != '-')) {
			e->mid = p[i - 1] != '\n';
			recode_end_held(e);
			break;
		}
	}
	return i;
}

/* The octets before a line that has to be examined. */
static size_t
recode_run(const struct recode *e, const char *p, size_t n)
{
	const char *end = p + n, *q = p, *nl;

	if (e->multi.depth == 0 && e->state != S_HEAD)
		return n;
	while (q < end && (nl = memchr(q, '\n', (size_t)(end - q))) != NULL) {
		q = nl + 1;
		if (e->state == S_HEAD || (q < end && *q == '-'))
			return (size_t)(q - p);
	}
	return n;
}

void
recode_feed(struct recode *e, const char *p, size_t n)
{
	size_t k;

	for (; n > 0; p += k, n -= k) {
		if (e->held.len > 0 ||
		    (e->multi.depth > 0 && !e->mid && *p == '-'))
			k = recode_hold(e, p, n);
		else {
			k = recode_run(e, p, n);
			recode_take(e, p, k);
		}
	}
}

void
recode_end(struct recode *e)
{
	if (e->held.len > 0)
		recode_end_held(e);
	if (e->state == S_HEAD)
		recode_end_head(e, false);
	else if (e->state == S_LEAF)
		recode_end_leaf(e, false);
}

void
recode_look(struct recode *e, const char *p, size_t n)
{
	recode_feed(e, p, n);
}

bool
recode_plan(struct recode *e)
{
	size_t i;

	recode_end(e);
	for (i = 0; i < e->nparts; i++) {
		if (e->part[i].plan != P_MULTI_8BIT ||
		    e->part[i].eightbit || !(e->why & RECODE_8BIT))
			continue;
		e->part[i].plan = P_MULTI_7BIT;
		e->changes = true;
	}
	e->writing = true;
	e->state = S_HEAD;
	e->multi.depth = e->nmessages = e->nparts = e->now = 0;
	e->mid = false;
	return e->changes;
}
