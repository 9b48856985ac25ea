/* repair.c - repair the syntax of header fields */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/fold.h"
#include "mail/lenient.h"
#include "mail/phrase.h"
#include "mail/repair.h"
#include "mail/words.h"

/* The words before "<". */
static void
repair_write_phrase(struct buf *out, const char *p, size_t n, const struct addr
    *a)
{
	bool parts;
	size_t k;

	if (!words_unfit(p, n, &parts))
		buf_add(out, p, n);
	else if (parts || a->name == NULL)
		words_write(out, p, n, true);
	else {
		k = strlen(a->name);
		words_break(out, k);
		phrase_add(out, a->name, k);
		k = a->spec_end - a->spec_start;
		buf_adds(out, fold_column(out) + k > WORDS_COLUMNS ?
		    "\r\n " : " ");
	}
}

/* Write the text between mailboxes: separators, comments, group names. */
static void
repair_write_between(struct buf *out, const char *p, size_t n)
{
	if (!ascii_only(p, n))
		words_write(out, p, n, false);
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
	words_break(out, strlen(spec));
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
		k = *p == '(' || *p == '"' ? words_token(p, n) :
		    phrase_encoded(p, n);
		k = k > 0 ? k : 1;
		if (*p == '(' && !ascii_only(p, k))
			words_write(out, p, k, false);
		else if (!comments || *p == '(')
			buf_add(out, p, k);
	}
}

/* Is p[0..n), without comments and white space, just this? */
static bool
repair_reads(const char *p, size_t n, const char *spec)
{
	size_t i, k;

	for (; n > 0; p += k, n -= k) {
		k = *p == '(' || *p == '"' ? words_token(p, n) : 1;
		for (i = 0; *p != '(' && i < k; i++) {
			if (*p == '"' ? p[i] == '\r' || p[i] == '\n' :
			    ascii_space(p[i]))
				continue;
			if (*spec == '\0' || p[i] != *spec++)
				return false;
		}
	}
	return *spec == '\0';
}

/* Write the address: with a domain if it is bare, in ASCII if possible. */
static void
repair_write_spec(struct buf *out, const char *p, const struct addr *a,
    const struct repair *o)
{
	const size_t n = a->spec_end - a->spec_start;
	struct fault f = { 0 };
	const bool bare = *a->spec != '\0' && addr_at(a->spec) == NULL;
	bool given;
	char *spec;

	p += a->spec_start;
	if (repair_is_bare(a, o) && (repair_write_no_user(out, a) ||
	    repair_write_alias(out, p, a, o)))
		return;
	spec = repair_spec(a);
	given = repair_reads(p, n, a->spec);
	if (addr_complete(&spec, o->domain, &f) == -1 ||
	    (given && strcmp(spec, a->spec) == 0))
		repair_write_given(out, p, n, false);
	else if (given && bare &&
	    strncmp(spec, a->spec, strlen(a->spec)) == 0) {
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
	if (good && r.list.open)
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

/* Read the value that was written from start on, as a second repair would. */
static bool
repair_reread(struct lenient *r, const struct buf *out, size_t start,
    const struct field *fld, const struct repair *o)
{
	struct fault unused = { 0 };
	struct field one = *fld;

	one.value = out->p + start;
	one.value_len = out->len - start;
	return lenient_parse(r, &one, o->own, &unused) == 0;
}

/* Close the group that is open only in what was written. */
static void
repair_close(struct buf *out, size_t start, const struct field *fld,
    const struct repair *o)
{
	struct lenient r;

	if (memchr(out->p + start, ':', out->len - start) == NULL)
		return;
	if (repair_reread(&r, out, start, fld, o) && r.list.open)
		buf_adds(out, ";");
	lenient_release(&r);
}

/* Keep what was written from start on if a second repair would leave it. */
static bool
repair_kept(struct buf *out, size_t start, const struct field *fld,
    const struct repair *o)
{
	struct lenient r;
	const bool kept = !repair_reread(&r, out, start, fld, o) &&
	    ascii_only(out->p + start, out->len - start);

	lenient_release(&r);
	if (!kept)
		out->len = start;
	return kept;
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
	if (repair_write_list(out, fld, o->own, o))
		repair_close(out, start, fld, o);
	else if (ascii_only(p, n) || !repair_write_elements(out, fld, o)) {
		/* It cannot be read: then it is a text. */
		if (!repair_foreign_address(p, n))
			words_write_text(out, p, n, false);
		if (out->len == start || !repair_kept(out, start, fld, o))
			buf_add(out, p, n);
	}
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
		words_write(out, fld->value, fld->value_len, false);
		buf_adds(out, "\r\n");
	} else if ((traits & HEADER_TEXT) &&
	    !ascii_only(fld->value, fld->value_len)) {
		buf_add(out, fld->line, (size_t)(fld->value - fld->line));
		words_write_text(out, fld->value, fld->value_len,
		    false);
		buf_adds(out, "\r\n");
	} else
		buf_add(out, fld->line, fld->len);
}
