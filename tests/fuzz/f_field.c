/*
 * f_field.c - fields, their folding, MIME values and encoded bodies
 *
 * Fields lie one behind the other and are all of the header.  A field that
 * was folded has the same words, and its lines are short where words are.
 * An encoded body decodes to what it was, in whatever pieces it came.
 */

#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/util.h"
#include "mail/encoding.h"
#include "mail/fold.h"
#include "mail/header.h"
#include "mail/longline.h"
#include "mail/mime.h"
#include "mail/phrase.h"
#include "mail/rewrite.h"

#include "fuzz.h"

#define MAX	((size_t)1 << 22)

/* With CRLF line ends, and no other CR, LF or NUL. */
static void
canonical(struct buf *out, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\n')
			buf_add(out, "\r\n", 2);
		else if (p[i] != '\r' && p[i] != '\0')
			buf_add(out, p + i, 1);
}

/* Octets that are no white space. */
static void
words(struct buf *out, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!ascii_space(p[i]))
			buf_add(out, p + i, 1);
}

static void
check_same(const struct buf *a, const struct buf *b)
{
	CHECK(a->len == b->len);
	CHECK(memcmp(buf_text(a), buf_text(b), a->len) == 0);
}

static void
check_fold(const struct field *fld)
{
	struct buf out = { .max = MAX }, again = out, old = out, new = out;
	struct field f;
	size_t at = 0, longest;

	fold_field(&out, fld);
	CHECK(header_next(out.p, out.len, &at, &f) && at == out.len);
	CHECK(header_known(&f) == header_known(fld));
	CHECK(header_empty(&f) == header_empty(fld));
	longest = fold_longest(out.p, out.len);
	if (header_known(fld)->traits & HEADER_TEXT && fld->value -
	    fld->line < 50)
		CHECK(longest <= LONGLINE_MAX);
	if (longest <= LONGLINE_MAX || header_known(fld)->id != HEADER_SUBJECT) {
		fold_field(&again, &f);
		CHECK(fold_longest(again.p, again.len) <= longest ||
		    longest < LONGLINE_MAX);
	}
	/* A backslash and its blank stay together. */
	if (fld->len < LONGLINE_MAX)
		CHECK(memmem(out.p, out.len - 2, "\\\r\n", 3) == NULL);
	if (memmem(out.p, out.len, "=?", 2) == NULL) {
		words(&old, fld->line, fld->len);
		words(&new, out.p, out.len);
		check_same(&old, &new);
	}
	buf_release(&out);
	buf_release(&again);
	buf_release(&old);
	buf_release(&new);
}

static void
check_mime(const struct field *fld)
{
	struct mime_type t;
	struct buf b = { .max = MAX };
	char *loud = xstrndup(fld->value, fld->value_len), *p;

	mime_content_type(&t, fld->value, fld->value_len);
	CHECK(t.boundary_len <= MIME_BOUNDARY);
	CHECK((t.kind != MIME_MULTIPART && t.kind != MIME_DIGEST) ||
	    t.boundary_len > 0);
	CHECK(t.boundary_len == 0 || t.boundary[t.boundary_len - 1] != ' ');
	for (p = loud; *p != '\0'; p++)
		*p = (char)ascii_lower(*p);
	CHECK(mime_coding(loud, strlen(loud)) ==
	    mime_coding(fld->value, fld->value_len));
	header_unfold(&b, fld);
	CHECK(b.len <= fld->value_len);
	CHECK((b.len == 0) == header_empty(fld));
	CHECK(b.len == 0 || memchr(b.p, '\n', b.len) == NULL);
	free(loud);
	buf_release(&b);
}

static void
check_fields(const char *p, size_t n)
{
	struct field fld;
	size_t at = 0, was = 0;

	while (header_next(p, n, &at, &fld)) {
		CHECK(at > was && at <= n && fld.line == p + was);
		CHECK(fld.len == at - was && fld.name_len > 0);
		CHECK(fld.value >= fld.line + fld.name_len + 1);
		CHECK(fld.value + fld.value_len <= fld.line + fld.len);
		CHECK(header_known(&fld) != NULL);
		check_mime(&fld);
		if (fld.len >= 2 && fld.line[fld.len - 1] == '\n')
			check_fold(&fld);
		was = at;
	}
	CHECK(at == was);
	(void)rewrite_resent(p, n);
	(void)mime_labelled(p, n, false);
}

/* RFC 2047: words of at most 75 octets, in lines of at most 76. */
static void
check_phrase(const char *p, size_t n)
{
	struct buf b = { .max = MAX };
	const char *w, *end;
	size_t k;

	phrase_encode(&b, p, n);
	end = buf_text(&b) + b.len;
	for (w = buf_text(&b); w < end; w += k) {
		k = phrase_encoded(w, (size_t)(end - w));
		CHECK(k > 0 && k <= 75);
		if (w + k < end) {
			CHECK(memcmp(w + k, "\r\n ", 3) == 0);
			k += 3;
		}
	}
	CHECK(ascii_only(buf_text(&b), b.len));
	buf_release(&b);
}

static void
encode(struct buf *out, enum encoding_kind kind, const struct buf *in,
    size_t step)
{
	struct encoding e = { .kind = kind };
	size_t i, k;

	for (i = 0; i < in->len; i += k) {
		k = in->len - i < step ? in->len - i : step;
		encoding_feed(&e, out, in->p + i, k);
	}
	encoding_end(&e, out, false);
}

static int
hex(char c)
{
	CHECK((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* RFC 2045, 6.7 (3): no blank ends a line; and no soft one begins with "-". */
static void
check_qp(const struct buf *b)
{
	const char *p = buf_text(b);
	size_t i;

	for (i = 1; i < b->len; i++) {
		CHECK(p[i] != '\r' || !ascii_blank(p[i - 1]));
		CHECK(p[i] != '-' || i < 3 || p[i - 1] != '\n' ||
		    p[i - 3] != '=');
	}
}

static void
decode(struct buf *out, const struct buf *in, bool qp)
{
	const char *p = in->p, *end = p + in->len;
	char c;

	if (!qp) {
		CHECK(base64_decode(out, buf_text(in), in->len));
		return;
	}
	check_qp(in);
	for (; p < end; p += 3) {
		if (*p != '=') {
			buf_add(out, p, 1);
			p -= 2;
			continue;
		}
		CHECK(end - p >= 3);
		if (p[1] == '\r')
			continue;
		c = (char)(hex(p[1]) << 4 | hex(p[2]));
		buf_add(out, &c, 1);
	}
}

static void
check_encoding(const struct buf *in, size_t step)
{
	struct buf whole = { .max = MAX }, pieces = whole, back = whole;
	int kind;

	for (kind = ENCODING_QP; kind <= ENCODING_BASE64; kind++) {
		encode(&whole, (enum encoding_kind)kind, in, in->len);
		encode(&pieces, (enum encoding_kind)kind, in, step);
		check_same(&whole, &pieces);
		CHECK(fold_longest(buf_text(&whole), whole.len) <= 76);
		CHECK(ascii_only(buf_text(&whole), whole.len));
		decode(&back, &whole, kind == ENCODING_QP);
		check_same(&back, in);
		buf_clear(&whole);
		buf_clear(&pieces);
		buf_clear(&back);
	}
	buf_release(&whole);
	buf_release(&pieces);
	buf_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf text = { .max = MAX };

	if (n < 2 || n > 4096)
		return 0;
	canonical(&text, (const char *)data + 1, n - 1);
	buf_adds(&text, "\r\n");
	check_fields(text.p, text.len);
	check_phrase((const char *)data + 1, n - 1);
	check_encoding(&text, 1 + data[0] % 7);
	buf_release(&text);
	return 0;
}
