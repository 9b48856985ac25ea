/*
 * meaning.h - what a well-formed message means, as text
 *
 * The text has a line for each field, then the parts with their octets as
 * they are when decoded.  How octets travel is left out: encodings, line
 * ends of text, boundaries, fields that are not sent.
 */

#ifndef FUZZ_MEANING_H
#define FUZZ_MEANING_H

#include "mail/date.h"
#include "mail/header.h"

#include "fields.h"

#define LINE		998	/* octets without the line end */
#define CODED		76	/* likewise, in an encoded body */
#define STAYS		16	/* nested entities; deeper ones stay */

enum kind {
	F_TEXT, F_WORDS, F_NAMED, F_LIST, F_FROM, F_BOX, F_STAYS, F_DATE,
	F_ID, F_GONE, F_VERSION, F_TYPE, F_DISPOSITION, F_CODING, F_DKIM
};

/* A name that ends in "*" is that of all fields that begin so. */
static const struct {
	const char	*name;
	enum kind	 kind;
	bool		 once;
} mean_fields[] = {
	{ "from", F_FROM, true },
	{ "date", F_DATE, true },
	{ "message-id", F_ID, true },
	{ "sender", F_BOX, true },
	{ "to", F_LIST, true },
	{ "cc", F_LIST, true },
	{ "reply-to", F_LIST, true },
	{ "subject", F_TEXT, true },
	{ "in-reply-to", F_STAYS, true },
	{ "references", F_STAYS, true },
	{ "mime-version", F_VERSION, true },
	{ "content-type", F_TYPE, true },
	{ "content-disposition", F_DISPOSITION, true },
	{ "content-transfer-encoding", F_CODING, true },
	{ "dkim-signature", F_DKIM, false },
	{ "bcc", F_GONE, false },
	{ "return-path", F_GONE, false },
	{ "content-length", F_GONE, false },
	{ "content-description", F_TEXT, false },
	{ "content-*", F_STAYS, false },
	{ "received*", F_WORDS, false },
	{ "list-id", F_NAMED, false },
	{ "list-*", F_STAYS, false },
	{ "arc-*", F_STAYS, false },
	{ "auto-submitted", F_WORDS, false },
	{ "authentication-results", F_WORDS, false },
	{ "*", F_TEXT, false },
};

#define NEEDED	0x7u		/* the first three: From, Date, Message-ID */
#define SENDER	0x8u
#define RESENT	7		/* of the first ones there is a Resent- one */

struct entity {
	uint32_t	 seen;		/* bits of mean_fields */
	uint32_t	 resent;	/* likewise, with "Resent-" */
	unsigned	 authors;
	struct paramlist	 type;
	struct paramlist	 disposition;
	char		 coding[32];
	bool		 message;	/* with a header of its own */
	bool		 digest;	/* it is a part of one */
};

static bool
mean_has(const struct entity *e, enum kind kind)
{
	size_t i = 0;

	while (mean_fields[i].kind != kind)
		i++;
	return e->seen >> i & 1;
}

/* The next line, without its end; false at the end of the text. */
static bool
mean_line(struct place *c, struct place *line)
{
	const char *nl;

	if (c->p == c->end)
		return false;
	nl = memchr(c->p, '\n', (size_t)(c->end - c->p));
	*line = (struct place){ c->p, nl != NULL ? nl : c->end };
	c->p = nl != NULL ? nl + 1 : c->end;
	if (line->end > line->p && nl != NULL && nl[-1] == '\r')
		line->end--;
	return true;
}

static size_t
mean_length(struct place c)
{
	return (size_t)(c.end - c.p);
}

/*
 * The header
 */

/* The field of that name in the table; "Resent-" does not matter. */
static size_t
mean_find(const char *name)
{
	size_t i = 0, k;

	if (strncmp(name, "resent-", 7) == 0)
		name += 7;
	for (;; i++) {
		k = strlen(mean_fields[i].name) - 1;
		if (mean_fields[i].name[k] == '*' ?
		    strncmp(name, mean_fields[i].name, k) == 0 :
		    strcmp(name, mean_fields[i].name) == 0)
			return i;
	}
}

static void
mean_value(struct meaning *m, struct entity *e, enum kind kind,
    struct place c)
{
	const unsigned had = m->addresses, groups = m->groups;
	struct paramlist *t = kind == F_TYPE ? &e->type : &e->disposition;

	switch (kind) {
	case F_TEXT:
		mean_words(m, &m->text, c, "");
		break;
	case F_WORDS:
		mean_structured(m, &m->text, c);
		break;
	case F_NAMED:
		(void)mean_phrase(m, &m->text, &m->text, &c);
		if (!mean_at(&c, "<") || c.end[-1] != '>' ||
		    mean_span((struct place){ c.p + 1, c.end },
		    "<>\"(),:;@[\\]") != c.end - 1)
			mean_bad(m, "a list's name");
		buf_add(&m->text, c.p, mean_length(c));
		m->foreign |= !ascii_only(c.p, mean_length(c));
		break;
	case F_LIST:
	case F_FROM:
	case F_BOX:
		mean_list(m, &c, false);
		if (kind == F_FROM)
			e->authors = m->addresses - had;
		if (kind != F_LIST && m->groups > groups)
			mean_bad(m, "a group of senders");
		if (kind == F_BOX && m->addresses - had > 1)
			mean_bad(m, "several senders");
		break;
	case F_DATE:
		if (!date_valid(c.p, mean_length(c)))
			mean_bad(m, "a date");
		mean_structured(m, &m->text, c);
		break;
	case F_ID:
		if (!header_message_id(c.p, mean_length(c)))
			mean_bad(m, "a Message-ID");
		/* FALLTHROUGH */
	case F_STAYS:
	case F_DKIM:
		if (kind == F_DKIM && m->nested == 0)
			m->is_signed = m->fixed = m->foreign = true;
		m->foreign |= !ascii_only(c.p, mean_length(c));
		buf_add(&m->text, c.p, mean_length(c));
		break;
	case F_TYPE:
	case F_DISPOSITION:
		mean_params(m, t, c, kind == F_TYPE);
		break;
	case F_CODING:
		mean_name(m, e->coding, sizeof(e->coding), &c);
		if (c.p < c.end)
			mean_bad(m, "an encoding");
		break;
	case F_VERSION:
		if (mean_length(c) != 3 || memcmp(c.p, "1.0", 3) != 0)
			mean_bad(m, "a version");
		break;
	case F_GONE:
		break;
	}
}

/* A field on one line. */
static void
mean_field(struct meaning *m, struct entity *e, const struct buf *line)
{
	struct place c = { buf_text(line), buf_text(line) + line->len };
	const size_t n = (size_t)(mean_span(c, ":") - c.p);
	const size_t start = m->text.len;
	char name[80];
	size_t i;

	if (line->len == 0)
		return;
	if (n == 0 || n >= sizeof(name) || n == line->len || c.p[n] != ':') {
		mean_bad(m, "a field's name");
		return;
	}
	c.p += n + 1;
	for (i = 0; i < n; i++)
		name[i] = ascii_lower(line->p[i]);
	name[n] = '\0';
	i = mean_find(name);
	if (strncmp(name, "resent-", 7) == 0) {
		e->resent |= 1U << i;
		if (i >= RESENT && strcmp(name, "resent-bcc") != 0)
			mean_bad(m, "a Resent- field");
	} else {
		if (mean_fields[i].once && (e->seen >> i & 1))
			mean_bad(m, "a field that is there twice");
		e->seen |= 1U << i;
	}
	if (mean_fields[i].kind < F_GONE)
		buf_addf(&m->text, "%s: ", name);
	mean_value(m, e, mean_fields[i].kind, mean_trim(c));
	if (mean_fields[i].kind <= F_NAMED)
		mean_squeeze(&m->text, start);
	if (mean_fields[i].kind < F_GONE)
		buf_adds(&m->text, "\n");
}

/* Read the header; c is then at the body. */
static void
mean_header(struct meaning *m, struct entity *e, struct place *c)
{
	struct buf field = { .max = MEANING_MAX };
	struct place line;
	size_t i;

	while (m->bad == NULL && mean_line(c, &line) && line.p < line.end) {
		if (!utf8_valid(line.p, mean_length(line)) ||
		    mean_length(line) > LINE)
			mean_bad(m, "a line of the header");
		for (i = 0; i < mean_length(line); i++)
			if (ascii_control(line.p[i]) && line.p[i] != '\t')
				mean_bad(m, "a control in the header");
		if (!mean_at(&line, " \t")) {
			mean_field(m, e, &field);
			buf_clear(&field);
		} else if (field.len == 0 ||
		    mean_length(mean_trim(line)) == 0)
			mean_bad(m, "a folded line");
		buf_add(&field, line.p, mean_length(line));
	}
	mean_field(m, e, &field);
	buf_release(&field);
}

/* Write parameters in the order of their names, but for those of the form. */
static void
mean_write_params(struct meaning *m, struct paramlist *t,
    struct paramlist *name)
{
	struct buf value = { .max = MEANING_MAX };
	const char *last = "", *next;
	struct param *a;

	for (;; last = next) {
		next = NULL;
		for (a = t->v; a < t->v + t->n; a++)
			if (strcmp(a->name, last) > 0 &&
			    (next == NULL || strcmp(a->name, next) < 0))
				next = a->name;
		if (next == NULL)
			break;
		if (strcmp(next, "boundary") == 0 ||
		    strcmp(next, "charset") == 0 ||
		    (name != NULL && strcmp(next, "name") == 0))
			continue;
		if (!mean_param(m, t, next, &value))
			mean_bad(m, "pieces of a parameter");
		buf_addf(&m->text, "; %s=%s", next, buf_text(&value));
	}
	/* A type gets the file name beyond ASCII as its name. */
	if (name != NULL && (mean_param(m, t, "name", &value) ||
	    (mean_param(m, name, "filename", &value) &&
	    !ascii_only(value.p, value.len)))) {
		buf_adds(&m->text, "; name=");
		if (ascii_only(buf_text(&value), value.len))
			mean_words(m, &m->text, (struct place){ buf_text(
			    &value), buf_text(&value) + value.len }, "");
		else
			buf_add(&m->text, value.p, value.len);
	}
	buf_release(&value);
}

/*
 * Bodies
 */

static void
mean_lines(struct meaning *m, struct buf *out, struct place c)
{
	struct place line;

	while (mean_line(&c, &line)) {
		if (memchr(line.p, '\r', mean_length(line)) != NULL ||
		    memchr(line.p, '\0', mean_length(line)) != NULL)
			mean_bad(m, "CR or NUL in a text");
		buf_add(out, line.p, mean_length(line));
		buf_adds(out, c.p[-1] == '\n' ? "\r\n" : "");
	}
}

static void
mean_qp(struct meaning *m, struct buf *out, struct place c)
{
	struct place line;
	bool soft = false;
	const char *p;

	while (mean_line(&c, &line)) {
		for (p = line.p; p < line.end; p++)
			if (!ascii_graphic(*p) && !ascii_blank(*p))
				mean_bad(m, "octets in quoted-printable");
		soft = line.end > line.p && line.end[-1] == '=';
		if (mean_length(line) > CODED || (line.end > line.p &&
		    ascii_blank(line.end[-1])))
			mean_bad(m, "a line in quoted-printable");
		line.end -= soft;
		mean_hex(m, out, line, '=', false);
		buf_adds(out, soft || c.p[-1] != '\n' ? "" : "\r\n");
	}
	if (soft)
		mean_bad(m, "a soft line end at the end");
}

static void
mean_base64(struct meaning *m, struct buf *out, struct place c)
{
	struct buf text = { .max = MEANING_MAX };
	struct place line;

	while (mean_line(&c, &line)) {
		if (mean_length(line) > CODED ||
		    mean_span(line, "") != line.end)
			mean_bad(m, "a line in base64");
		buf_add(&text, line.p, mean_length(line));
	}
	if (!base64_decode(out, buf_text(&text), text.len))
		mean_bad(m, "base64");
	buf_release(&text);
}

static bool
mean_wide(const char *charset)
{
	return strncasecmp(charset, "utf-16", 6) == 0 ||
	    strncasecmp(charset, "utf-32", 6) == 0 ||
	    ascii_listed("unicode ucs-2 iso-10646-ucs-2 iso-10646-ucs-4",
	    charset, strlen(charset));
}

/* Is there a NUL, or a CR that belongs to no line end? */
static bool
mean_no_text(struct place c)
{
	for (; c.p < c.end; c.p++)
		if (*c.p == '\0' || (*c.p == '\r' && (c.end - c.p < 2 ||
		    strchr("\r\n", c.p[1]) == NULL || c.p[1] == '\0')))
			return true;
	return false;
}

/* Before the LF that begins a delimiter, a CR ends the last line of a text. */
static struct place
mean_without_end(const struct meaning *m, struct place c)
{
	while (m->depth > 0 && !m->crlf && c.end > c.p && c.end[-1] == '\r')
		c.end--;
	return c;
}

static void
mean_leaf(struct meaning *m, const struct entity *e, const char *charset,
    struct place c)
{
	const bool text = strncmp(e->type.type, "text/", 5) == 0;
	const bool message = strncmp(e->type.type, "message/", 8) == 0;
	const bool wide = text && mean_wide(charset);
	const bool coded = strcmp(e->coding, "binary") == 0 && !message;
	const struct place body = coded && text && !wide ?
	    mean_without_end(m, c) : c;
	const bool binary = coded &&
	    ((!m->fixed && (wide || !text)) || mean_no_text(body));
	struct buf octets = { .max = MEANING_MAX }, raw = octets;
	bool high = !ascii_only(c.p, mean_length(c));

	if (!binary)
		c = body;
	buf_add(&raw, c.p, mean_length(c));
	/* The end of the message is the end of a line. */
	if (m->depth == 0 && raw.len > 0 && raw.p[raw.len - 1] != '\n' &&
	    !binary)
		buf_adds(&raw, "\r\n");
	c = (struct place){ buf_text(&raw), buf_text(&raw) + raw.len };
	if (strcmp(e->coding, "base64") == 0)
		mean_base64(m, &octets, c);
	else if (strcmp(e->coding, "quoted-printable") == 0)
		mean_qp(m, &octets, c);
	else if (binary)
		buf_add(&octets, c.p, mean_length(c));
	else if (wide || (high && text && (*charset == '\0' ||
	    ascii_listed("us-ascii ascii ansi_x3.4-1968", charset,
	    strlen(charset)))))
		mean_bad(m, "octets that do not fit the charset");
	else
		mean_lines(m, &octets, c);
	if (binary && m->depth > STAYS)
		mean_bad(m, "octets that are no text, too deep");
	m->foreign |= message && high;
	buf_addf(&m->text, "%zu octets:\n", octets.len);
	buf_add(&m->text, buf_text(&octets), octets.len);
	buf_adds(&m->text, "\n");
	buf_release(&raw);
	buf_release(&octets);
}

static void mean_entity(struct meaning *, struct entity *, struct place);

/* What stands around the parts means nothing; octets over 127 may go. */
static void
mean_margin(struct meaning *m, struct place c)
{
	struct place line;
	const char *p;

	while (c.end > c.p && ascii_space(c.end[-1]))
		c.end--;
	buf_adds(&m->text, "around:");
	while (mean_line(&c, &line)) {
		buf_adds(&m->text, " ");
		for (p = line.p; p < line.end; p++)
			buf_add(&m->text, *p & 0x80 ? "?" : p, 1);
		if (memchr(line.p, '\r', mean_length(line)) != NULL ||
		    memchr(line.p, '\0', mean_length(line)) != NULL)
			mean_bad(m, "CR or NUL in a text");
	}
	buf_adds(&m->text, "\n");
}

/* Is the line the delimiter? */
static bool
mean_delimits(struct place line, const char *boundary, bool *closing)
{
	const size_t n = strlen(boundary);

	if (mean_length(line) < n + 2 || memcmp(line.p, "--", 2) != 0 ||
	    memcmp(line.p + 2, boundary, n) != 0)
		return false;
	line.p += 2 + n;
	*closing = mean_length(line) >= 2 && memcmp(line.p, "--", 2) == 0;
	line.p += *closing ? 2 : 0;
	return mean_length(mean_trim(line)) == 0;
}

static void
mean_parts(struct meaning *m, const char *boundary, bool digest,
    struct place c)
{
	const char *start = c.p;
	const size_t eol = m->crlf ? 2 : 1;
	bool first = true, closing = false;
	struct place line, part;
	struct entity e;

	while (m->bad == NULL && !closing && mean_line(&c, &line)) {
		if (!mean_delimits(line, boundary, &closing))
			continue;
		part = (struct place){ start, line.p - eol };
		if (first)
			mean_margin(m, (struct place){ start, line.p });
		else if (part.end < part.p || (m->crlf && *part.end != '\r'))
			mean_bad(m, "a part without an end");
		else {
			e = (struct entity){ .digest = digest };
			mean_entity(m, &e, part);
		}
		first = false;
		start = c.p;
	}
	if (first || !closing)
		mean_bad(m, "a multipart without an end");
	mean_margin(m, c);
}

/* Enter a multipart, unless what is in it cannot be told apart. */
static void
mean_multipart(struct meaning *m, struct entity *e, struct place c)
{
	struct buf boundary = { .max = MEANING_MAX };
	unsigned i;

	if (!mean_param(m, &e->type, "boundary", &boundary) ||
	    boundary.len == 0 || boundary.len > 70 ||
	    boundary.p[boundary.len - 1] == ' ' ||
	    !ascii_only(boundary.p, boundary.len) || m->depth == DEPTH)
		mean_bad(m, "a boundary");
	for (i = 0; i < m->depth; i++)
		if (strcmp(m->boundary[i], buf_text(&boundary)) == 0)
			mean_bad(m, "a boundary that is there twice");
	if (m->bad == NULL) {
		m->boundary[m->depth++] = buf_text(&boundary);
		m->fixed |= m->depth > STAYS;
		mean_parts(m, boundary.p, strcmp(e->type.type,
		    "multipart/digest") == 0, c);
		m->depth--;
	}
	buf_release(&boundary);
}

/* Defaults, and what must not be. */
static void
mean_check(struct meaning *m, struct entity *e, bool compound,
    struct place c)
{
	const bool mime = mean_has(e, F_TYPE) || mean_has(e, F_CODING);

	if (e->message && mime && !mean_has(e, F_VERSION))
		mean_bad(m, "no MIME-Version");
	if (m->nested == 0 && ((e->seen & NEEDED) != NEEDED ||
	    (e->resent != 0 && (e->resent & NEEDED) != NEEDED)))
		mean_bad(m, "no From, Date or Message-ID");
	if (e->authors > 1 && !(e->seen & SENDER))
		mean_bad(m, "no Sender");
	if (e->coding[0] == '\0')
		(void)strlcpy(e->coding, "7bit", sizeof(e->coding));
	if (!ascii_listed(compound ? "7bit 8bit binary" :
	    "7bit 8bit binary quoted-printable base64", e->coding,
	    strlen(e->coding)))
		mean_bad(m, "the encoding");
	m->binary |= strcmp(e->coding, "binary") == 0;
	if (strcmp(e->coding, "7bit") == 0 &&
	    !ascii_only(c.p, mean_length(c)))
		mean_bad(m, "octets over 127 in 7bit");
}

/* Set e->digest if it is a part of a digest. */
static void
mean_entity(struct meaning *m, struct entity *e, struct place c)
{
	struct buf charset = { .max = MEANING_MAX };
	struct entity inner = { .message = true };
	const bool fixed = m->fixed;
	char *type = e->type.type;
	bool multi;

	mean_header(m, e, &c);
	if (m->nested == 0)
		m->header_foreign = m->foreign;
	if (!mean_has(e, F_TYPE))
		(void)strlcpy(type, e->digest ? "message/rfc822" :
		    "text/plain", sizeof(e->type.type));
	if (!mean_param(m, &e->type, "charset", &charset) &&
	    strcmp(type, "text/plain") == 0)
		buf_adds(&charset, "us-ascii");
	multi = strncmp(type, "multipart/", 10) == 0;
	mean_check(m, e, multi || strcmp(type, "message/rfc822") == 0, c);
	buf_addf(&m->text, "%s, %s", type, buf_text(&charset));
	mean_write_params(m, &e->type, &e->disposition);
	buf_addf(&m->text, "\n%s", e->disposition.type);
	mean_write_params(m, &e->disposition, NULL);
	buf_adds(&m->text, "\n");
	if (strcmp(type, "multipart/signed") == 0 ||
	    strcmp(type, "multipart/encrypted") == 0)
		m->is_signed = m->fixed = m->foreign = true;
	m->foreign |= ++m->nested > STAYS;
	if (m->nested > 2 * DEPTH)
		mean_bad(m, "too deep");
	if (m->bad != NULL)
		;
	else if (multi)
		mean_multipart(m, e, c);
	else if (strcmp(type, "message/rfc822") == 0)
		mean_entity(m, &inner, c);
	else
		mean_leaf(m, e, buf_text(&charset), c);
	m->nested--;
	m->fixed = fixed;
	mean_params_release(&e->type);
	mean_params_release(&e->disposition);
	buf_release(&charset);
}

/* Read a message; m->bad is set if it is not well-formed. */
static void
meaning_of(struct meaning *m, const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);
	struct entity e = { .message = true };

	*m = (struct meaning){ .text.max = 4 * MEANING_MAX,
	    .crlf = nl != NULL && nl > p && nl[-1] == '\r' };
	mean_entity(m, &e, (struct place){ p, p + n });
}

#endif
