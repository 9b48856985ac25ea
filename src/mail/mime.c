/* mime.c - the MIME fields that describe a body */

#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/header.h"
#include "mail/mime.h"

struct cursor {
	const char	*p;
	const char	*end;
	bool		 open;	/* a comment or quote is unterminated */
};

struct slice {
	const char	*p;
	size_t		 n;
};

/* White space, folding and comments. */
static void
mime_skip(struct cursor *c)
{
	size_t depth = 0;

	for (; c->p < c->end; c->p++) {
		if (*c->p == '(')
			depth++;
		else if (depth > 0 && *c->p == ')')
			depth--;
		else if (depth > 0 && *c->p == '\\' && c->p + 1 < c->end)
			c->p++;
		else if (depth == 0 && !ascii_space(*c->p))
			break;
	}
	c->open |= depth > 0;
}

static struct slice
mime_token(struct cursor *c)
{
	struct slice s;

	mime_skip(c);
	s.p = c->p;
	while (c->p < c->end && *c->p != ' ' &&
	    !ascii_control(*c->p) && strchr("()<>@,;:\\\"/[]?=", *c->p) == NULL)
		c->p++;
	s.n = (size_t)(c->p - s.p);
	mime_skip(c);
	return s;
}

static bool
mime_take(struct cursor *c, char wanted)
{
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

static bool
mime_is(struct slice s, const char *word)
{
	return ascii_is(s.p, s.n, word);
}

/* Copy a token or quoted string to out[0..size); its length, or 0. */
static size_t
mime_value(struct cursor *c, char *out, size_t size)
{
	struct slice s;
	size_t n = 0;

	mime_skip(c);
	if (!mime_take(c, '"')) {
		/* Many boundaries hold octets that no token may. */
		s.p = c->p;
		while (c->p < c->end && strchr("; \t\r\n(", *c->p) == NULL)
			c->p++;
		s.n = (size_t)(c->p - s.p);
		if (s.n >= size)
			return 0;
		memcpy(out, s.p, s.n);
		return s.n;
	}
	for (; c->p < c->end && *c->p != '"'; c->p++) {
		if (*c->p == '\r' || *c->p == '\n')
			continue;
		if (*c->p == '\\' && c->p + 1 < c->end)
			c->p++;
		if (n + 1 >= size)
			return 0;
		out[n++] = *c->p;
	}
	if (mime_take(c, '"'))
		return n;
	c->open = true;
	return 0;
}

static void
mime_charset(struct mime_type *t, const char *p, size_t n)
{
	static const char wide[] = "utf-16 utf-16le utf-16be utf-32 utf-32le "
	    "utf-32be unicode ucs-2 iso-10646-ucs-2 iso-10646-ucs-4";

	t->charset = true;
	t->ascii = ascii_listed("us-ascii ascii ansi_x3.4-1968", p, n);
	t->wide = ascii_listed(wide, p, n);
}

static void
mime_parameters(struct mime_type *t, struct cursor *c)
{
	char text[MIME_BOUNDARY + 1];
	struct slice name;
	size_t n;

	while (mime_skip(c), mime_take(c, ';')) {
		name = mime_token(c);
		if (!mime_take(c, '='))
			continue;
		n = mime_value(c, text, sizeof(text));
		if (mime_is(name, "charset"))
			mime_charset(t, text, n);
		else if (mime_is(name, "boundary") && t->boundary_len == 0) {
			while (n > 0 && text[n - 1] == ' ')
				n--;
			memcpy(t->boundary, text, n);
			t->boundary_len = n;
		}
	}
}

void
mime_content_type(struct mime_type *t, const char *p, size_t n)
{
	struct cursor c = { .p = p, .end = p + n };
	struct slice type, sub = { p, 0 };

	*t = (struct mime_type){ .kind = MIME_OTHER };
	type = mime_token(&c);
	if (mime_take(&c, '/'))
		sub = mime_token(&c);
	mime_parameters(t, &c);
	t->charset |= c.open || c.p < c.end;
	t->valid = type.n > 0 && sub.n > 0 && !c.open && c.p == c.end;
	if (type.n == 0 || sub.n == 0) {
		t->kind = MIME_TEXT;
		t->plain = true;
	} else if (mime_is(type, "text")) {
		t->kind = MIME_TEXT;
		t->plain = mime_is(sub, "plain");
	} else if (mime_is(type, "message"))
		t->kind = mime_is(sub, "rfc822") ? MIME_MESSAGE : MIME_OPAQUE;
	else if (mime_is(type, "multipart"))
		t->kind = t->boundary_len == 0 ? MIME_OPAQUE :
		    mime_is(sub, "signed") || mime_is(sub, "encrypted") ?
		    MIME_SIGNED : mime_is(sub, "digest") ? MIME_DIGEST :
		    MIME_MULTIPART;
}

static const char *const codings[] = { [MIME_7BIT] = "7bit",
    [MIME_8BIT] = "8bit", [MIME_BINARY] = "binary", [MIME_UNKNOWN] = "",
    [MIME_QP] = "quoted-printable", [MIME_BASE64] = "base64" };

const char *
mime_coding_name(enum mime_coding c)
{
	return codings[c];
}

/* Words for an encoding, without all but letters and digits. */
static const struct {
	const char		*words;
	enum mime_coding	 coding;
} meanings[] = {
	{ "7bit 7bits 7 plain text textplain ascii usascii none", MIME_7BIT },
	{ "8bit 8bits 8 utf8 iso88591 iso885915 latin1 windows1252",
	    MIME_8BIT },
	{ "binary", MIME_BINARY },
	{ "quotedprintable quotedprintible qp quoted", MIME_QP },
	{ "base64 base b64", MIME_BASE64 },
};

static enum mime_coding
mime_meaning(const char *p, size_t n)
{
	char word[32];
	size_t i, k = 0;

	for (i = 0; i < n && k < sizeof(word); i++)
		if (ascii_alnum(p[i]))
			word[k++] = p[i];
	for (i = 0; i < NITEMS(meanings); i++)
		if (ascii_listed(meanings[i].words, word, k))
			return meanings[i].coding;
	return MIME_UNKNOWN;
}

enum mime_coding
mime_coding(const char *p, size_t n)
{
	struct cursor c = { .p = p, .end = p + n };
	struct slice word = mime_token(&c);
	enum mime_coding coding;

	if (word.n == 0 && c.p == c.end)
		return MIME_7BIT;
	coding = mime_meaning(word.p, (size_t)(c.end - word.p));
	return coding != MIME_UNKNOWN ? coding :
	    mime_meaning(word.p, word.n);
}

/* Can the value of such a field be read? */
static bool
mime_reads(const struct field *fld)
{
	struct mime_type t;

	if (header_empty(fld))
		return false;
	if (header_is(fld, "Content-Transfer-Encoding"))
		return mime_coding(fld->value, fld->value_len) !=
		    MIME_UNKNOWN;
	if (!header_is(fld, "Content-Type"))
		return memchr(fld->value, '1', fld->value_len) != NULL;
	mime_content_type(&t, fld->value, fld->value_len);
	return t.valid;
}

bool
mime_find(const char *p, size_t n, const char *name, struct field *best)
{
	bool any = false, good;
	struct field fld;
	size_t at = 0;

	while (header_next(p, n, &at, &fld)) {
		if (!header_is(&fld, name))
			continue;
		good = mime_reads(&fld);
		if (!any || good)
			*best = fld;
		any = true;
	}
	return any;
}

bool
mime_counts(struct mime_counting *c, const char *p, size_t n,
    const struct field *fld)
{
	const struct header_known *known = header_known(fld);
	const char **line = &c->line[known->id];
	struct field best;

	if (*line == NULL && mime_find(p, n, known->name, &best))
		*line = best.line;
	return *line == fld->line;
}

void
mime_describe(const char *p, size_t n, struct mime_type *t,
    enum mime_coding *c)
{
	struct field fld;
	bool has;

	has = mime_find(p, n, "Content-Type", &fld);
	mime_content_type(t, has ? fld.value : "", has ? fld.value_len : 0);
	has = mime_find(p, n, "Content-Transfer-Encoding", &fld);
	*c = mime_coding(has ? fld.value : "", has ? fld.value_len : 0);
}

bool
mime_labelled(const char *p, size_t n, bool part)
{
	enum mime_coding c;
	struct mime_type t;
	struct field fld;

	mime_describe(p, n, &t, &c);
	if (t.kind != MIME_TEXT && t.kind != MIME_OTHER)
		return true;
	return (t.kind != MIME_TEXT || (t.charset && !t.ascii) || !t.plain) &&
	    c != MIME_7BIT && (part || (header_find(p, n, "Content-Type",
	    &fld) && header_find(p, n, "MIME-Version", &fld)));
}
