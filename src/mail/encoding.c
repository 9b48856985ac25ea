/*
 * encoding.c - quoted-printable and base64 (RFC 2045, 6.7 and 6.8)
 *
 * In quoted-printable, white space at the end of a line must be encoded.  So
 * the line is held until it is known to end.  In base64, line holds octets
 * that are not encoded yet.
 */

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/encoding.h"

#define QP_LINE		75	/* 76 characters with "=" */
#define BASE64_BYTES	57	/* 76 characters when encoded */

static void
encoding_put(struct encoding *t, char c)
{
	t->line[t->n++] = c;
}

static void
encoding_escape(struct encoding *t, char c)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char u = (unsigned char)c;

	encoding_put(t, '=');
	encoding_put(t, hex[u >> 4]);
	encoding_put(t, hex[u & 15]);
}

static void
encoding_flush(struct encoding *t, struct buf *out, bool soft)
{
	char last;

	if (!soft && t->n > 0 && ascii_blank(t->line[t->n - 1])) {
		last = t->line[--t->n];
		if (t->n + 3 > QP_LINE + 1)
			encoding_flush(t, out, true);
		encoding_escape(t, last);
	}
	if (soft)
		encoding_put(t, '=');
	buf_add(out, t->line, t->n);
	buf_add(out, "\r\n", 2);
	t->n = 0;
	t->soft = soft;
}

/* "-" at the start of a continued line could begin a boundary: encode it. */
static void
encoding_qp(struct encoding *t, struct buf *out, char c)
{
	bool plain = (c > ' ' && c <= '~' && c != '=') || ascii_blank(c);

	if (t->n + (plain ? 1 : 3) > QP_LINE)
		encoding_flush(t, out, true);
	if (plain && t->soft && t->n == 0 && c == '-')
		plain = false;
	if (plain)
		encoding_put(t, c);
	else
		encoding_escape(t, c);
}

static void
encoding_flush_base64(struct encoding *t, struct buf *out)
{
	base64_encode(out, t->line, t->n);
	buf_add(out, "\r\n", 2);
	t->n = 0;
}

static void
encoding_base64(struct encoding *t, struct buf *out, char c)
{
	encoding_put(t, c);
	if (t->n == BASE64_BYTES)
		encoding_flush_base64(t, out);
}

void
encoding_feed(struct encoding *t, struct buf *out, const char *p, size_t n)
{
	const char *end = p + n;

	for (; p < end; p++) {
		if (t->kind == ENCODING_RAW) {
			encoding_base64(t, out, *p);
			continue;
		}
		if (*p == '\r')
			continue;
		if (t->kind == ENCODING_QP) {
			if (*p == '\n')
				encoding_flush(t, out, false);
			else
				encoding_qp(t, out, *p);
			continue;
		}
		if (t->end) {
			encoding_base64(t, out, '\r');
			encoding_base64(t, out, '\n');
		}
		t->end = *p == '\n';
		if (!t->end)
			encoding_base64(t, out, *p);
	}
}

void
encoding_end(struct encoding *t, struct buf *out, bool delimiter)
{
	if (t->kind == ENCODING_BASE64 && t->end && !delimiter) {
		encoding_base64(t, out, '\r');
		encoding_base64(t, out, '\n');
	}
	if (t->n > 0 && t->kind == ENCODING_QP)
		encoding_flush(t, out, false);
	else if (t->n > 0)
		encoding_flush_base64(t, out);
	t->end = false;
}
