/* mime.c - the MIME fields that describe a body */

#include <string.h>

#include "base/ascii.h"
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
			t->charset = true;
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
	if (type.n == 0 || sub.n == 0) {
		t->kind = MIME_TEXT;
		t->plain = true;
	} else if (mime_is(type, "text")) {
		t->kind = MIME_TEXT;
		t->plain = mime_is(sub, "plain");
	} else if (mime_is(type, "message"))
		t->kind = MIME_OPAQUE;
	else if (mime_is(type, "multipart"))
		t->kind = t->boundary_len == 0 || mime_is(sub, "signed") ||
		    mime_is(sub, "encrypted") ? MIME_OPAQUE :
		    mime_is(sub, "digest") ? MIME_DIGEST : MIME_MULTIPART;
}

enum mime_coding
mime_coding(const char *p, size_t n)
{
	struct cursor c = { .p = p, .end = p + n };
	struct slice word = mime_token(&c);

	if (word.n == 0 || mime_is(word, "7bit"))
		return MIME_7BIT;
	return mime_is(word, "8bit") || mime_is(word, "binary") ? MIME_8BIT :
	    MIME_CODED;
}

bool
mime_labelled(const char *p, size_t n)
{
	struct field fld;
	struct mime_type t;

	if (!header_find(p, n, "Content-Type", &fld))
		return false;
	mime_content_type(&t, fld.value, fld.value_len);
	if (t.kind != MIME_TEXT && t.kind != MIME_OTHER)
		return true;
	return (t.charset || !t.plain) &&
	    header_find(p, n, "Content-Transfer-Encoding", &fld) &&
	    mime_coding(fld.value, fld.value_len) != MIME_7BIT &&
	    header_find(p, n, "MIME-Version", &fld);
}
