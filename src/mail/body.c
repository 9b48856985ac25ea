/*
 * body.c - the body of a message, from its octets to its wire form
 *
 * A body without parts and encodings is only lines.  In others the lines are
 * looked at one by one where they may be a header or a delimiter, and in
 * blocks elsewhere.  In a part that becomes base64 the octets are encoded as
 * they come.  A line end is kept back there with the line that follows as
 * long as this may be a delimiter, to which the line end then belongs.
 */

#include <string.h>

#include "base/ascii.h"
#include "base/portable.h"
#include "base/util.h"
#include "mail/body.h"
#include "mail/header.h"
#include "mail/mimehead.h"

#define HEAD_MAX	(1U << 20)	/* octets of the header of a part */
#define CODED_LINE	76		/* octets of a line (RFC 2045, 6) */

/* Where the next octets belong. */
enum {
	S_TEXT,		/* lines that stay */
	S_SIGNED,	/* likewise; if they lose octets it is broken */
	S_HEAD,
	S_QP,
	S_BASE64,
	S_RAW		/* octets that become base64 */
};

static bool
body_any_8bit(const char *p, size_t n)
{
	uint64_t w[4], all = 0;

	for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(w, p, sizeof(w));
		all |= w[0] | w[1] | w[2] | w[3];
	}
	return (all & 0x8080808080808080u) != 0 || !ascii_only(p, n);
}

/*
 * What a header says
 */

/* How the octets of a part without parts are taken. */
static enum mime_coding
body_enter_leaf(struct body *b, const struct mime_type *t,
    enum mime_coding c)
{
	if (c == MIME_BINARY || (c < MIME_UNKNOWN && t->wide)) {
		b->state = S_RAW;
		b->start = true;
		b->held_eol = 0;
		b->encoding = (struct encoding){ .kind = ENCODING_RAW };
		b->choosing = t->kind == MIME_TEXT && !t->wide;
		return b->choosing ? MIME_UNKNOWN : MIME_BASE64;
	}
	if (c > MIME_UNKNOWN)
		b->state = c == MIME_QP ? S_QP : S_BASE64;
	return MIME_UNKNOWN;
}

/*
 * A header has ended: choose the state.  Returns the encoding that it has to
 * name, or MIME_UNKNOWN.
 */
static enum mime_coding
body_enter(struct body *b, const char *p, size_t n)
{
	const struct boundary *m = &b->multi;
	const bool inner = b->inner;
	struct field fld;
	struct mime_type t;
	enum mime_coding c;

	mime_describe(p, n, &t, &c);
	b->inner = false;
	if (m->depth > 0 && m->open[m->depth - 1].digest && !inner &&
	    !header_find(p, n, "Content-Type", &fld))
		t.kind = MIME_MESSAGE;
	b->state = S_TEXT;
	if (t.kind == MIME_TEXT || t.kind == MIME_OTHER) {
		b->hides = m->depth > 0 && b->message == 0 &&
		    !mime_labelled(p, n, true);
		return body_enter_leaf(b, &t, c);
	}
	if (t.kind == MIME_SIGNED) {
		b->state = S_SIGNED;
		b->canon.nul = b->canon.bare_cr = false;
		return MIME_UNKNOWN;
	}
	if (c >= MIME_UNKNOWN)
		return MIME_UNKNOWN;
	if (t.kind == MIME_OPAQUE)
		return c == MIME_BINARY ? MIME_8BIT : MIME_UNKNOWN;
	if (t.kind != MIME_MESSAGE)
		(void)boundary_open(&b->multi, &t, 0);
	else {
		b->state = S_HEAD;
		b->inner = true;
		if (b->message == 0)
			b->message = m->depth + 1;
	}
	return c == MIME_BINARY ? MIME_8BIT : MIME_UNKNOWN;
}

/* Are these only fields and an empty line? */
static bool
body_good_head(const char *p, size_t n)
{
	struct field fld;
	size_t at = 0;

	while (header_next(p, n, &at, &fld))
		;
	return n - at == 2 && memcmp(p + at, "\r\n", 2) == 0;
}

static void
body_end_head(struct body *b, struct buf *out, bool complete)
{
	struct buf new = { .max = SIZE_MAX / 4 };
	const char *p = buf_text(&b->head);
	const size_t n = b->head.len;
	const bool stays = b->message > 0;
	enum mime_coding c;

	b->state = S_TEXT;
	if (!complete || !body_good_head(p, n))
		buf_add(out, p, n);
	else {
		c = body_enter(b, p, n);
		if (stays)
			buf_add(&new, p, n);
		else
			mimehead_part(&new, p, n);
		if (b->choosing)
			body_hold(b, new.p, new.len);
		else if (c != MIME_UNKNOWN)
			mimehead_set_coding(out, new.p, new.len, c);
		else
			buf_add(out, new.p, new.len);
	}
	buf_clear(&b->head);
	buf_release(&new);
}

/* A piece of the header; line says that it is a whole line. */
static void
body_head(struct body *b, struct buf *out, const char *p, size_t n, bool line)
{
	if (n > HEAD_MAX - b->head.len) {
		body_end_head(b, out, false);
		buf_add(out, p, n);
		return;
	}
	buf_add(&b->head, p, n);
	if (line && n == 2)
		body_end_head(b, out, true);
}

/*
 * Lines of parts that are encoded already
 */

static void
body_wrap(struct body *b, struct buf *out, const char *break_, size_t room)
{
	if (b->column + room <= CODED_LINE)
		return;
	buf_adds(out, break_);
	b->column = 0;
}

/* A "-" where a line was broken could begin a delimiter. */
static void
body_qp(struct body *b, struct buf *out, const char *p, size_t n)
{
	for (; n > 0; p++, n--) {
		bool odd = (unsigned char)*p >= 0x80;

		if (b->escape > 0 && !odd)
			b->escape--;
		else {
			size_t had = b->column;

			body_wrap(b, out, "=\r\n", odd || *p == '=' ? 4 : 2);
			odd |= *p == '-' && had > 0 && b->column == 0;
			b->escape = *p == '=' ? 2 : 0;
		}
		if (odd)
			buf_addf(out, "=%02X", (unsigned)(unsigned char)*p);
		else
			buf_add(out, p, 1);
		b->column += odd ? 3 : 1;
	}
}

/* Octets over 127 mean nothing here (RFC 2045, 6.8). */
static void
body_base64(struct body *b, struct buf *out, const char *p, size_t n)
{
	for (; n > 0; p++, n--) {
		if ((unsigned char)*p >= 0x80)
			continue;
		body_wrap(b, out, "\r\n", 1);
		buf_add(out, p, 1);
		b->column++;
	}
}

/* A line, or a piece of one that is long. */
static void
body_coded(struct body *b, struct buf *out, const char *p, size_t n,
    bool first)
{
	const bool last = p[n - 1] == '\n';

	if (first && last && n <= CODED_LINE + 2 && ascii_only(p, n)) {
		buf_add(out, p, n);
		return;
	}
	if (first)
		b->column = b->escape = 0;
	if (b->state == S_QP)
		body_qp(b, out, p, last ? n - 2 : n);
	else
		body_base64(b, out, p, last ? n - 2 : n);
	if (last)
		buf_adds(out, "\r\n");
}

/*
 * Lines
 */

/* The signed part ends. */
static void
body_end_signed(struct body *b)
{
	b->broken |= b->canon.nul || b->canon.bare_cr;
}

/* The line p[0..n) delimits a part. */
static void
body_delimit(struct body *b, struct buf *out, size_t level, bool closing,
    const char *p, size_t n)
{
	if (b->state == S_HEAD)
		body_end_head(b, out, false);
	else if (b->state == S_SIGNED)
		body_end_signed(b);
	boundary_leave(&b->multi, level, closing);
	if (b->multi.depth < b->message)
		b->message = 0;
	b->state = closing ? S_TEXT : S_HEAD;
	b->hides = b->inner = false;
	buf_add(out, p, n);
}

static void
body_text(struct body *b, struct buf *out, const char *p, size_t n)
{
	if (b->hides && body_any_8bit(p, n)) {
		b->unlabelled = true;
		b->hides = false;
	}
	if (b->state == S_SIGNED)
		longline_feed(&b->overlong, p, n);
	buf_add(out, p, n);
}

/* A canonical line, or a piece of a long one. */
static void
body_piece(struct body *b, struct buf *out, const char *p, size_t n)
{
	const bool first = !b->mid, last = p[n - 1] == '\n';
	size_t level;
	bool closing;

	b->mid = !last;
	if (first && last && *p == '-' &&
	    (level = boundary_find(&b->multi, p, n, &closing)) > 0)
		body_delimit(b, out, level, closing, p, n);
	else if (b->state == S_HEAD)
		body_head(b, out, p, n, first && last);
	else if (b->state == S_QP || b->state == S_BASE64)
		body_coded(b, out, p, n, first);
	else
		body_text(b, out, p, n);
}

/* Look at the lines that are complete, and at pieces of long ones. */
static void
body_take_lines(struct body *b, struct buf *out, bool all)
{
	const char *p = buf_text(&b->lines), *end = p + b->lines.len, *nl;

	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		body_piece(b, out, p, (size_t)(nl + 1 - p));
		p = nl + 1;
	}
	if (p < end && (all || end - p > BOUNDARY_LINE)) {
		body_piece(b, out, p, (size_t)(end - p));
		p = end;
	}
	buf_drop(&b->lines, b->lines.len - (size_t)(end - p));
}

/* The octets of text before a line that may delimit a part. */
static size_t
body_bulk_text(const char *p, size_t n)
{
	const char *stop;

	if ((stop = memmem(p, n, "\n--", 3)) != NULL)
		n = (size_t)(stop + 1 - p);
	if ((stop = memmem(p, n, "\r--", 3)) != NULL)
		n = (size_t)(stop - p);
	if ((stop = memchr(p, '\0', n)) != NULL)
		n = (size_t)(stop - p);
	stop = portable_memrchr(p, '\n', n);
	return stop != NULL ? (size_t)(stop + 1 - p) : 0;
}

/* The octets of encoded lines that stay as they are. */
static size_t
body_bulk_coded(const char *p, size_t n)
{
	const char *q = p, *end = p + n, *nl;
	size_t k;

	while (q < end && *q != '-' &&
	    (nl = memchr(q, '\n', (size_t)(end - q))) != NULL) {
		k = (size_t)(nl - q);
		k -= k > 0 && nl[-1] == '\r';
		if (k > CODED_LINE || body_any_8bit(q, k) ||
		    memchr(q, '\r', k) != NULL || memchr(q, '\0', k) != NULL)
			break;
		q = nl + 1;
	}
	return (size_t)(q - p);
}

/* Lines at p[0..n) that need not be looked at one by one. */
static size_t
body_bulk(const struct body *b, const char *p, size_t n)
{
	if (b->lines.len > 0 || b->mid || b->canon.crs > 0 || *p == '-')
		return 0;
	return b->state == S_HEAD ? 0 : b->state <= S_SIGNED ?
	    body_bulk_text(p, n) : body_bulk_coded(p, n);
}

/* Octets of lines; returns how many were taken, 0 if the state may be new. */
static size_t
body_lines(struct body *b, struct buf *out, const char *p, size_t n)
{
	const size_t start = out->len;
	const char *stop;
	size_t k;

	if (b->canon.crs > 0 && *p != '\r' && *p != '\n' && *p != '\0') {
		canon_flush(&b->canon, &b->lines);
		body_take_lines(b, out, false);
		return 0;
	}
	if ((k = body_bulk(b, p, n)) > 0) {
		canon_feed(&b->canon, out, p, k);
		if (b->state == S_SIGNED)
			longline_feed(&b->overlong, out->p + start,
			    out->len - start);
		if (b->hides && body_any_8bit(out->p + start,
		    out->len - start)) {
			b->unlabelled = true;
			b->hides = false;
		}
		return k;
	}
	stop = memchr(p, '\n', n);
	k = stop != NULL ? (size_t)(stop + 1 - p) : n;
	stop = memchr(p, '\r', k);
	k = stop != NULL ? (size_t)(stop + 1 - p) : k;
	if (p[k - 1] == '\n')
		b->crlf = k == 1 && b->canon.crs > 0;
	canon_feed(&b->canon, &b->lines, p, k);
	body_take_lines(b, out, false);
	return k;
}

/*
 * Octets that become base64
 */

static void
body_choose(struct body *b, struct buf *out, enum mime_coding c)
{
	mimehead_set_coding(out, buf_text(&b->choice_head),
	    b->choice_head.len, c);
	buf_clear(&b->choice_head);
	b->choosing = false;
}

/* It is not text, or more than can be looked at. */
static void
body_choose_raw(struct body *b, struct buf *out)
{
	body_choose(b, out, MIME_BASE64);
	encoding_feed(&b->encoding, out, buf_text(&b->choice), b->choice.len);
	buf_release(&b->choice);
}

static void
body_encode(struct body *b, struct buf *out, const char *p, size_t n)
{
	if (!b->choosing) {
		encoding_feed(&b->encoding, out, p, n);
		return;
	}
	buf_add(&b->choice, p, n);
	if (b->choice.len > BODY_CHOICE)
		body_choose_raw(b, out);
}

/* Are the octets held back text?  Then append it. */
static bool
body_chose_text(struct body *b, struct buf *out)
{
	struct buf text = { .max = SIZE_MAX / 4 };
	struct canon c = { 0 };
	bool is;

	canon_feed(&c, &text, buf_text(&b->choice), b->choice.len);
	canon_end(&c, &text);
	is = !c.nul && !c.bare_cr;
	if (is) {
		body_choose(b, out, MIME_8BIT);
		body_text(b, out, buf_text(&text), text.len);
	}
	buf_release(&text);
	return is;
}

/* The part ends; before a delimiter eol octets of a line end were left out. */
static void
body_encode_end(struct body *b, struct buf *out, size_t eol)
{
	if (b->choosing) {
		buf_add(&b->choice, "\n", eol > 0);
		if (body_chose_text(b, out)) {
			buf_release(&b->choice);
			return;
		}
		b->choice.len -= eol > 0;
		body_choose_raw(b, out);
	}
	encoding_end(&b->encoding, out, false);
}

static void
body_encode_held(struct body *b, struct buf *out, size_t n)
{
	body_encode(b, out, buf_text(&b->held), n);
	buf_drop(&b->held, n);
}

/* Octets within a line; a CR at the end may belong to a line end. */
static size_t
body_raw_line(struct body *b, struct buf *out, const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);
	size_t k = nl != NULL ? (size_t)(nl - p) : n;
	bool cr = k > 0 && p[k - 1] == '\r';

	if (k > 0)
		body_encode_held(b, out, b->held.len);
	body_encode(b, out, p, k - cr);
	buf_add(&b->held, "\r", cr);
	if (nl == NULL)
		return k;
	buf_adds(&b->held, "\n");
	b->held_eol = b->held.len;
	b->start = true;
	return k + 1;
}

/* The held line is complete, with its line end or without one. */
static void
body_raw_held(struct body *b, struct buf *out)
{
	const char *p = buf_text(&b->held) + b->held_eol;
	size_t n = b->held.len - b->held_eol, level, eol;
	bool closing;

	for (eol = 0; eol < n && ascii_space(p[n - 1 - eol]) &&
	    p[n - 1 - eol] != ' ' && p[n - 1 - eol] != '\t'; eol++)
		if (eol == 2)
			break;
	if ((level = boundary_find(&b->multi, p, n, &closing)) > 0) {
		/* Where lines end in LF, a CR before one is an octet. */
		if (b->held_eol == 2 && !(eol > 0 ? eol == 2 : b->crlf))
			body_encode(b, out, "\r", 1);
		body_encode_end(b, out, b->held_eol);
		n -= eol;
		buf_add(&b->lines, p, n);
		buf_adds(&b->lines, "\r\n");
		body_delimit(b, out, level, closing, b->lines.p,
		    b->lines.len);
		buf_clear(&b->lines);
		buf_clear(&b->held);
		return;
	}
	body_encode_held(b, out, b->held.len - eol);
	b->held_eol = eol;
}

/* An octet at the start of a line, or in what may be a delimiter. */
static size_t
body_raw_start(struct body *b, struct buf *out, char c)
{
	const size_t at = b->held.len - b->held_eol;

	if ((at < 2 && c != '-') || at == BOUNDARY_LINE ||
	    b->multi.depth == 0) {
		body_encode_held(b, out, b->held.len);
		b->start = false;
		return 0;
	}
	buf_add(&b->held, &c, 1);
	if (c == '\n')
		body_raw_held(b, out);
	return 1;
}

static size_t
body_raw(struct body *b, struct buf *out, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && b->state == S_RAW)
		i += b->start ? body_raw_start(b, out, p[i]) :
		    body_raw_line(b, out, p + i, n - i);
	return i;
}

static void
body_end_raw(struct body *b, struct buf *out)
{
	if (b->start && b->held.len > b->held_eol)
		body_raw_held(b, out);
	if (b->state != S_RAW)
		return;
	body_encode_held(b, out, b->held.len);
	body_encode_end(b, out, 0);
}

/*
 * All of it
 */

static void
body_parts(struct body *b, struct buf *out, const char *p, size_t n)
{
	size_t k;

	for (; n > 0; p += k, n -= k)
		k = b->state == S_RAW ? body_raw(b, out, p, n) :
		    body_lines(b, out, p, n);
}

/* Facts about what was appended. */
static void
body_account(struct body *b, const struct buf *out, size_t start)
{
	const char *p = buf_text(out) + start, *end = buf_text(out) + out->len;
	const char *nl;

	b->eightbit = b->eightbit || body_any_8bit(p, (size_t)(end - p));
	if (b->fixed && b->state == S_SIGNED)
		longline_feed(&b->overlong, p, (size_t)(end - p));
	if (!b->active)
		return;
	for (; (nl = memchr(p, '\n', (size_t)(end - p))) != NULL; p = nl + 1) {
		b->tail += (size_t)(nl - p) - 1;
		if (b->tail > b->longest)
			b->longest = b->tail;
		b->tail = 0;
	}
	b->tail += (size_t)(end - p);
}

enum mime_coding
body_begin(struct body *b, const char *head, size_t n, bool fixed,
    bool dot_ends)
{
	enum mime_coding c;

	body_init(b, dot_ends);
	c = fixed ? MIME_UNKNOWN : body_enter(b, head, n);
	b->fixed = fixed || b->state == S_SIGNED;
	b->active = !b->fixed && (b->state != S_TEXT || b->multi.depth > 0);
	if (b->active) {
		b->dot_ends = dot_ends;
		b->canon.dot_ends = false;
	}
	return c;
}

void
body_init(struct body *b, bool dot_ends)
{
	*b = (struct body){ .canon.dot_ends = dot_ends, .undot = UNDOT_START,
	    .lines.max = SIZE_MAX / 4,
	    .head.max = HEAD_MAX, .held.max = 2 * BOUNDARY_LINE,
	    .choice.max = SIZE_MAX / 4, .choice_head.max = SIZE_MAX / 4 };
}

void
body_release(struct body *b)
{
	buf_release(&b->undot.text);
	buf_release(&b->lines);
	buf_release(&b->head);
	buf_release(&b->held);
	buf_release(&b->choice);
	buf_release(&b->choice_head);
}

void
body_hold(struct body *b, const char *head, size_t n)
{
	buf_add(&b->choice_head, head, n);
}

void
body_feed(struct body *b, struct buf *out, const char *p, size_t n)
{
	const size_t start = out->len;

	if (b->ended)
		return;
	if (!b->active)
		canon_feed(&b->canon, out, p, n);
	else if (!b->dot_ends)
		body_parts(b, out, p, n);
	else {
		undot_feed(&b->undot, p, n);
		body_parts(b, out, buf_text(&b->undot.text),
		    b->undot.text.len);
		buf_clear(&b->undot.text);
	}
	b->ended |= b->canon.ended || b->undot.ended;
	b->nul |= b->canon.nul || b->undot.nul;
	body_account(b, out, start);
}

void
body_end(struct body *b, struct buf *out)
{
	const size_t start = out->len;

	if (b->undot.dot)
		b->ended = true;
	if (!b->active)
		canon_end(&b->canon, out);
	else if (b->state == S_RAW)
		body_end_raw(b, out);
	else {
		canon_end(&b->canon, &b->lines);
		body_take_lines(b, out, true);
		/* An empty line may have ended a header. */
		if (b->state == S_HEAD)
			body_end_head(b, out, false);
		else if (b->state == S_SIGNED)
			body_end_signed(b);
	}
	if (b->fixed)
		body_end_signed(b);
	b->ended |= b->canon.ended;
	b->nul |= b->canon.nul;
	body_account(b, out, start);
	if (!b->active)
		b->longest = b->canon.longest;
}
