/*
 * phrase.c - words in a header: atoms, quoted strings, encoded words
 *
 * Encoded words are in Q encoding.  They leave only those octets unencoded
 * that RFC 2047, 5 allows in each context.
 */

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/util.h"
#include "mail/phrase.h"

#define PLAIN_MAX	200	/* longer names are encoded, to be folded */
#define WORD_MAX	60	/* octets of an encoded word */
#define WORD_LONGEST	75	/* likewise, by RFC 2047, 2 */
#define LOOSE_CHARSET	40
#define LOOSE_TEXT	60	/* if it cannot become several words */

bool
phrase_atext(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return true;	/* the frequent case */
	return (unsigned char)c > 0x20 && c != 0x7f &&
	    strchr("()<>[]:;@\\,.\"", c) == NULL;
}

size_t
phrase_encoded(const char *p, size_t n)
{
	size_t i, marks = 0;

	if (n < 8 || p[0] != '=' || p[1] != '?')
		return 0;
	for (i = 2; i < n && i < 256; i++) {
		if (p[i] == ' ' || ascii_control(p[i]))
			return 0;
		if (p[i] != '?' || ++marks < 3)
			continue;
		return i + 1 < n && p[i + 1] == '=' ? i + 2 : 0;
	}
	return 0;
}

/* The parts of an encoded word: =?charset?Q?text?=. */
struct phrase_word {
	const char	*charset;
	size_t		 charset_len;	/* without a language (RFC 2231, 5) */
	char		 coding;	/* 'q' or 'b' */
	const char	*text;
	size_t		 n;
};

static bool
phrase_split(struct phrase_word *w, const char *p, size_t n)
{
	const char *end, *star;

	if (phrase_encoded(p, n) != n)
		return false;
	w->charset = p + 2;
	end = memchr(w->charset, '?', n - 2);
	star = memchr(w->charset, '*', (size_t)(end - w->charset));
	w->charset_len = (size_t)((star != NULL ? star : end) - w->charset);
	w->coding = ascii_lower(end[1]);
	w->text = end + 3;
	w->n = (size_t)(p + n - 2 - w->text);
	return end[2] == '?' && (w->coding == 'q' || w->coding == 'b');
}

/* The text of Q encoding; malformed escapes stay. */
static void
phrase_decode_q(struct buf *out, const char *p, size_t n)
{
	size_t i;
	char c;

	for (i = 0; i < n; i++) {
		c = p[i] == '_' ? ' ' : p[i];
		if (c == '=' && i + 2 < n && ascii_hex(p[i + 1]) != -1 &&
		    ascii_hex(p[i + 2]) != -1) {
			c = (char)(ascii_hex(p[i + 1]) << 4 |
			    ascii_hex(p[i + 2]));
			i += 2;
		}
		buf_add(out, &c, 1);
	}
}

bool
phrase_decode(struct buf *out, const char *p, size_t n)
{
	static const char *const charsets[] = { "utf-8", "us-ascii",
	    "iso-8859-1" };
	struct phrase_word w;
	size_t i = 0;

	if (!phrase_split(&w, p, n))
		return false;
	while (i < NITEMS(charsets) &&
	    !ascii_is(w.charset, w.charset_len, charsets[i]))
		i++;
	if (i == NITEMS(charsets))
		return false;
	if (w.coding == 'b')
		return base64_decode(out, w.text, w.n);
	phrase_decode_q(out, w.text, w.n);
	return true;
}

/* May this octet stand in an encoded word of a phrase?  A dot is tolerated. */
static bool
phrase_fits(char c)
{
	return (unsigned char)c < 0x80 && (c == '.' || phrase_atext(c));
}

bool
phrase_misread(const char *p, size_t n)
{
	struct phrase_word w;
	const bool can = phrase_split(&w, p, n) && w.coding == 'q';
	size_t i, longer = 0;

	for (i = 0; i < n; i++)
		longer += phrase_fits(p[i]) ? 0 : 2;
	return phrase_encoded(p, n) == n && longer > 0 &&
	    (!can || n + longer <= WORD_LONGEST);
}

bool
phrase_mend(struct buf *out, const char *p, size_t n)
{
	const size_t start = out->len;
	struct phrase_word w;
	bool ascii;
	size_t i;

	if (!phrase_split(&w, p, n) || w.coding != 'q' ||
	    !ascii_only(p, (size_t)(w.text - p)))
		return false;
	ascii = ascii_is(w.charset, w.charset_len, "us-ascii") &&
	    !ascii_only(w.text, w.n);
	if ((ascii || ascii_is(w.charset, w.charset_len, "utf-8")) &&
	    !utf8_valid(w.text, w.n))
		return false;
	if (ascii)
		buf_adds(out, "=?UTF-8?Q?");
	else
		buf_add(out, p, (size_t)(w.text - p));
	for (i = 0; i < w.n; i++)
		if (phrase_fits(w.text[i]))
			buf_add(out, &w.text[i], 1);
		else
			buf_addf(out, "=%02X", (unsigned char)w.text[i]);
	buf_adds(out, "?=");
	if (phrase_encoded(out->p + start, out->len - start) > 0)
		return true;
	out->len = start;
	return false;
}

/* The length of "=?charset?Q?" at the start, or 0. */
static size_t
phrase_opening(const char *p, size_t n)
{
	size_t i = 2;

	if (n < 8 || p[0] != '=' || p[1] != '?')
		return 0;
	while (i < n && i < LOOSE_CHARSET && ascii_graphic(p[i]) &&
	    p[i] != '?' && p[i] != '=')
		i++;
	return i > 2 && n - i > 3 && p[i] == '?' && p[i + 2] == '?' &&
	    ascii_lower(p[i + 1]) == 'q' ? i + 3 : 0;
}

/* Is the charset of the word UTF-8, or US-ASCII that must become it? */
static bool
phrase_is_utf8(const char *p, size_t opening)
{
	const char *charset = p + 2;
	const char *star = memchr(charset, '*', opening - 5);
	size_t n = star != NULL ? (size_t)(star - charset) : opening - 5;

	return ascii_is(charset, n, "utf-8") ||
	    ascii_is(charset, n, "us-ascii");
}

/* The text in Q encoding that is valid anywhere; folding is dropped. */
static void
phrase_add_loose(struct buf *b, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\r' || p[i] == '\n')
			;
		else if (ascii_blank(p[i]))
			buf_adds(b, "_");
		else if (ascii_alnum(p[i]) || p[i] == '_' || (p[i] == '=' &&
		    i + 2 < n && ascii_hex(p[i + 1]) != -1 &&
		    ascii_hex(p[i + 2]) != -1))
			buf_add(b, p + i, 1);
		else
			buf_addf(b, "=%02X", (unsigned)(unsigned char)p[i]);
}

/* Append the text of it; false if that is not UTF-8. */
static bool
phrase_read_loose(struct buf *text, const char *p, size_t start, size_t n)
{
	struct buf q = { .max = SIZE_MAX / 4 };

	phrase_add_loose(&q, p + start, n - 2 - start);
	phrase_decode_q(text, buf_text(&q), q.len);
	buf_release(&q);
	return phrase_is_utf8(p, start) &&
	    utf8_valid(buf_text(text), text->len);
}

/* Can it become several words? */
static bool
phrase_splits(const char *p, size_t start, size_t n)
{
	struct buf text = { .max = SIZE_MAX / 4 };
	bool does = phrase_read_loose(&text, p, start, n);

	buf_release(&text);
	return does;
}

size_t
phrase_loose(const char *p, size_t n)
{
	const size_t start = phrase_opening(p, n);
	bool blank = false, high = false;
	size_t i;

	if (start == 0)
		return 0;
	for (i = start; i + 1 < n && (p[i] != '?' || p[i + 1] != '='); i++) {
		if ((p[i] == '=' && p[i + 1] == '?') ||
		    (ascii_control(p[i]) && !ascii_space(p[i])))
			return 0;
		blank |= ascii_blank(p[i]);
		high |= (unsigned char)p[i] >= 0x80;
	}
	if (!blank || !high || i + 1 >= n ||
	    (i + 2 < n && !ascii_space(p[i + 2])))
		return 0;
	if (phrase_is_utf8(p, start) && !utf8_valid(p + start, i - start))
		return 0;
	return i - start <= LOOSE_TEXT || phrase_splits(p, start, i + 2) ?
	    i + 2 : 0;
}

void
phrase_mend_loose(struct buf *b, const char *p, size_t n)
{
	const size_t start = phrase_opening(p, n);
	struct buf text = { .max = SIZE_MAX / 4 };

	if (phrase_read_loose(&text, p, start, n))
		phrase_encode(b, text.p, text.len);
	else {
		buf_add(b, p, start);
		phrase_add_loose(b, p + start, n - 2 - start);
		buf_adds(b, "?=");
	}
	buf_release(&text);
}

void
phrase_quote(struct buf *b, const char *p, size_t n)
{
	size_t i;

	buf_adds(b, "\"");
	for (i = 0; i < n; i++) {
		if (p[i] == '"' || p[i] == '\\')
			buf_adds(b, "\\");
		buf_add(b, ascii_control(p[i]) ? " " : &p[i], 1);
	}
	buf_adds(b, "\"");
}

/* Are these atoms with one space between, which need no quotes? */
static bool
phrase_atoms(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!phrase_atext(p[i]) && (p[i] != ' ' || i == 0 ||
		    p[i - 1] == ' ' || i == n - 1))
			return false;
	return n > 0;
}

/* Append one character in the Q encoding of phrases (RFC 2047, 5 (3)). */
static void
phrase_add_q(struct buf *b, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char c = ascii_control(p[i]) ? ' ' : p[i];

		if (c == ' ')
			buf_adds(b, "_");
		else if (ascii_alnum(c) || c == '-' || c == '!')
			buf_add(b, &c, 1);
		else
			buf_addf(b, "=%02X", (unsigned)(unsigned char)c);
	}
}

void
phrase_encode(struct buf *b, const char *p, size_t n)
{
	const bool utf8 = utf8_valid(p, n);
	const char *open = utf8 ? "=?UTF-8?Q?" : "=?ISO-8859-1?Q?";
	size_t k, start = b->len;
	uint32_t c;

	if (n == 0)
		return;
	buf_adds(b, open);
	for (; n > 0; p += k, n -= k) {
		k = utf8 ? utf8_next((const unsigned char *)p, n, &c) : 1;
		if (b->len - start + 3 * k + 2 > WORD_MAX) {
			buf_adds(b, "?=\r\n ");
			start = b->len;
			buf_adds(b, open);
		}
		phrase_add_q(b, p, k);
	}
	buf_adds(b, "?=");
}

void
phrase_add(struct buf *b, const char *name, size_t n)
{
	if (!ascii_only(name, n) || n > PLAIN_MAX)
		phrase_encode(b, name, n);
	else if (phrase_atoms(name, n))
		buf_add(b, name, n);
	else
		phrase_quote(b, name, n);
}
