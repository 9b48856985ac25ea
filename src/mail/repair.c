/* repair.c - repair the syntax of header fields */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/fold.h"
#include "mail/lenient.h"
#include "mail/phrase.h"
#include "mail/repair.h"

#define TEXT_MAX	(4U << 20)
#define COLUMNS		76	/* of a line with encoded words (RFC 2047, 2) */

/* Append a space unless white space is there already. */
static void
repair_space(struct buf *b)
{
	if (b->len > 0 && !ascii_space(b->p[b->len - 1]))
		buf_adds(b, " ");
}

/*
 * Writing addresses
 */

/* The length from the opening octet to the closing one; brackets nest. */
static size_t
repair_enclosed(const char *p, size_t n, char close)
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
repair_escapes(const char *p, size_t n)
{
	return *p == '\\' && n > 1 && p[1] != '\r' && p[1] != '\n';
}

/* The length of a word, a quoted string, a comment, [...], or ",;:<>". */
static size_t
repair_token(const char *p, size_t n)
{
	size_t i;

	if (*p == '"' || *p == '(' || *p == '[')
		return repair_enclosed(p, n, *p == '(' ? ')' : *p == '[' ? ']' :
		    '"');
	if ((i = phrase_encoded(p, n)) > 0 || (i = phrase_loose(p, n)) > 0)
		return i;
	while (i < n && !ascii_space(p[i]) && strchr("\"([,;:<>", p[i]) == NULL)
		i += repair_escapes(p + i, n - i) ? 2 : 1;
	return i > 0 ? i : 1;
}

/* Needs the word quotes?  Not if it is encoded; a dot is tolerated. */
static bool
repair_unfit(const char *p, size_t n)
{
	size_t i;

	if (phrase_encoded(p, n) == n)
		return false;
	for (i = 0; i < n; i++)
		if (strchr("()<>[]:;@\\,\"", p[i]) != NULL)
			return true;
	return false;
}

static bool
repair_encoded_next(const char *p, size_t n)
{
	while (n > 0 && ascii_space(*p)) {
		p++;
		n--;
	}
	return phrase_encoded(p, n) > 0 || phrase_loose(p, n) > 0;
}

/* The text of p[0..n) on one line, without the backslashes of quoting. */
static void
repair_add_bare(struct buf *b, const char *p, size_t n, bool quoting)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' || p[i] == '\n')
			continue;
		if (quoting && repair_escapes(p + i, n - i))
			i++;
		buf_add(b, p + i, 1);
	}
}

/* Does the line have room for n octets, or for a first word of them? */
static bool
repair_fits(const struct buf *out, size_t n)
{
	const size_t at = fold_column(out), k = 14 + 2 * n;

	return at <= 20 || at + (k < 60 ? k : 60) <= COLUMNS;
}

static void
repair_break(struct buf *out, size_t n)
{
	if (repair_fits(out, n))
		repair_space(out);
	else
		buf_adds(out, "\r\n ");
}

static void repair_write_text(struct buf *, const char *, size_t, bool);

/* Append the encoded word p[0..n) mended; false if it is none. */
static bool
repair_mend(struct buf *out, const char *p, size_t n)
{
	if (phrase_loose(p, n) != n)
		return phrase_mend(out, p, n);
	phrase_mend_loose(out, p, n);
	return true;
}

/* Has the comment encoded words in it? */
static bool
repair_mixed(const char *p, size_t n)
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
repair_write_mixed(struct buf *out, const char *p, size_t n)
{
	size_t k;

	repair_space(out);
	for (; n > 0; p += k, n -= k) {
		for (k = 0; k < n && p[k] != '(' && p[k] != ')';)
			k += repair_escapes(p + k, n - k) ? 2 : 1;
		if (k > 0)
			repair_write_text(out, p, k, true);
		else
			buf_add(out, p, k = 1);
	}
}

/*
 * Write a token quoted or encoded.  White space between encoded words is
 * lost, so it is encoded; elsewhere they need white space around them.
 */
static void
repair_write_token(struct buf *out, const char *p, size_t n, bool before, bool
    after)
{
	const bool comment = *p == '(';
	struct buf bare = { .max = TEXT_MAX };
	size_t k = comment || *p == '"';

	if (comment && repair_mixed(p, n)) {
		repair_write_mixed(out, p, n);
		return;
	}
	if (repair_mend(&bare, p, n)) {
		repair_break(out, bare.len / 2);
		buf_add(out, bare.p, bare.len);
		goto out;
	}
	if (before)
		buf_adds(&bare, " ");
	repair_add_bare(&bare, p + k, n - 2 * k, true);
	if (after)
		buf_adds(&bare, " ");
	repair_break(out, bare.len);
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

/* Write words of a name, or the text between mailboxes, by tokens. */
static void
repair_write_words(struct buf *out, const char *p, size_t n, bool phrase)
{
	bool encoded = false, changed = false, word, foreign;
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = 1;
		if (ascii_space(*p)) {
			buf_add(out, p, 1);
			continue;
		}
		k = repair_token(p, n);
		if (changed)
			repair_space(out);
		word = *p != '"' && *p != '(';
		foreign = !ascii_only(p, k);
		changed = foreign || (phrase && word && repair_unfit(p, k));
		if (changed)
			repair_write_token(out, p, k,
			    encoded && foreign && *p != '(',
			    foreign && *p != '(' &&
				repair_encoded_next(p + k, n - k));
		else
			buf_add(out, p, k);
		encoded = *p != '(' && (changed ? foreign :
		    phrase_encoded(p, k) == k);
	}
	if (phrase && changed)
		repair_space(out);
}

/* The words before "<". */
static void
repair_write_phrase(struct buf *out, const char *p, size_t n, const struct addr
    *a)
{
	bool bad = false, parts = false;
	size_t i, k;

	for (i = 0; i < n; i += k) {
		k = 1;
		if (ascii_space(p[i]))
			continue;
		k = repair_token(p + i, n - i);
		parts |= p[i] == '(' || repair_encoded_next(p + i, n - i);
		bad |= !ascii_only(p + i, k) || (p[i] != '(' && p[i] != '"' &&
		    repair_unfit(p + i, k));
	}
	if (!bad)
		buf_add(out, p, n);
	else if (parts || a->name == NULL)
		repair_write_words(out, p, n, true);
	else {
		k = strlen(a->name);
		repair_break(out, k);
		phrase_add(out, a->name, k);
		k = a->spec_end - a->spec_start;
		buf_adds(out, fold_column(out) + k > COLUMNS ? "\r\n " : " ");
	}
}

/* Write the text between mailboxes: separators, comments, group names. */
static void
repair_write_between(struct buf *out, const char *p, size_t n)
{
	if (!ascii_only(p, n))
		repair_write_words(out, p, n, false);
	else
		buf_add(out, p, n);
}

/* A name is no user: write it as a group without members. */
static bool
repair_write_no_user(struct buf *out, const struct addr *a)
{
	const char *spec = a->spec;

	if (a->group || a->angle != a->spec_start || !addr_is_name(spec))
		return false;
	repair_break(out, strlen(spec));
	if (ascii_only(spec, strlen(spec)))
		buf_adds(out, spec);
	else
		phrase_encode(out, spec, strlen(spec));
	buf_adds(out, ":;");
	return true;
}

static bool
repair_is_bare(const struct addr *a, const struct repair *o)
{
	return o->domain != NULL && *a->spec != '\0' &&
	    addr_at(a->spec) == NULL;
}

/*
 * Does the alias of a bare name stand for one address?  Then write that.  In
 * a group, a name that must not get the domain stays as it is.
 */
static bool
repair_write_alias(struct buf *out, const char *p, const struct addr *a,
    const struct repair *o)
{
	char *spec;

	if (o->alias == NULL || !o->alias(o->ctx, a->spec, &spec))
		return false;
	if (spec != NULL)
		buf_adds(out, spec);
	else
		buf_add(out, p, a->spec_end - a->spec_start);
	free(spec);
	return true;
}

/* Is it a name that is nobody's, and can a group stand here? */
static bool
repair_is_nobody(const struct addr *a, const struct repair *o)
{
	char *spec = NULL;
	bool nobody = !a->group && repair_is_bare(a, o) && o->alias != NULL &&
	    o->alias(o->ctx, a->spec, &spec) && spec == NULL;

	free(spec);
	return nobody;
}

/* A group without members, of the words before it or of the name. */
static void
repair_write_nobody(struct buf *out, const char *p, const struct addr *a)
{
	size_t n = a->angle - a->start;

	while (n > 0 && ascii_space(p[a->start + n - 1]))
		n--;
	if (n > 0)
		repair_write_phrase(out, p + a->start, n, a);
	else if (a->spec[0] == '"')
		buf_add(out, p + a->spec_start, a->spec_end - a->spec_start);
	else
		phrase_add(out, a->spec, strlen(a->spec));
	while (out->len > 0 && ascii_space(out->p[out->len - 1]))
		out->len--;
	buf_adds(out, ":;");
}

/* The address; what ends in "@" is bare. */
static char *
repair_spec(const struct addr *a)
{
	char *spec = xstrdup(a->spec);
	const char *at = addr_at(spec);

	if (at != NULL && at != spec && at[1] == '\0')
		spec[at - spec] = '\0';
	return spec;
}

/*
 * Write the address p[0..n) as it is, or only the comments in it, which are
 * encoded if need be.
 */
static void
repair_write_given(struct buf *out, const char *p, size_t n, bool comments)
{
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = *p == '(' || *p == '"' ? repair_token(p, n) : 1;
		if (*p == '(' && !ascii_only(p, k))
			repair_write_token(out, p, k, false, false);
		else if (!comments || *p == '(')
			buf_add(out, p, k);
	}
}

/* Write the address: with a domain if it is bare, in ASCII if possible. */
static void
repair_write_spec(struct buf *out, const char *p, const struct addr *a,
    const struct repair *o)
{
	const size_t n = a->spec_end - a->spec_start;
	struct fault f = { 0 };
	const bool bare = *a->spec != '\0' && addr_at(a->spec) == NULL;
	char *spec;

	p += a->spec_start;
	if (repair_is_bare(a, o) && (repair_write_no_user(out, a) ||
	    repair_write_alias(out, p, a, o)))
		return;
	spec = repair_spec(a);
	if (addr_complete(&spec, o->domain, &f) == -1 ||
	    strcmp(spec, a->spec) == 0)
		repair_write_given(out, p, n, false);
	else if (bare && strncmp(spec, a->spec, strlen(a->spec)) == 0) {
		repair_write_given(out, p, n, false);
		buf_adds(out, addr_at(spec));
	} else {
		buf_adds(out, spec);
		repair_write_given(out, p, n, true);
	}
	free(spec);
}

/* Write the addresses of the value; false if it cannot be read. */
static bool
repair_write_list(struct buf *out, const struct field *fld, const char *own,
    const struct repair *o)
{
	struct fault unused = { 0 };
	struct lenient r;
	size_t i, at = 0;
	bool good;

	good = lenient_parse(&r, fld, own, &unused) == 0;
	for (i = 0; good && i < r.list.n; i++) {
		const struct addr *a = &r.list.v[i];

		repair_write_between(out, r.p + at, a->start - at);
		at = a->end;
		if (repair_is_nobody(a, o)) {
			repair_write_nobody(out, r.p, a);
			continue;
		}
		repair_write_phrase(out, r.p + a->start, a->angle - a->start,
		    a);
		buf_add(out, r.p + a->angle, a->spec_start - a->angle);
		repair_write_spec(out, r.p, a, o);
		at = a->spec_end;
	}
	if (good)
		repair_write_between(out, r.p + at, r.n - at);
	if (good && addrlist_is_open(&r.list, r.p, r.n))
		buf_adds(out, ";");
	lenient_release(&r);
	return good;
}

static bool
repair_only_words(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strchr("()<>[]:;@\\,\"", p[i]) != NULL)
			return false;
	return true;
}

/* Would a second repair leave the field? */
static bool
repair_stays(const struct field *fld, const struct repair *o)
{
	struct fault unused = { 0 };
	struct lenient r;
	bool good;

	good = lenient_parse(&r, fld, o->own, &unused) == 0;
	lenient_release(&r);
	return !good && ascii_only(fld->value, fld->value_len);
}

/* Keep what was written from start on if a second repair would leave it. */
static bool
repair_kept(struct buf *out, size_t start, const struct field *fld,
    const struct repair *o)
{
	struct field one = *fld;

	one.value = out->p + start;
	one.value_len = out->len - start;
	if (repair_stays(&one, o))
		return true;
	out->len = start;
	return false;
}

/*
 * The elements of a list that cannot be read, because some are only words;
 * false if it is for another reason.
 */
static bool
repair_write_elements(struct buf *out, const struct field *fld,
    const struct repair *o)
{
	const size_t start = out->len;
	struct field one = *fld;
	size_t at, k, mark;

	for (at = 0; at < fld->value_len; at += k) {
		k = lenient_element(fld->value + at, fld->value_len - at);
		mark = strchr(",;", fld->value[at + k - 1]) != NULL;
		one.value = fld->value + at;
		one.value_len = k - mark;
		if (!repair_write_list(out, &one, NULL, o)) {
			if (!repair_only_words(one.value, one.value_len)) {
				out->len = start;
				return false;
			}
			repair_write_between(out, one.value, one.value_len);
		}
		buf_add(out, one.value + k - mark, mark);
	}
	return repair_kept(out, start, fld, o);
}

/*
 * Writing text
 */

/* The length of the word in a text; an encoded one may have blanks. */
static size_t
repair_word(const char *p, size_t n)
{
	size_t k = phrase_loose(p, n);

	while (k < n && !ascii_space(p[k]))
		k++;
	return k;
}

static bool
repair_mendable(const char *p, size_t n)
{
	struct buf word = { .max = TEXT_MAX };
	bool good = repair_mend(&word, p, n);

	buf_release(&word);
	return good;
}

/* The end of the adjacent words from i on that are not ASCII. */
static size_t
repair_foreign(const char *p, size_t i, size_t n)
{
	const size_t start = i;
	size_t end = i, k;

	while (i < n) {
		k = i + repair_word(p + i, n - i);
		if (ascii_only(p + i, k - i) || (i > start &&
		    repair_mendable(p + i, k - i)))
			break;
		end = k;
		for (i = k; i < n && ascii_space(p[i]); i++)
			;
	}
	return end;
}

/* Encode the words p[0..n), with white space before and after. */
static void
repair_write_foreign(struct buf *out, const char *p, size_t n, bool before,
    bool after, bool quoting)
{
	struct buf bare = { .max = TEXT_MAX };

	if (before)
		buf_adds(&bare, " ");
	repair_add_bare(&bare, p, n, quoting);
	if (after)
		buf_adds(&bare, " ");
	if (strchr("()", out->p[out->len - 1]) == NULL)
		repair_space(out);
	phrase_encode(out, bare.p, bare.len);
	buf_release(&bare);
}

/*
 * Is the word at p[*i) an encoded word with raw octets in it?  Then write it,
 * and the white space from start on.
 */
static bool
repair_mend_word(struct buf *out, const char *p, size_t start, size_t *i,
    size_t n)
{
	struct buf word = { .max = TEXT_MAX };
	const size_t k = *i + repair_word(p + *i, n - *i);
	bool good;

	good = !ascii_only(p + *i, k - *i) &&
	    repair_mend(&word, p + *i, k - *i);
	if (good) {
		if (start < *i && p[start] != '\r' && phrase_loose(p + *i,
		    k - *i) > 0 && !repair_fits(out, k - start))
			buf_adds(out, "\r\n");
		buf_add(out, p + start, *i - start);
		repair_space(out);
		buf_add(out, word.p, word.len);
		*i = k;
	}
	buf_release(&word);
	return good;
}

/*
 * The words of a text that are not ASCII become encoded words.  With quoting
 * a backslash may stand before an octet, as in a comment.
 */
static void
repair_write_text(struct buf *out, const char *p, size_t n, bool quoting)
{
	bool encoded = false;
	size_t i = 0, k, start;

	while (i < n) {
		for (start = i; i < n && ascii_space(p[i]); i++)
			;
		if (i < n && repair_mend_word(out, p, start, &i, n)) {
			encoded = true;
			continue;
		}
		k = repair_foreign(p, i, n);
		if (k > i && start < i && p[start] != '\r' &&
		    !repair_fits(out, k - start))
			buf_adds(out, "\r\n");
		buf_add(out, p + start, i - start);
		if (k > i) {
			repair_write_foreign(out, p + i, k - i, encoded,
			    repair_encoded_next(p + k, n - k), quoting);
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

/* Is there a word beyond ASCII that may be an address? */
static bool
repair_foreign_address(const char *p, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i += k) {
		for (k = 0; i + k < n && !ascii_space(p[i + k]); k++)
			;
		if (memchr(p + i, '@', k) != NULL && !ascii_only(p + i, k))
			return true;
		k += i + k < n;
	}
	return false;
}

static void
repair_write_addresses(struct buf *out, const struct field *fld,
    const struct repair *o)
{
	const char *p = fld->value;
	const size_t n = fld->value_len;
	size_t start;

	buf_add(out, fld->line, (size_t)(p - fld->line));
	start = out->len;
	if (repair_write_list(out, fld, o->own, o) ||
	    (!ascii_only(p, n) && repair_write_elements(out, fld, o))) {
		buf_adds(out, "\r\n");
		return;
	}
	/* It cannot be read: then it is a text. */
	if (!repair_foreign_address(p, n))
		repair_write_text(out, p, n, false);
	if (out->len == start || !repair_kept(out, start, fld, o))
		buf_add(out, p, n);
	buf_adds(out, "\r\n");
}

void
repair_field(struct buf *out, const struct field *fld, const struct repair *o)
{
	unsigned traits = header_known(fld)->traits;

	if (traits & HEADER_ADDRESSES)
		repair_write_addresses(out, fld, o);
	else if ((traits & HEADER_WORDS) &&
	    !ascii_only(fld->value, fld->value_len)) {
		buf_add(out, fld->line, (size_t)(fld->value - fld->line));
		repair_write_words(out, fld->value, fld->value_len, false);
		buf_adds(out, "\r\n");
	} else if ((traits & HEADER_TEXT) &&
	    !ascii_only(fld->value, fld->value_len)) {
		buf_add(out, fld->line, (size_t)(fld->value - fld->line));
		repair_write_text(out, fld->value, fld->value_len,
		    false);
		buf_adds(out, "\r\n");
	} else
		buf_add(out, fld->line, fld->len);
}
