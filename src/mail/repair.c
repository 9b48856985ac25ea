/*
 * repair.c - repair the syntax of header fields
 *
 * Names without the quotes they need are read so:
 *
 *	joe@corp, Inc. <j@x>	a title never begins a name: one mailbox,
 *				in any field
 *	Public, Joe <j@x>	one mailbox only in a field of one mailbox;
 *				elsewhere "Public" may be a user
 *	O"Brien <j@x>		does not parse; without a separator before
 *				"<" it is one mailbox
 *	Joe j@x			likewise, in a field of one mailbox
 *	Cron Daemon		a From without an address: the caller's own
 *				address is added
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/fold.h"
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
 * Reading
 */

/* Is it one address, perhaps a bare one, and nothing else? */
static bool
repair_is_address(const char *p, size_t n)
{
	struct addr_list l = { 0 };
	struct fault f = { 0 };
	bool good;

	good = addr_parse_list(&l, p, n, &f) == 0 && l.n == 1 &&
	    !l.v[0].group && l.v[0].name == NULL && *l.v[0].spec != '\0';
	if (good) {
		addr_qualify(&l.v[0].spec, "x.test");
		good = addr_check(l.v[0].spec, &f) == 0;
	}
	addr_list_release(&l);
	return good;
}

/* Append words as a quoted string; they may be half quoted already. */
static void
repair_add_name(struct buf *b, const char *p, size_t n)
{
	struct buf bare = { .max = TEXT_MAX };
	size_t i;

	while (n > 0 && ascii_space(p[n - 1]))
		n--;
	for (i = 0; i < n; i++)
		if (p[i] != '"' && p[i] != '\\' && p[i] != '\r' && p[i] != '\n')
			buf_add(&bare, p + i, 1);
	if (bare.len > 0) {
		phrase_quote(b, bare.p, bare.len);
		buf_adds(b, " ");
	}
	buf_release(&bare);
}

/* Read words before a last address in "<" and ">". */
static bool
repair_guess_angle(struct buf *b, const char *p, size_t n, bool single)
{
	const char *open = memrchr(p, '<', n);
	size_t name;

	if (open == NULL || p[n - 1] != '>')
		return false;
	name = (size_t)(open - p);
	if (memchr(p, '<', name) != NULL || (!single &&
	    (memchr(p, ',', name) != NULL || memchr(p, ';', name) != NULL)) ||
	    !repair_is_address(open + 1, n - name - 2))
		return false;
	repair_add_name(b, p, name);
	buf_add(b, open, n - name);
	return true;
}

/* Read words before a last address without "<" and ">". */
static bool
repair_guess_last(struct buf *b, const char *p, size_t n)
{
	size_t at = n;

	while (at > 0 && !ascii_space(p[at - 1]))
		at--;
	if (at == 0 || memchr(p, '@', at) != NULL ||
	    memchr(p + at, '@', n - at) == NULL ||
	    !repair_is_address(p + at, n - at))
		return false;
	repair_add_name(b, p, at);
	buf_adds(b, "<");
	buf_add(b, p + at, n - at);
	buf_adds(b, ">");
	return true;
}

/* Read a field that does not parse. */
static bool
repair_guess(struct buf *b, const char *p, size_t n, bool single, const char
    *own)
{
	while (n > 0 && ascii_space(p[n - 1]))
		n--;
	for (; n > 0 && ascii_space(*p); n--)
		p++;
	if (n == 0)
		return false;
	buf_adds(b, " ");
	if (repair_guess_angle(b, p, n, single))
		return true;
	if (single && memchr(p, '<', n) == NULL && repair_guess_last(b, p, n))
		return true;
	if (own == NULL || memchr(p, '@', n) != NULL)
		return false;
	repair_add_name(b, p, n);
	buf_addf(b, "<%s>", own);
	return true;
}

/* Does it begin with a title that follows a name, not in quotes? */
static bool
repair_title(const char *p, size_t n)
{
	static const char *const titles[] = { "Inc", "Inc.", "INC", "Ltd",
	    "Ltd.", "LTD", "LLC", "LLP", "GmbH", "Corp.", "Jr.", "Sr.",
	    "III", "PhD", "Ph.D.", "Esq." };
	size_t i, k;

	for (k = 0; k < n && !ascii_space(p[k]) &&
	    strchr(",;<(\"", p[k]) == NULL;)
		k++;
	for (i = 0; i < NITEMS(titles); i++)
		if (strlen(titles[i]) == k && memcmp(titles[i], p, k) == 0)
			return true;
	return false;
}

/* The first of the mailboxes before i that are words of its name. */
static size_t
repair_first_word(const struct repaired *r, size_t i, bool single)
{
	const struct addr *a = r->list.v;

	if (a[i].group || r->p[a[i].angle] != '<')
		return i;
	for (; i > 0 && !a[i - 1].group && r->p[a[i - 1].angle] != '<'; i--)
		if (!repair_title(r->p + a[i].start, r->n - a[i].start) &&
		    (!single || addr_at(a[i - 1].spec) != NULL))
			break;
	return i;
}

/* Join the mailboxes that are one with a comma in its name. */
static bool
repair_merge(struct buf *b, const struct repaired *r, bool single)
{
	const struct addr *a = r->list.v;
	size_t i, j, at = 0;

	for (i = 1; i < r->list.n; i++) {
		j = repair_first_word(r, i, single);
		if (j == i || a[j].start < at)
			continue;
		buf_add(b, r->p + at, a[j].start - at);
		repair_add_name(b, r->p + a[j].start, a[i].angle - a[j].start);
		at = a[i].angle;
	}
	if (at > 0)
		buf_add(b, r->p + at, r->n - at);
	return at > 0;
}

/* Add the caller's own address if the field has none. */
static bool
repair_add_own(struct buf *b, const struct repaired *r, const char *own)
{
	const char *name = NULL;
	size_t i;

	for (i = 0; i < r->list.n; i++) {
		if (*r->list.v[i].spec != '\0')
			return false;
		name = r->list.v[i].name;
	}
	buf_adds(b, " ");
	if (name != NULL)
		repair_add_name(b, name, strlen(name));
	buf_addf(b, "<%s>", own);
	return true;
}

/* Append a better reading of the field, if there is one. */
static bool
repair_reread(struct buf *b, const struct repaired *r, bool parsed,
    bool single, const char *own)
{
	if (!parsed)
		return repair_guess(b, r->p, r->n, single, own);
	if (own != NULL && repair_add_own(b, r, own))
		return true;
	return r->list.n > 1 && repair_merge(b, r, single);
}

int
repair_parse(struct repaired *r, const struct field *fld, const char *own,
    struct fault *f)
{
	const struct header_known *known = header_known(fld);
	const bool single = known->traits & HEADER_SINGLE;
	struct buf better = { .max = TEXT_MAX };
	struct fault why = { 0 };
	int status, round = 0;

	if (known->id != HEADER_FROM)
		own = NULL;
	*r = (struct repaired){ .p = fld->value, .n = fld->value_len };
	status = addr_parse_list(&r->list, r->p, r->n, &why);
	while (round++ < 3 &&
	    repair_reread(&better, r, status == 0, single, own)) {
		repaired_release(r);
		*r = (struct repaired){ .p = better.p, .n = better.len,
		    .text = better };
		better = (struct buf){ .max = TEXT_MAX };
		status = addr_parse_list(&r->list, r->p, r->n, &why);
	}
	buf_release(&better);
	if (status == -1)
		*f = why;
	return status;
}

void
repaired_release(struct repaired *r)
{
	addr_list_release(&r->list);
	buf_release(&r->text);
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

/* The length of a word, a quoted string, a comment, [...], or ",;:<>". */
static size_t
repair_token(const char *p, size_t n)
{
	size_t i;

	if (*p == '"' || *p == '(' || *p == '[')
		return repair_enclosed(p, n, *p == '(' ? ')' : *p == '[' ? ']' :
		    '"');
	if ((i = phrase_encoded(p, n)) > 0)
		return i;
	while (i < n && !ascii_space(p[i]) && strchr("\"([,;:<>", p[i]) == NULL)
		i += p[i] == '\\' && i + 1 < n ? 2 : 1;
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
	return phrase_encoded(p, n) > 0;
}

/* The text of p[0..n) on one line, without the backslashes of quoting. */
static void
repair_add_bare(struct buf *b, const char *p, size_t n, bool quoting)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' || p[i] == '\n')
			continue;
		if (p[i] == '\\' && quoting && i + 1 < n)
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
		parts |= p[i] == '(' || phrase_encoded(p + i, n - i) > 0;
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

/* Write the address: with a domain if it is bare, in ASCII if possible. */
static void
repair_write_spec(struct buf *out, const char *p, const struct addr *a,
    const struct repair *o)
{
	const size_t n = a->spec_end - a->spec_start;
	struct fault f = { 0 };
	char *spec = xstrdup(a->spec), *other;
	bool bare = *spec != '\0' && addr_at(spec) == NULL && o->domain != NULL;

	p += a->spec_start;
	if (bare && o->alias != NULL && o->alias(o->ctx, spec, &other)) {
		buf_adds(out, other);
		free(other);
		free(spec);
		return;
	}
	if (bare)
		addr_qualify(&spec, o->domain);
	if ((!bare && ascii_only(p, n)) ||
	    addr_ascii_domain(&spec, &f) == -1 || addr_check(spec, &f) == -1)
		buf_add(out, p, n);
	else if (!ascii_only(p, n) && !addr_needs_utf8(spec))
		buf_adds(out, spec);
	else {
		buf_add(out, p, n);
		buf_adds(out, bare ? addr_at(spec) : "");
	}
	free(spec);
}

static void
repair_write_addresses(struct buf *out, const struct field *fld,
    const struct repair *o)
{
	struct fault unused = { 0 };
	struct repaired r;
	size_t i, at = 0;

	buf_add(out, fld->line, (size_t)(fld->value - fld->line));
	if (repair_parse(&r, fld, o->own, &unused) == -1)
		buf_add(out, fld->value, fld->value_len);
	else {
		for (i = 0; i < r.list.n; i++) {
			const struct addr *a = &r.list.v[i];

			repair_write_between(out, r.p + at, a->start - at);
			repair_write_phrase(out, r.p + a->start, a->angle -
			    a->start, a);
			buf_add(out, r.p + a->angle, a->spec_start - a->angle);
			repair_write_spec(out, r.p, a, o);
			at = a->spec_end;
		}
		repair_write_between(out, r.p + at, r.n - at);
	}
	buf_adds(out, "\r\n");
	repaired_release(&r);
}

/*
 * Writing text
 */

/* The end of the adjacent words from i on that are not ASCII. */
static size_t
repair_foreign(const char *p, size_t i, size_t n)
{
	size_t end = i, k;

	while (i < n) {
		for (k = i; k < n && !ascii_space(p[k]); k++)
			;
		if (ascii_only(p + i, k - i))
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
    bool after)
{
	struct buf bare = { .max = TEXT_MAX };

	if (before)
		buf_adds(&bare, " ");
	repair_add_bare(&bare, p, n, false);
	if (after)
		buf_adds(&bare, " ");
	repair_space(out);
	phrase_encode(out, bare.p, bare.len);
	buf_release(&bare);
}

static void
repair_write_text(struct buf *out, const struct field *fld)
{
	const char *p = fld->value;
	const size_t n = fld->value_len;
	bool encoded = false;
	size_t i = 0, k, start;

	buf_add(out, fld->line, (size_t)(p - fld->line));
	while (i < n) {
		for (start = i; i < n && ascii_space(p[i]); i++)
			;
		k = repair_foreign(p, i, n);
		if (k > i && start < i && p[start] != '\r' &&
		    !repair_fits(out, k - start))
			buf_adds(out, "\r\n");
		buf_add(out, p + start, i - start);
		if (k > i) {
			repair_write_foreign(out, p + i, k - i, encoded,
			    repair_encoded_next(p + k, n - k));
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
	buf_adds(out, "\r\n");
}

void
repair_field(struct buf *out, const struct field *fld, const struct repair *o)
{
	unsigned traits = header_known(fld)->traits;

	if (traits & HEADER_ADDRESSES)
		repair_write_addresses(out, fld, o);
	else if ((traits & HEADER_TEXT) &&
	    !ascii_only(fld->value, fld->value_len))
		repair_write_text(out, fld);
	else
		buf_add(out, fld->line, fld->len);
}
