/*
 * mimehead.c - repair the fields that describe a body
 *
 * Programs write file names as they are: 8-bit, with blanks and without
 * quotes.  So a value that is not in quotes ends only at a semicolon.
 */

#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/fold.h"
#include "mail/mime.h"
#include "mail/mimehead.h"
#include "mail/phrase.h"
#include "mail/repair.h"

#define VALUE_MAX	65536	/* octets of a parameter */
#define COMMENT		256	/* octets; a longer one is no comment */
#define PARAMS		100	/* those behind them supersede none */
#define COLUMNS		76
#define PIECE		45	/* octets of a piece of a long parameter */

/* A parameter; the value is without its quotes and line ends. */
struct mhead_param {
	const char	*start;		/* after the semicolon */
	const char	*end;
	const char	*name;
	size_t		 n;
	struct buf	 value;
};

/* The last octet of the comment that begins at p; p if it is none. */
static const char *
mhead_comment(const char *p, const char *end)
{
	const char *q, *stop = end - p < COMMENT ? end : p + COMMENT;
	size_t depth = 0;

	for (q = p; q < stop; q++)
		if (*q == '\\' && q + 1 < stop)
			q++;
		else if (*q == '(')
			depth++;
		else if (*q == ')' && --depth == 0)
			return q;
	return p;
}

/* The semicolon at or after p, in no quotes or comment; end for none. */
static const char *
mhead_semicolon(const char *p, const char *end)
{
	bool quoted = false;

	for (; p < end && (quoted || *p != ';'); p++)
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p + 1 < end)
			p++;
		else if (*p == '(' && !quoted)
			p = mhead_comment(p, end);
	return p;
}

static void
mhead_trim(const char **p, const char **end)
{
	while (*p < *end && ascii_space(**p))
		(*p)++;
	while (*end > *p && ascii_space((*end)[-1]))
		(*end)--;
}

static void
mhead_value(struct buf *out, const char *p, const char *end)
{
	bool quoted;

	mhead_trim(&p, &end);
	quoted = p < end && *p == '"';
	for (p += quoted; p < end && !(quoted && *p == '"'); p++) {
		if (*p == '\r' || *p == '\n')
			continue;
		if (*p == '\\' && quoted && p + 1 < end)
			p++;
		buf_add(out, p, 1);
	}
}

/* The parameter that begins at p; its value replaces that of the last. */
static void
mhead_read(struct mhead_param *m, const char *p, const char *end)
{
	const char *equals, *stop;

	m->start = p;
	m->end = mhead_semicolon(p, end);
	equals = memchr(p, '=', (size_t)(m->end - p));
	stop = equals != NULL ? equals : m->end;
	mhead_trim(&p, &stop);
	m->name = p;
	m->n = (size_t)(stop - p);
	buf_clear(&m->value);
	if (equals != NULL)
		mhead_value(&m->value, equals + 1, m->end);
}

/* Find a parameter; false if there is none. */
static bool
mhead_find(struct mhead_param *m, const struct field *fld, const char *name)
{
	const char *end = fld->value + fld->value_len, *p;

	for (p = mhead_semicolon(fld->value, end); p < end; p = m->end) {
		mhead_read(m, p + 1, end);
		if (ascii_is(m->name, m->n, name))
			return true;
	}
	return false;
}

/* One octet as RFC 2231 has it. */
static bool
mhead_plain(char c)
{
	return ascii_alnum(c) || (c != '\0' && strchr("-._~", c) != NULL);
}

static size_t
mhead_encoded_length(const struct buf *value)
{
	size_t i, n = 0;

	for (i = 0; i < value->len; i++)
		n += mhead_plain(value->p[i]) ? 1 : 3;
	return n;
}

/* Append a parameter in the form of RFC 2231, 3 and 4. */
static void
mhead_extended(struct buf *out, const struct mhead_param *m)
{
	const char *charset = utf8_valid(m->value.p, m->value.len) ?
	    "UTF-8''" : "ISO-8859-1''";
	const bool pieces = mhead_encoded_length(&m->value) > PIECE;
	size_t i, piece = 0, start = 0;

	for (i = 0; i < m->value.len; i++) {
		char c = m->value.p[i];

		if (i == 0 || (pieces && out->len - start >= PIECE)) {
			buf_addf(out, "%s\r\n ", i == 0 ? "" : ";");
			buf_add(out, m->name, m->n);
			if (pieces)
				buf_addf(out, "*%zu", piece++);
			buf_addf(out, "*=%s", i == 0 ? charset : "");
			start = out->len;
		}
		if (mhead_plain(c))
			buf_add(out, &c, 1);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

/* Can the name stand in front of "*=" (RFC 2231, 7)? */
static bool
mhead_good_name(const struct mhead_param *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!ascii_graphic(m->name[i]) ||
		    strchr("()<>@,;:\\\"/[]?=*'%", m->name[i]) != NULL)
			return false;
	return m->n > 0;
}

/* Copy a parameter; a value that has the form of RFC 2231 is completed. */
static void
mhead_copy(struct buf *out, const struct mhead_param *m)
{
	const bool extended = m->n > 1 && m->name[m->n - 1] == '*' &&
	    ascii_only(m->name, m->n);
	const char *p;

	for (p = m->start; p < m->end; p++)
		if (extended && (unsigned char)*p >= 0x80)
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)*p);
		else
			buf_add(out, p, 1);
}

/* Append a name as an encoded word in quotes. */
static void
mhead_name(struct buf *out, const struct buf *value)
{
	buf_adds(out, "\r\n name=\"");
	phrase_encode(out, value->p, value->len);
	buf_adds(out, "\"");
}

/* Is there the same parameter in the form of RFC 2231? */
static bool
mhead_superseded(const struct field *fld, const struct mhead_param *m)
{
	struct mhead_param other = { .value.max = VALUE_MAX };
	const char *end = fld->value + fld->value_len, *p;
	bool found = false;
	int i = 0;

	for (p = mhead_semicolon(fld->value, end); p < end && !found &&
	    i < PARAMS; p = other.end, i++) {
		mhead_read(&other, p + 1, end);
		found = other.n > m->n && other.name[m->n] == '*' &&
		    strncasecmp(other.name, m->name, m->n) == 0;
	}
	buf_release(&other.value);
	return found;
}

/* The file name beyond ASCII that a type without a name is to get. */
static bool
mhead_wants_name(struct mhead_param *m, const struct field *type,
    const char *p, size_t n)
{
	struct field fld;

	return !mhead_find(m, type, "name") && !mhead_find(m, type, "name*") &&
	    header_find(p, n, "Content-Disposition", &fld) &&
	    mhead_find(m, &fld, "filename") && m->value.len > 0 &&
	    !ascii_only(m->value.p, m->value.len) &&
	    !mhead_superseded(&fld, m);
}

static void
mhead_write_params(struct buf *out, const struct field *fld, bool type)
{
	struct mhead_param m = { .value.max = VALUE_MAX };
	const char *end = fld->value + fld->value_len, *p;

	p = mhead_semicolon(fld->value, end);
	buf_add(out, fld->line, (size_t)(p - fld->line));
	for (; p < end; p = m.end) {
		mhead_read(&m, p + 1, end);
		if (m.value.full || m.value.len == 0 ||
		    ascii_only(m.start, (size_t)(m.end - m.start))) {
			buf_add(out, p, (size_t)(m.end - p));
			continue;
		}
		if (mhead_superseded(fld, &m))
			continue;
		buf_adds(out, ";");
		if (!mhead_good_name(&m))
			mhead_copy(out, &m);
		else if (type && ascii_is(m.name, m.n, "name"))
			mhead_name(out, &m.value);
		else
			mhead_extended(out, &m);
	}
	buf_release(&m.value);
}

/* Another parameter follows. */
static void
mhead_next(struct buf *out)
{
	while (out->len > 0 && strchr("; \t\r\n", out->p[out->len - 1]) !=
	    NULL)
		out->len--;
	buf_adds(out, ";");
}

static void
mhead_write_type(struct buf *out, const struct field *fld, const char *p,
    size_t n)
{
	struct mhead_param m = { .value.max = VALUE_MAX };
	const bool name = mhead_wants_name(&m, fld, p, n);

	if (!name && ascii_only(fld->value, fld->value_len)) {
		buf_add(out, fld->line, fld->len);
	} else {
		mhead_write_params(out, fld, true);
		if (name) {
			mhead_next(out);
			mhead_name(out, &m.value);
		}
		buf_adds(out, "\r\n");
	}
	buf_release(&m.value);
}

static void
mhead_write_coding(struct buf *out, const struct field *fld)
{
	const enum mime_coding c = mime_coding(fld->value, fld->value_len);
	const char *p = fld->value, *end = p + fld->value_len;

	mhead_trim(&p, &end);
	if (p == end || c == MIME_UNKNOWN ||
	    ascii_is(p, (size_t)(end - p), mime_coding_name(c)) ||
	    memchr(p, '(', (size_t)(end - p)) != NULL) {
		buf_add(out, fld->line, fld->len);
		return;
	}
	buf_add(out, fld->line, (size_t)(fld->value - fld->line));
	buf_addf(out, " %s\r\n", mime_coding_name(c));
}

bool
mimehead_knows(const struct field *fld)
{
	return header_is(fld, "Content-Type") ||
	    header_is(fld, "Content-Disposition") ||
	    header_is(fld, "Content-Transfer-Encoding");
}

void
mimehead_field(struct buf *out, const struct field *fld, const char *p,
    size_t n)
{
	if (header_is(fld, "Content-Type"))
		mhead_write_type(out, fld, p, n);
	else if (header_is(fld, "Content-Transfer-Encoding"))
		mhead_write_coding(out, fld);
	else if (ascii_only(fld->value, fld->value_len))
		buf_add(out, fld->line, fld->len);
	else {
		mhead_write_params(out, fld, false);
		buf_adds(out, "\r\n");
	}
}

void
mimehead_part(struct buf *out, const char *p, size_t n)
{
	static const struct repair nothing = { .domain = NULL };
	struct mime_counting counting = { 0 };
	struct field fld;
	size_t at = 0;

	while (header_next(p, n, &at, &fld)) {
		if ((header_known(&fld)->traits & HEADER_LAST) &&
		    !mime_counts(&counting, p, n, &fld))
			continue;
		if (mimehead_knows(&fld))
			mimehead_field(out, &fld, p, n);
		else if (!ascii_only(fld.line, fld.len))
			repair_field(out, &fld, &nothing);
		else
			buf_add(out, fld.line, fld.len);
	}
	buf_add(out, p + at, n - at);
}

void
mimehead_set_charset(struct buf *out, const struct field *fld,
    const char *charset)
{
	struct mhead_param m = { .value.max = VALUE_MAX };
	const char *end = fld->value + fld->value_len, *p;

	p = mhead_semicolon(fld->value, end);
	buf_add(out, fld->line, (size_t)(p - fld->line));
	for (; p < end; p = m.end) {
		mhead_read(&m, p + 1, end);
		if (!ascii_is(m.name, m.n, "charset"))
			buf_add(out, p, (size_t)(m.end - p));
	}
	buf_release(&m.value);
	if (header_empty(fld))
		buf_addf(out, " text/plain; charset=%s\r\n", charset);
	else {
		mhead_next(out);
		buf_addf(out, "\r\n charset=%s\r\n", charset);
	}
}

void
mimehead_set_coding(struct buf *out, const char *p, size_t n,
    enum mime_coding c)
{
	static const char name[] = "Content-Transfer-Encoding";
	struct field fld;
	bool done = false;
	size_t at = 0;

	while (header_next(p, n, &at, &fld)) {
		if (!header_is(&fld, name))
			buf_add(out, fld.line, fld.len);
		else if (!done)
			buf_addf(out, "%s: %s\r\n", name,
			    mime_coding_name(c));
		done |= header_is(&fld, name);
	}
	if (!done)
		buf_addf(out, "%s: %s\r\n", name, mime_coding_name(c));
	buf_add(out, p + at, n - at);
}
