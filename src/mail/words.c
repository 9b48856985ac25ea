/* words.c - write the words of a field so that it is ASCII */

#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/fold.h"
#include "mail/phrase.h"
#include "mail/words.h"

#define TEXT_MAX	(4U << 20)

/* Append a space unless white space is there already. */
static void
words_space(struct buf *b)
{
	if (b->len > 0 && !ascii_space(b->p[b->len - 1]))
		buf_adds(b, " ");
}

/*
 * Tokens of addresses and structured fields
 */

/* The length from the opening octet to the closing one; brackets nest. */
static size_t
words_enclosed(const char *p, size_t n, char close)
{
	size_t i, depth = 1;

	for (i = 1; i < n; i++) {
		if (p[i] == '\\')
			i++;
		else if (p[i] == close && --depth == 0)
			return i + 1;
		else if (p[i] == *p)
			depth++;
	}
	return n;
}

/* Does a backslash begin p[0..n), and a character that it escapes follow? */
static bool
words_escapes(const char *p, size_t n)
{
	return *p == '\\' && n > 1 && p[1] != '\r' && p[1] != '\n';
}

size_t
words_token(const char *p, size_t n)
{
	size_t i;

	if (*p == '"' || *p == '(' || *p == '[')
		return words_enclosed(p, n, *p == '(' ? ')' : *p == '[' ? ']' :
		    '"');
	if ((i = phrase_encoded(p, n)) > 0 || (i = phrase_loose(p, n)) > 0)
		return i;
	while (i < n && !ascii_space(p[i]) && strchr("\"([,;:<>", p[i]) == NULL)
		i += words_escapes(p + i, n - i) ? 2 : 1;
	return i > 0 ? i : 1;
}

/* Needs the word quotes?  Not if it is encoded; a dot is tolerated. */
static bool
words_special(const char *p, size_t n)
{
	size_t i;

	if (phrase_encoded(p, n) == n)
		return phrase_misread(p, n);
	for (i = 0; i < n; i++)
		if (strchr("()<>[]:;@\\,\"", p[i]) != NULL)
			return true;
	return false;
}

static bool
words_encoded_next(const char *p, size_t n)
{
	while (n > 0 && ascii_space(*p)) {
		p++;
		n--;
	}
	return phrase_encoded(p, n) > 0 || phrase_loose(p, n) > 0;
}

bool
words_unfit(const char *p, size_t n, bool *parts)
{
	bool bad = false;
	size_t i, k;

	*parts = false;
	for (i = 0; i < n; i += k) {
		k = 1;
		if (ascii_space(p[i]))
			continue;
		k = words_token(p + i, n - i);
		*parts |= p[i] == '(' || words_encoded_next(p + i, n - i);
		bad |= !ascii_only(p + i, k) || (p[i] != '(' && p[i] != '"' &&
		    words_special(p + i, k));
	}
	return bad;
}

/* The text of p[0..n) on one line, without the backslashes of quoting. */
static void
words_add_bare(struct buf *b, const char *p, size_t n, bool quoting)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' || p[i] == '\n')
			continue;
		if (quoting && words_escapes(p + i, n - i))
			i++;
		buf_add(b, p + i, 1);
	}
}

/* Does the line have room for n octets, or for a first word of them? */
static bool
words_fits(const struct buf *out, size_t n)
{
	const size_t at = fold_column(out), k = 14 + 2 * n;

	return at <= 20 || at + (k < 60 ? k : 60) <= WORDS_COLUMNS;
}

void
words_break(struct buf *out, size_t n)
{
	if (words_fits(out, n))
		words_space(out);
	else
		buf_adds(out, "\r\n ");
}

/* Append the encoded word p[0..n) mended; false if it is none. */
static bool
words_mend(struct buf *out, const char *p, size_t n)
{
	if (phrase_loose(p, n) != n)
		return phrase_mend(out, p, n);
	phrase_mend_loose(out, p, n);
	return true;
}

/* Has the comment encoded words in it? */
static bool
words_mixed(const char *p, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (phrase_encoded(p + i, n - i) > 0 ||
		    phrase_loose(p + i, n - 1 - i) > 0)
			return true;
	return false;
}

/* Encode a comment, but neither its brackets nor encoded words. */
static void
words_write_mixed(struct buf *out, const char *p, size_t n)
{
	size_t k;

	words_space(out);
	for (; n > 0; p += k, n -= k) {
		for (k = 0; k < n && p[k] != '(' && p[k] != ')';)
			k += words_escapes(p + k, n - k) ? 2 : 1;
		if (k > 0)
			words_write_text(out, p, k, true);
		else
			buf_add(out, p, k = 1);
	}
}

/*
 * Write a token quoted or encoded.  White space between encoded words is
 * lost, so it is encoded; elsewhere they need white space around them.
 */
static void
words_write_token(struct buf *out, const char *p, size_t n, bool before, bool
    after)
{
	const bool comment = *p == '(';
	struct buf bare = { .max = TEXT_MAX };
	size_t k = comment || *p == '"';

	if (comment && words_mixed(p, n)) {
		words_write_mixed(out, p, n);
		return;
	}
	if (words_mend(&bare, p, n)) {
		words_break(out, bare.len / 2);
		buf_add(out, bare.p, bare.len);
		goto out;
	}
	if (before)
		buf_adds(&bare, " ");
	words_add_bare(&bare, p + k, n - 2 * k, true);
	if (after)
		buf_adds(&bare, " ");
	words_break(out, bare.len);
	if (comment)
		buf_adds(out, "(");
	if (!ascii_only(bare.p, bare.len))
		phrase_encode(out, bare.p, bare.len);
	else
		phrase_quote(out, bare.p, bare.len);
	if (comment)
		buf_adds(out, ")");
out:
	buf_release(&bare);
}

void
words_write(struct buf *out, const char *p, size_t n, bool phrase)
{
	bool encoded = false, changed = false, word, foreign;
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = 1;
		if (ascii_space(*p)) {
			buf_add(out, p, 1);
			continue;
		}
		k = words_token(p, n);
		if (changed)
			words_space(out);
		word = *p != '"' && *p != '(';
		foreign = !ascii_only(p, k) ||
		    (phrase && phrase_misread(p, k));
		changed = foreign || (phrase && word && words_special(p, k));
		if (changed)
			words_write_token(out, p, k,
			    encoded && foreign && *p != '(',
			    foreign && *p != '(' &&
				words_encoded_next(p + k, n - k));
		else
			buf_add(out, p, k);
		encoded = *p != '(' && (changed ? foreign :
		    phrase_encoded(p, k) == k);
	}
	if (phrase && changed)
		words_space(out);
}

/*
 * Texts
 */

/* The length of the word in a text; an encoded one may have blanks. */
static size_t
words_word(const char *p, size_t n)
{
	size_t k = phrase_loose(p, n);

	while (k < n && !ascii_space(p[k]))
		k++;
	return k;
}

static bool
words_mendable(const char *p, size_t n)
{
	struct buf word = { .max = TEXT_MAX };
	bool good = words_mend(&word, p, n);

	buf_release(&word);
	return good;
}

/* The end of the adjacent words from i on that are not ASCII. */
static size_t
words_foreign(const char *p, size_t i, size_t n)
{
	const size_t start = i;
	size_t end = i, k;

	while (i < n) {
		k = i + words_word(p + i, n - i);
		if (ascii_only(p + i, k - i) || (i > start &&
		    words_mendable(p + i, k - i)))
			break;
		end = k;
		for (i = k; i < n && ascii_space(p[i]); i++)
			;
	}
	return end;
}

/* Encode the words p[0..n), with white space before and after. */
static void
words_write_foreign(struct buf *out, const char *p, size_t n, bool before,
    bool after, bool quoting)
{
	struct buf bare = { .max = TEXT_MAX };

	if (before)
		buf_adds(&bare, " ");
	words_add_bare(&bare, p, n, quoting);
	if (after)
		buf_adds(&bare, " ");
	if (strchr("()", out->p[out->len - 1]) == NULL)
		words_space(out);
	phrase_encode(out, bare.p, bare.len);
	buf_release(&bare);
}

/*
 * Is the word at p[*i) an encoded word with raw octets in it?  Then write it,
 * and the white space from start on.
 */
static bool
words_mend_word(struct buf *out, const char *p, size_t start, size_t *i,
    size_t n)
{
	struct buf word = { .max = TEXT_MAX };
	const size_t k = *i + words_word(p + *i, n - *i);
	bool good;

	good = !ascii_only(p + *i, k - *i) &&
	    words_mend(&word, p + *i, k - *i);
	if (good) {
		if (start < *i && p[start] != '\r' && phrase_loose(p + *i,
		    k - *i) > 0 && !words_fits(out, k - start))
			buf_adds(out, "\r\n");
		buf_add(out, p + start, *i - start);
		words_space(out);
		buf_add(out, word.p, word.len);
		*i = k;
	}
	buf_release(&word);
	return good;
}

void
words_write_text(struct buf *out, const char *p, size_t n, bool quoting)
{
	bool encoded = false;
	size_t i = 0, k, start;

	while (i < n) {
		for (start = i; i < n && ascii_space(p[i]); i++)
			;
		if (i < n && words_mend_word(out, p, start, &i, n)) {
			encoded = true;
			continue;
		}
		k = words_foreign(p, i, n);
		if (k > i && start < i && p[start] != '\r' &&
		    !words_fits(out, k - start))
			buf_adds(out, "\r\n");
		buf_add(out, p + start, i - start);
		if (k > i) {
			words_write_foreign(out, p + i, k - i, encoded,
			    words_encoded_next(p + k, n - k), quoting);
			encoded = true;
		} else {
			for (k = i; k < n && !ascii_space(p[k]); k++)
				;
			buf_add(out, p + i, k - i);
			encoded = k > i && phrase_encoded(p + i, k - i) ==
			    k - i;
		}
		i = k;
	}
}
