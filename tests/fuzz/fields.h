/*
 * fields.h - what the fields of a well-formed header mean, as text
 *
 * Another reader than that of the program, and a strict one: what it cannot
 * read by the letter of RFC 5322, 2045, 2047, 2231 and 6532 is "bad".
 * Values are unfolded: they have no line ends.
 */

#ifndef FUZZ_FIELDS_H
#define FUZZ_FIELDS_H

#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/crypt.h"
#include "base/util.h"

#include "fuzz.h"

#define MEANING_MAX	(1U << 24)
#define PARAMS		16
#define DEPTH		24

struct meaning {
	struct buf	 text;
	const char	*bad;		/* why it is not well-formed, or NULL */
	bool		 foreign;	/* what has to stay is beyond ASCII */
	bool		 header_foreign; /* likewise, in the first header */
	bool		 is_signed;	/* a part is */
	bool		 fixed;		/* here only lines may change */
	bool		 binary;	/* a part has that encoding */
	bool		 crlf;		/* the line ends */
	unsigned	 addresses;	/* so far */
	unsigned	 groups;
	const char	*boundary[DEPTH]; /* of the open multiparts */
	unsigned	 depth;
	unsigned	 nested;	/* entities around this one */
};

/* A place in a text, and its end. */
struct place {
	const char	*p;
	const char	*end;
};

static void
mean_bad(struct meaning *m, const char *why)
{
	if (m->bad == NULL)
		m->bad = why;
}

static bool
mean_at(const struct place *c, const char *any)
{
	return c->p < c->end && *c->p != '\0' && strchr(any, *c->p) != NULL;
}

/* Characters in UTF-8; those of a charset that is not known stay octets. */
static void
mean_chars(struct buf *out, const char *charset, size_t n, const char *p,
    size_t k)
{
	char two[2];

	if (!ascii_is(charset, n, "iso-8859-1")) {
		if (!ascii_is(charset, n, "utf-8") &&
		    !ascii_is(charset, n, "us-ascii"))
			buf_addf(out, "{%.*s}", (int)n, charset);
		buf_add(out, p, k);
		return;
	}
	for (; k > 0; p++, k--) {
		two[0] = (char)(0xc0 | (unsigned char)*p >> 6);
		two[1] = (char)(0x80 | ((unsigned char)*p & 0x3f));
		buf_add(out, *p & 0x80 ? two : p, *p & 0x80 ? 2 : 1);
	}
}

/* Octets as mark and two digits each; '_' is a space if it means that. */
static void
mean_hex(struct meaning *m, struct buf *out, struct place t, char mark,
    bool space)
{
	for (; t.p < t.end; t.p++) {
		char c = *t.p == '_' && space ? ' ' : *t.p;

		if (c == mark) {
			if (t.end - t.p < 3 || ascii_hex(t.p[1]) == -1 ||
			    ascii_hex(t.p[2]) == -1) {
				mean_bad(m, "hexadecimal digits");
				return;
			}
			c = (char)(ascii_hex(t.p[1]) << 4 |
			    ascii_hex(t.p[2]));
			t.p += 2;
		}
		buf_add(out, &c, 1);
	}
}

/* The end of octets that are graphic, but none of these. */
static const char *
mean_span(struct place t, const char *but)
{
	while (t.p < t.end && ascii_graphic(*t.p) &&
	    strchr(but, *t.p) == NULL)
		t.p++;
	return t.p;
}

/* Append the encoded word at c->p, and pass it; false if there is none. */
static bool
mean_encoded(struct meaning *m, struct buf *out, struct place *c)
{
	struct buf octets = { .max = MEANING_MAX };
	struct place w = *c;
	const char *charset, *star, *coding;
	size_t n;

	if (c->end - c->p < 2 || memcmp(c->p, "=?", 2) != 0)
		return false;
	charset = w.p += 2;
	w.p = mean_span(w, "()<>@,;:\"/[]?.=");
	star = memchr(charset, '*', (size_t)(w.p - charset));
	n = (size_t)((star != NULL ? star : w.p) - charset);
	coding = w.p + 1;
	if (n == 0 || w.end - w.p < 3 || *w.p != '?' || w.p[2] != '?' ||
	    strchr("QqBb", *coding) == NULL)
		goto bad;
	w.p += 3;
	w.end = mean_span(w, "?");
	if (c->end - w.end < 2 || memcmp(w.end, "?=", 2) != 0 ||
	    w.end + 2 - c->p > 75)
		goto bad;
	if (strchr("Qq", *coding) != NULL)
		mean_hex(m, &octets, w, '=', true);
	else if (!base64_decode(&octets, w.p, (size_t)(w.end - w.p)))
		goto bad;
	mean_chars(out, charset, n, buf_text(&octets), octets.len);
	c->p = w.end + 2;
	buf_release(&octets);
	return true;
bad:
	mean_bad(m, "an encoded word");
	buf_release(&octets);
	return false;
}

static void
mean_spaces(struct buf *out, size_t n)
{
	for (; n > 0; n--)
		buf_adds(out, " ");
}

/* Text with encoded words; any of the marks ends a word, too. */
static void
mean_words(struct meaning *m, struct buf *out, struct place c,
    const char *marks)
{
	const char *start, *gap;
	bool encoded = false;

	while (c.p < c.end && m->bad == NULL) {
		for (gap = c.p; mean_at(&c, " \t"); c.p++)
			;
		start = c.p;
		if (!encoded || (start < c.end && memcmp(start, "=?",
		    c.end - start < 2 ? 1 : 2) != 0))
			mean_spaces(out, (size_t)(start - gap));
		encoded = mean_encoded(m, out, &c);
		if (encoded && c.p < c.end && !mean_at(&c, " \t") &&
		    !mean_at(&c, marks))
			mean_bad(m, "an encoded word within another word");
		if (encoded || c.p == c.end)
			continue;
		if (mean_at(&c, marks))
			c.p++;
		else
			while (c.p < c.end && !mean_at(&c, " \t") &&
			    !mean_at(&c, marks))
				c.p++;
		if (memmem(start, (size_t)(c.p - start), "=?", 2) != NULL)
			mean_bad(m, "an encoded word within another word");
		buf_add(out, start, (size_t)(c.p - start));
	}
}

/*
 * A run of white space is as good as one space, and none is needed at the
 * ends.
 */
static void
mean_squeeze(struct buf *out, size_t start)
{
	size_t i, to = start;

	for (i = start; i < out->len; i++)
		if (!ascii_blank(out->p[i]))
			out->p[to++] = out->p[i];
		else if (to > start && out->p[to - 1] != ' ')
			out->p[to++] = ' ';
	while (to > start && out->p[to - 1] == ' ')
		to--;
	if (to < out->len)
		out->p[out->len = to] = '\0';
}

static struct place
mean_trim(struct place c)
{
	while (mean_at(&c, " \t"))
		c.p++;
	while (c.p < c.end && ascii_blank(c.end[-1]))
		c.end--;
	return c;
}

/*
 * Comments and addresses
 */

static void
mean_comment(struct meaning *m, struct buf *out, struct place *c)
{
	struct buf text = { .max = MEANING_MAX };
	const size_t start = out->len;
	size_t depth = 0;

	do {
		depth += *c->p == '(';
		depth -= *c->p == ')';
		if (*c->p == '\\' && c->p + 1 < c->end)
			c->p++;
		buf_add(&text, c->p++, 1);
	} while (c->p < c->end && depth > 0);
	if (depth > 0)
		mean_bad(m, "an open comment");
	mean_words(m, out, (struct place){ text.p, text.p + text.len }, "()");
	mean_squeeze(out, start);
	buf_release(&text);
}

/* White space and comments. */
static void
mean_skip(struct meaning *m, struct buf *out, struct place *c)
{
	while (m->bad == NULL && mean_at(c, " \t("))
		if (*c->p == '(')
			mean_comment(m, out, c);
		else
			c->p++;
}

/* Words in ASCII, and comments. */
static void
mean_structured(struct meaning *m, struct buf *out, struct place c)
{
	while (m->bad == NULL && c.p < c.end)
		if (*c.p == '(') {
			buf_adds(out, " ");
			mean_comment(m, out, &c);
			buf_adds(out, " ");
		} else {
			if (*c.p & 0x80)
				mean_bad(m, "not a comment");
			buf_add(out, c.p++, 1);
		}
}

static void
mean_quoted(struct meaning *m, struct buf *out, struct place *c)
{
	for (c->p++; c->p < c->end && *c->p != '"'; c->p++) {
		if (*c->p == '\\' && c->p + 1 < c->end)
			c->p++;
		buf_add(out, *c->p == '\t' ? " " : c->p, 1);
	}
	if (c->p == c->end)
		mean_bad(m, "an open quoted string");
	else
		c->p++;
}

static void
mean_atom(struct meaning *m, struct buf *out, struct place *c)
{
	const char *start = c->p;

	while (c->p < c->end && (unsigned char)*c->p > ' ' &&
	    strchr("()<>[]:;@\\,\"", *c->p) == NULL)
		c->p++;
	if (start == c->p || memmem(start, (size_t)(c->p - start), "=?", 2))
		mean_bad(m, "an atom");
	buf_add(out, start, (size_t)(c->p - start));
}

/* Atoms with single dots between them. */
static void
mean_dots(struct meaning *m, struct buf *out, struct place *c)
{
	const size_t start = out->len;

	mean_atom(m, out, c);
	if (m->bad == NULL && (out->p[start] == '.' ||
	    out->p[out->len - 1] == '.' ||
	    memmem(out->p + start, out->len - start, "..", 2) != NULL))
		mean_bad(m, "a dot");
}

static void
mean_domain(struct meaning *m, struct buf *out, struct place *c)
{
	struct buf text = { .max = MEANING_MAX };
	char *ascii;
	size_t i;

	if (mean_at(c, "[")) {
		while (c->p < c->end && ascii_graphic(*c->p) && *c->p != ']')
			buf_add(&text, c->p++, 1);
		if (mean_at(c, "]"))
			buf_add(&text, c->p++, 1);
		else
			mean_bad(m, "an address literal");
	} else
		mean_dots(m, &text, c);
	if (m->bad == NULL && !ascii_only(text.p, text.len)) {
		if ((ascii = crypt_idna(text.p)) == NULL)
			mean_bad(m, "a domain");
		buf_clear(&text);
		buf_adds(&text, ascii != NULL ? ascii : "");
		free(ascii);
	}
	for (i = 0; i < text.len; i++)
		text.p[i] = ascii_lower(text.p[i]);
	buf_add(out, buf_text(&text), text.len);
	buf_release(&text);
}

/* The words of a name or a local part; returns how many, 2 for more. */
static unsigned
mean_phrase(struct meaning *m, struct buf *out, struct buf *comments,
    struct place *c)
{
	struct buf word = { .max = MEANING_MAX };
	const size_t start = out->len;
	bool encoded = false, before;
	size_t had;
	unsigned n = 0;
	const char *gap;

	for (;; buf_clear(&word)) {
		gap = c->p;
		had = comments->len;
		mean_skip(m, comments, c);
		if (m->bad != NULL || c->p == c->end || mean_at(c, "<@:,;"))
			break;
		if (n > 0 && gap == c->p)
			mean_bad(m, "words without a space");
		/* They are not adjacent with a comment between them. */
		before = encoded && comments->len == had;
		encoded = mean_encoded(m, &word, c);
		if (encoded && c->p < c->end && !mean_at(c, " \t"))
			mean_bad(m, "an encoded word without a space");
		else if (mean_at(c, "\"") && !encoded)
			mean_quoted(m, &word, c);
		else if (!encoded)
			mean_atom(m, &word, c);
		if (out->len > start && word.len > 0 && !(before && encoded))
			buf_adds(out, " ");
		buf_add(out, buf_text(&word), word.len);
		n = n < 2 ? n + 1 : 2;
	}
	buf_release(&word);
	return n;
}

/* The local part at c->p, and the domain, up to end or to what follows. */
static void
mean_spec(struct meaning *m, struct buf *out, struct buf *comments,
    struct place *c)
{
	const size_t start = out->len;

	mean_skip(m, comments, c);
	if (mean_at(c, "\""))
		mean_quoted(m, out, c);
	else
		mean_dots(m, out, c);
	m->foreign |= !ascii_only(buf_text(out) + start, out->len - start);
	/* RFC 5321, 4.5.3.1.1 */
	if (out->len - start > 64)
		mean_bad(m, "a long local part");
	mean_skip(m, comments, c);
	if (!mean_at(c, "@"))
		mean_bad(m, "an address without a domain");
	else {
		buf_add(out, c->p++, 1);
		mean_skip(m, comments, c);
		mean_domain(m, out, c);
	}
	mean_skip(m, comments, c);
}

/* The program takes these for a part of the name before. */
static bool
mean_title(const char *name)
{
	static const char titles[] = " inc inc. ltd ltd. llc llp gmbh corp. "
	    "jr. sr. iii phd ph.d. esq. ";
	char word[16];

	(void)snprintf(word, sizeof(word), " %.*s ",
	    (int)strcspn(name, " ,;"), name);
	return strcasestr(titles, word) != NULL;
}

static void mean_list(struct meaning *, struct place *, bool);

/* A mailbox or a group. */
static void
mean_address(struct meaning *m, struct place *c, bool in_group, bool *bare)
{
	struct buf name = { .max = MEANING_MAX }, spec = name, comments = name;
	const char *start;
	size_t had;

	m->addresses++;
	mean_skip(m, &comments, c);
	start = c->p;
	had = comments.len;
	(void)mean_phrase(m, &name, &comments, c);
	mean_squeeze(&name, 0);
	if (mean_at(c, "@")) {
		/* It is a local part. */
		c->p = start;
		comments.len = had;
		buf_clear(&name);
		mean_spec(m, &spec, &comments, c);
		*bare = true;
	} else if (mean_at(c, "<")) {
		if (*bare && mean_title(buf_text(&name)))
			mean_bad(m, "a title");
		*bare = false;
		c->p++;
		mean_spec(m, &spec, &comments, c);
		if (!mean_at(c, ">"))
			mean_bad(m, "an open bracket");
		c->p++;
		if (m->bad == NULL)
			mean_skip(m, &comments, c);
	} else if (mean_at(c, ":") && !in_group && start < c->p &&
	    !ascii_is(buf_text(&name), name.len, "mailto")) {
		c->p++;
		m->groups++;
		buf_addf(&m->text, "[%s:", buf_text(&name));
		mean_list(m, c, true);
		if (!mean_at(c, ";"))
			mean_bad(m, "an open group");
		c->p++;
		if (m->bad == NULL)
			mean_skip(m, &comments, c);
		buf_addf(&m->text, "]%s,", buf_text(&comments));
		goto out;
	} else
		mean_bad(m, "neither address nor group");
	buf_addf(&m->text, "%s<%s>%s,", buf_text(&name), buf_text(&spec),
	    buf_text(&comments));
out:
	buf_release(&name);
	buf_release(&spec);
	buf_release(&comments);
}

static void
mean_list(struct meaning *m, struct place *c, bool in_group)
{
	bool bare = false;

	if (in_group)
		mean_skip(m, &m->text, c);
	if (in_group && mean_at(c, ";"))
		return;
	do {
		mean_address(m, c, in_group, &bare);
	} while (m->bad == NULL && mean_at(c, ",") && c->p++ != NULL);
	if (!in_group && c->p < c->end)
		mean_bad(m, "an address list");
}

/*
 * Types and their parameters
 */

struct param {
	char		 name[32];	/* without "*" and number */
	int		 piece;		/* -1: the whole value */
	bool		 extended;	/* as RFC 2231 has it */
	struct buf	 value;
};

struct paramlist {
	char		 type[80];	/* or a disposition */
	struct param	 v[PARAMS];
	size_t		 n;
};

static void
mean_token(struct meaning *m, struct buf *out, struct place *c)
{
	const char *end = mean_span(*c, "()<>@,;:\\\"/[]?=");

	if (end == c->p)
		mean_bad(m, "a token");
	buf_add(out, c->p, (size_t)(end - c->p));
	c->p = end;
}

/* Copy the token at c->p in small letters. */
static void
mean_name(struct meaning *m, char *to, size_t size, struct place *c)
{
	struct buf b = { .max = MEANING_MAX };
	size_t i;

	mean_token(m, &b, c);
	for (i = 0; i < b.len; i++)
		b.p[i] = ascii_lower(b.p[i]);
	if (strlcpy(to, buf_text(&b), size) >= size)
		mean_bad(m, "a long name");
	buf_release(&b);
}

/* "name*0*" is the piece 0 of the extended parameter "name". */
static void
mean_split(struct meaning *m, struct param *a)
{
	char *star = strchr(a->name, '*');
	size_t k;

	a->piece = -1;
	if (star == NULL)
		return;
	*star++ = '\0';
	if ((k = strspn(star, "0123456789")) > 0 && k < 3) {
		a->piece = atoi(star);
		star += k;
		a->extended = *star == '*';
		star += a->extended;
	} else
		a->extended = true;
	if (*star != '\0' || a->name[0] == '\0')
		mean_bad(m, "a parameter's name");
}

static struct param *
mean_piece(struct paramlist *t, const char *name, int piece, bool extended)
{
	struct param *a;

	for (a = t->v; a < t->v + t->n; a++)
		if (strcmp(a->name, name) == 0 && a->piece == piece &&
		    a->extended == extended)
			return a;
	return NULL;
}

static void
mean_params(struct meaning *m, struct paramlist *t, struct place c, bool type)
{
	struct buf unused = { .max = MEANING_MAX };
	struct param *a;
	size_t k;

	mean_skip(m, &unused, &c);
	mean_name(m, t->type, sizeof(t->type), &c);
	if (type) {
		k = strlen(t->type);
		if (!mean_at(&c, "/"))
			mean_bad(m, "a type");
		else {
			t->type[k++] = *c.p++;
			mean_name(m, t->type + k, sizeof(t->type) - k, &c);
		}
	}
	while (mean_skip(m, &unused, &c), m->bad == NULL && c.p < c.end) {
		if (!mean_at(&c, ";") || t->n == PARAMS) {
			mean_bad(m, "parameters");
			break;
		}
		c.p++;
		a = &t->v[t->n++];
		a->value.max = MEANING_MAX;
		mean_skip(m, &unused, &c);
		mean_name(m, a->name, sizeof(a->name), &c);
		mean_split(m, a);
		t->n--;
		if (mean_piece(t, a->name, a->piece, a->extended) != NULL)
			mean_bad(m, "a parameter that is there twice");
		t->n++;
		if (!mean_at(&c, "="))
			mean_bad(m, "a parameter without a value");
		else if (c.p++, mean_at(&c, "\"") && !a->extended)
			mean_quoted(m, &a->value, &c);
		else
			mean_token(m, &a->value, &c);
		/* Such a name has no extended form (RFC 2231, 7). */
		m->foreign |= strpbrk(a->name, "'%") != NULL &&
		    !ascii_only(buf_text(&a->value), a->value.len);
	}
	/* The program takes these for octets of a file name. */
	if (!ascii_only(buf_text(&unused), unused.len))
		mean_bad(m, "a comment beyond ASCII beside parameters");
	buf_release(&unused);
}

static void
mean_params_release(struct paramlist *t)
{
	while (t->n > 0)
		buf_release(&t->v[--t->n].value);
}

/* The value in UTF-8: extended, in pieces, or plain; false without one. */
static bool
mean_param(struct meaning *m, struct paramlist *t, const char *name,
    struct buf *out)
{
	struct buf octets = { .max = MEANING_MAX };
	const char *charset = "utf-8", *mark = NULL;
	struct param *a, *first;
	struct place c;
	int i = 0;

	buf_clear(out);
	if ((first = mean_piece(t, name, -1, true)) == NULL &&
	    (first = mean_piece(t, name, 0, true)) == NULL &&
	    (first = mean_piece(t, name, 0, false)) == NULL &&
	    (first = mean_piece(t, name, -1, false)) == NULL)
		return false;
	for (a = first; a != NULL; i++) {
		c.p = buf_text(&a->value);
		c.end = c.p + a->value.len;
		if (a == first && a->extended) {
			charset = c.p;
			mark = memchr(c.p, '\'', a->value.len);
			c.p = mark == NULL ? NULL : memchr(mark + 1, '\'',
			    (size_t)(c.end - mark - 1));
			if (c.p == NULL) {
				mean_bad(m, "a parameter's charset");
				break;
			}
			c.p++;
		}
		if (a->extended)
			mean_hex(m, &octets, c, '%', false);
		else
			buf_add(&octets, c.p, (size_t)(c.end - c.p));
		if (a->piece == -1)
			break;
		if ((a = mean_piece(t, name, i + 1, true)) == NULL)
			a = mean_piece(t, name, i + 1, false);
	}
	mean_chars(out, charset, mark != NULL ? (size_t)(mark - charset) :
	    strlen(charset), buf_text(&octets), octets.len);
	buf_release(&octets);
	return true;
}

#endif
