/*
 * phrase.c - words in a header: atoms, quoted strings, encoded words
 *
 * Encoded words are in Q encoding.  They leave only those octets unencoded
 * that RFC 2047, 5 allows in each context.
 */

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/phrase.h"

#define PLAIN_MAX	200	/* longer names are encoded, to be folded */
#define WORD_MAX	60	/* octets of an encoded word */

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
