/*
 * lenient.c - read address fields as people and programs write them
 *
 * Words without the quotes or separators they need are read so:
 *
 *	joe@corp, Inc. <j@x>	a title never begins a name: one mailbox,
 *				in any field
 *	Public, Joe <j@x>	one mailbox only in a field of one mailbox;
 *				elsewhere "Public" may be a user, but no name
 *				beyond ASCII, or encoded, is one
 *	A Public, Joe <j@x>	one mailbox: two words are no user
 *	O"Brien <j@x>		does not parse; without a separator before
 *				"<" it is one mailbox
 *	Backup: Joe <j@x>	likewise, in a field of one mailbox
 *	Joe j@x			likewise; elsewhere "Joe" may be a user
 *	Joe Public j@x, "Joe" j@x
 *				one mailbox in any field
 *	<j@x> Joe		the name belongs before the address
 *	a@x b@y			two mailboxes
 *	Joe <j@x		the ">" is added
 *	<<j@x>>, mailto:j@x	the address
 *	"j@x"			the address; likewise if a mailbox with its
 *				name is hidden in one encoded word
 *	Cron Daemon		a From without an address: the caller's own
 *				address is added
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/portable.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/display.h"
#include "mail/lenient.h"
#include "mail/phrase.h"

#define TEXT_MAX	(4U << 20)
#define ROUNDS		12	/* corrections of one field: each kind once */

/* Is it one address, perhaps a bare one, and nothing else? */
static bool
len_is_address(const char *p, size_t n)
{
	struct addr_list l = { 0 };
	struct fault f = { 0 };
	bool good;

	good = addrlist_parse(&l, p, n, &f) == 0 && l.n == 1 &&
	    !l.v[0].group && l.v[0].name == NULL && *l.v[0].spec != '\0';
	good = good && addr_complete(&l.v[0].spec, "x.test", &f) == 0;
	addrlist_release(&l);
	return good;
}

static void
len_add_quoted(struct buf *b, const struct buf *bare)
{
	size_t from = 0, to = bare->len;

	while (from < to && ascii_blank(bare->p[from]))
		from++;
	while (to > from && ascii_blank(bare->p[to - 1]))
		to--;
	if (from == to)
		return;
	phrase_quote(b, bare->p + from, to - from);
	buf_adds(b, " ");
}

/*
 * Append words as a quoted string, and encoded words beside it; the words may
 * be half quoted already.
 */
static void
len_add_name(struct buf *b, const char *p, size_t n)
{
	struct buf bare = { .max = TEXT_MAX };
	size_t i, k;

	for (i = 0; i < n; i += k) {
		k = i == 0 || strchr(" \t\r\n\"", p[i - 1]) != NULL ?
		    phrase_encoded(p + i, n - i) : 0;
		if (k > 0) {
			len_add_quoted(b, &bare);
			buf_clear(&bare);
			buf_add(b, p + i, k);
			buf_adds(b, " ");
			continue;
		}
		k = 1;
		if (strchr("\"\\\r\n", p[i]) == NULL)
			buf_add(&bare, p + i, 1);
	}
	len_add_quoted(b, &bare);
	buf_release(&bare);
}

/* Read words before a last address in "<" and ">". */
static bool
len_guess_angle(struct buf *b, const char *p, size_t n, bool single)
{
	const char *open = portable_memrchr(p, '<', n);
	size_t name;

	if (open == NULL || p[n - 1] != '>')
		return false;
	name = (size_t)(open - p);
	if (memchr(p, '<', name) != NULL || (!single &&
	    (memchr(p, ',', name) != NULL || memchr(p, ';', name) != NULL)) ||
	    !len_is_address(open + 1, n - name - 2))
		return false;
	len_add_name(b, p, name);
	buf_add(b, open, n - name);
	return true;
}

/* Read words before a last address without "<" and ">"; see len_names(). */
static bool
len_guess_last(struct buf *b, const char *p, size_t n)
{
	size_t at = n;

	/* A ">" without its "<" is no part of the address. */
	n -= n > 0 && p[n - 1] == '>';
	while (at > 0 && !ascii_space(p[at - 1]))
		at--;
	if (at == 0 || memchr(p, '@', at) != NULL ||
	    memchr(p + at, '@', n - at) == NULL ||
	    !len_is_address(p + at, n - at))
		return false;
	len_add_name(b, p, at);
	buf_adds(b, "<");
	buf_add(b, p + at, n - at);
	buf_adds(b, ">");
	return true;
}

/* Read a field that does not parse. */
static bool
len_guess(struct buf *b, const char *p, size_t n, bool single, const char
    *own)
{
	while (n > 0 && ascii_space(p[n - 1]))
		n--;
	for (; n > 0 && ascii_space(*p); n--)
		p++;
	if (n == 0)
		return false;
	buf_adds(b, " ");
	if (len_guess_angle(b, p, n, single))
		return true;
	if (single && memchr(p, '<', n) == NULL && len_guess_last(b, p, n))
		return true;
	if (own == NULL || memchr(p, '@', n) != NULL) {
		buf_clear(b);
		return false;
	}
	len_add_name(b, p, n);
	buf_addf(b, "<%s>", own);
	return true;
}

/* Does it begin with a title that follows a name, not in quotes? */
static bool
len_title(const char *p, size_t n)
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
len_first_word(const struct lenient *r, size_t i, bool single)
{
	const struct addr *a = r->list.v;

	if (a[i].group || r->p[a[i].angle] != '<')
		return i;
	for (; i > 0 && !a[i - 1].group && r->p[a[i - 1].angle] != '<'; i--)
		if (!len_title(r->p + a[i].start, r->n - a[i].start) &&
		    (addr_at(a[i - 1].spec) != NULL || (!single &&
		    !addr_is_name(a[i - 1].spec))))
			break;
	return i;
}

/* Join the mailboxes that are one with a comma in its name. */
static bool
len_merge(struct buf *b, const struct lenient *r, bool single)
{
	const struct addr *a = r->list.v;
	size_t i, j, at = 0;

	for (i = 1; i < r->list.n; i++) {
		j = len_first_word(r, i, single);
		if (j == i || a[j].start < at)
			continue;
		buf_add(b, r->p + at, a[j].start - at);
		len_add_name(b, r->p + a[j].start, a[i].angle - a[j].start);
		at = a[i].angle;
	}
	if (at > 0)
		buf_add(b, r->p + at, r->n - at);
	return at > 0;
}

/* Add the caller's own address if the field has none. */
static bool
len_add_own(struct buf *b, const struct lenient *r, const char *own)
{
	const char *name = NULL;
	size_t i;

	for (i = 0; i < r->list.n; i++) {
		name = r->list.v[i].spec;
		if (*name != '\0' && !addr_is_name(name))
			return false;
		if (*name == '\0')
			name = r->list.v[i].name;
	}
	buf_adds(b, " ");
	if (name != NULL)
		len_add_name(b, name, strlen(name));
	buf_addf(b, "<%s>", own);
	return true;
}

/*
 * Corrections of the text
 */

static size_t
len_word_end(const char *p, size_t n, size_t i)
{
	while (i < n && !ascii_space(p[i]))
		i = display_after(p, n, i);
	return i < n ? i : n;
}

/* Drop each "mailto:" and, if doubled, "<" and ">". */
static bool
len_tidy(struct buf *b, const char *p, size_t n, bool doubled)
{
	static const char scheme[] = "mailto:";
	const size_t skip = sizeof(scheme) - 1, start = b->len;
	size_t i, k;

	for (i = 0; i < n; i = k) {
		k = display_after(p, n, i);
		if ((i == 0 || strchr(" \t\n<,;\"", p[i - 1]) != NULL) &&
		    n - i > skip && (phrase_atext(p[i + skip]) ||
		    p[i + skip] == '\\') &&
		    strncasecmp(p + i, scheme, skip) == 0) {
			buf_adds(b, i > 0 && p[i - 1] == '"' ? " " : "");
			k = i + skip;
		} else if (!doubled || k == n || p[i] != p[k] ||
		    (p[i] != '<' && p[i] != '>'))
			buf_add(b, p + i, k - i);
	}
	if (b->len - start < n)
		return true;
	b->len = start;
	return false;
}

/* Is it one address, in "<" and ">" or not, with or without a separator? */
static bool
len_address_word(const char *p, size_t n)
{
	while (n > 0 && strchr(",;", p[n - 1]) != NULL)
		n--;
	if (n > 2 && p[0] == '<' && p[n - 1] == '>') {
		p++;
		n -= 2;
	}
	return n > 0 && memchr(p, '@', n) != NULL && len_is_address(p, n);
}

/* Add a comma between addresses with only white space between them. */
static bool
len_commas(struct buf *b, const char *p, size_t n)
{
	bool address = false, next, any = false;
	size_t i = 0, end, gap, start = b->len;

	while (i < n) {
		for (gap = i; i < n && ascii_space(p[i]); i++)
			;
		end = len_word_end(p, n, i);
		next = len_address_word(p + i, end - i);
		if (address && next)
			buf_adds(b, ",");
		any |= address && next;
		buf_add(b, p + gap, end - gap);
		address = next && strchr(",;", p[end - 1]) == NULL;
		i = end;
	}
	if (!any)
		b->len = start;
	return any;
}

/* Are these words that can be no address, nor open a group? */
static bool
len_only_words(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && ascii_space(p[i]))
		i++;
	return i < n && memchr(p, '@', n) == NULL &&
	    memchr(p, ':', n) == NULL && memchr(p, '<', n) == NULL &&
	    !len_is_address(p, n);
}

/* Such words before a comma belong to the name that follows. */
static bool
len_join(struct buf *b, const char *p, size_t n)
{
	const size_t start = b->len;
	size_t i, k, name = n;		/* where it begins; n: nowhere */
	const char *open;
	bool any = false;

	for (i = 0; i < n; i += k) {
		k = lenient_element(p + i, n - i);
		open = memchr(p + i, '<', k);
		if (name == n && p[i + k - 1] == ',' &&
		    len_only_words(p + i, k - 1))
			name = i;
		else if (name == n)
			buf_add(b, p + i, k);
		else if (open != NULL) {
			buf_adds(b, " ");
			len_add_name(b, p + name, (size_t)(open - p) -
			    name);
			buf_add(b, open, (size_t)(p + i + k - open));
			name = n;
			any = true;
		} else if (memchr(p + i, '@', k) != NULL ||
		    p[i + k - 1] == ';') {
			buf_add(b, p + name, i + k - name);
			name = n;
		}
	}
	buf_add(b, p + name, n - name);
	if (!any)
		b->len = start;
	return any;
}

/* One quoted word is no user: it is the name of the address after it. */
static bool
len_quoted_name(struct buf *b, const char *p, size_t n)
{
	const size_t end = n > 0 && *p == '"' ? display_after(p, n, 0) : 0;
	size_t i;

	for (i = end; i < n && ascii_space(p[i]); i++)
		;
	if (end < 2 || i == end || memchr(p, '@', i) != NULL ||
	    memchr(p + i, '@', n - i) == NULL || !len_is_address(p + i, n - i))
		return false;
	buf_add(b, p, i);
	buf_adds(b, "<");
	buf_add(b, p + i, n - i);
	buf_adds(b, ">");
	return true;
}

/* The same in a list, where one word may be a user. */
static bool
len_names(struct buf *b, const char *p, size_t n)
{
	const size_t start = b->len;
	size_t i, k, from, to, at;
	bool any = false;

	for (i = 0; i < n; i += k) {
		k = lenient_element(p + i, n - i);
		to = i + k - (strchr(",;", p[i + k - 1]) != NULL);
		for (from = i; from < to && ascii_space(p[from]); from++)
			;
		while (to > from && ascii_space(p[to - 1]))
			to--;
		for (at = to; at > from && !ascii_space(p[at - 1]); at--)
			;
		buf_add(b, p + i, from - i);
		if (len_quoted_name(b, p + from, to - from))
			any = true;
		else if (memchr(p + from, '<', to - from) == NULL &&
		    (len_only_words(p + from, at - from) ||
		    !ascii_only(p + from, at - from)) &&
		    len_guess_last(b, p + from, to - from))
			any = true;
		else
			buf_add(b, p + from, to - from);
		buf_add(b, p + to, i + k - to);
	}
	if (!any)
		b->len = start;
	return any;
}

/* Add the ">" that lacks after an address. */
static bool
len_close(struct buf *b, const char *p, size_t n)
{
	size_t i, k, end, start = b->len;
	bool any = false;

	for (i = 0; i < n; i = k) {
		k = display_after(p, n, i);
		buf_add(b, p + i, k - i);
		if (p[i] != '<')
			continue;
		for (end = k; end < n && strchr("<>,;", p[end]) == NULL;)
			end = display_after(p, n, end);
		if ((end < n && p[end] == '>') ||
		    !len_is_address(p + k, end - k))
			continue;
		while (end > k && ascii_space(p[end - 1]))
			end--;
		buf_add(b, p + k, end - k);
		buf_adds(b, ">");
		k = end;
		any = true;
	}
	if (!any)
		b->len = start;
	return any;
}

/*
 * A mailbox that is hidden in quotes or in an encoded word
 */

/* Append what is hidden in the words of a; false if nothing is. */
static bool
len_reveal(struct buf *b, const char *p, const struct addr *a)
{
	const size_t n = a->spec_end - a->spec_start;
	struct buf text = { .max = TEXT_MAX };
	struct addr_list l = { 0 };
	struct fault f = { 0 };
	bool found = false;

	p += a->spec_start;
	if (n < 2)
		return false;
	if (*p == '"' && len_is_address(p + 1, n - 2) &&
	    memchr(p, '@', n) != NULL)
		buf_add(&text, p + 1, n - 2);
	else if (phrase_encoded(p, n) != n || !phrase_decode(&text, p, n))
		goto out;
	found = addrlist_parse(&l, buf_text(&text), text.len, &f) == 0 &&
	    l.n == 1 && !l.v[0].group && addr_check(l.v[0].spec, &f) == 0;
	if (found && l.v[0].name != NULL) {
		phrase_quote(b, l.v[0].name, strlen(l.v[0].name));
		buf_addf(b, " <%s>", l.v[0].spec);
	} else if (found)
		buf_adds(b, l.v[0].spec);
	addrlist_release(&l);
out:
	buf_release(&text);
	return found;
}

static bool
len_unhide(struct buf *b, const struct lenient *r)
{
	const struct addr *a = r->list.v;
	struct buf found = { .max = TEXT_MAX };
	size_t i, at = 0;

	for (i = 0; i < r->list.n; i++) {
		buf_clear(&found);
		if (!len_reveal(&found, r->p, &a[i]))
			continue;
		buf_add(b, r->p + at, a[i].spec_start - at);
		buf_add(b, found.p, found.len);
		at = a[i].spec_end;
	}
	buf_release(&found);
	if (at > 0)
		buf_add(b, r->p + at, r->n - at);
	return at > 0;
}

/*
 * Commas for semicolons that end no group, and no empty elements.  What
 * follows a separator is kept back until it is known to be needed.
 */
static bool
len_separate(struct buf *b, const char *p, size_t n)
{
	bool group = false, angle = false, any = false, comma = false;
	size_t i, k, gap = 0;

	for (i = 0; i < n; i = k) {
		k = display_after(p, n, i);
		if (!angle && (p[i] == ',' || (p[i] == ';' && !group))) {
			comma |= any;
			any = false;
			gap = k;
			continue;
		}
		if (!any && ascii_space(p[i]))
			continue;
		if (comma && p[i] != ';')
			buf_adds(b, ",");
		if (b->len == 0 && gap == i && i > 0 && ascii_space(*p))
			buf_adds(b, " ");
		if (!any && !(comma && p[i] == ';'))
			buf_add(b, p + gap, i - gap);
		buf_add(b, p + i, k - i);
		angle = p[i] == '<' || (angle && p[i] != '>');
		if (!angle)
			group = p[i] == ':' || (group && p[i] != ';');
		any = p[i] != ':';
		gap = k;
		comma = false;
	}
	if (any && gap < n)
		buf_add(b, p + gap, n - gap);
	if (b->len > 0 && (b->len != n || memcmp(b->p, p, n) != 0))
		return true;
	buf_clear(b);
	return false;
}

/* The one mailbox is taken for a member of a group: that is its name. */
static bool
len_ungroup(struct buf *b, const struct lenient *r)
{
	const struct addr *a = r->list.v;
	size_t at;

	if (r->list.n != 1 || !a->group || *a->spec == '\0' ||
	    memchr(r->p, ';', r->n) != NULL)
		return false;
	at = r->p[a->angle] == '<' ? a->angle : a->spec_start;
	buf_adds(b, " ");
	len_add_name(b, r->p, at);
	if (r->p[a->angle] == '<')
		buf_add(b, r->p + at, r->n - at);
	else {
		buf_addf(b, "<%s>", a->spec);
		buf_add(b, r->p + a->spec_end, r->n - a->spec_end);
	}
	return true;
}

/* Append a better reading of the text, if there is one. */
static bool
len_reread(struct buf *b, const struct lenient *r, bool parsed, bool single,
    const char *own)
{
	if (len_tidy(b, r->p, r->n, !parsed))
		return true;
	if (!parsed)
		return len_guess(b, r->p, r->n, single, NULL) ||
		    len_commas(b, r->p, r->n) || len_close(b, r->p, r->n) ||
		    len_join(b, r->p, r->n) || len_names(b, r->p, r->n) ||
		    len_guess(b, r->p, r->n, single, own);
	if (single && len_ungroup(b, r))
		return true;
	if (len_separate(b, r->p, r->n) || len_unhide(b, r) ||
	    display_before(b, r->p, r->n, &r->list))
		return true;
	if (own != NULL && len_add_own(b, r, own))
		return true;
	return r->list.n > 1 && len_merge(b, r, single);
}

/* A line end that is no folding: somebody tries to add a command. */
static bool
len_line_end(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\n' && (i + 1 == n || !ascii_blank(p[i + 1])))
			return true;
	return false;
}

int
lenient_list(struct lenient *r, const char *p, size_t n, bool single,
    const char *own, struct fault *f)
{
	struct buf better = { .max = TEXT_MAX };
	struct fault why = { 0 };
	int status, round = 0;

	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n'))
		n--;
	*r = (struct lenient){ .p = p, .n = n };
	status = addrlist_parse(&r->list, r->p, r->n, &why);
	while (round++ < ROUNDS && !(status == -1 && len_line_end(p, n)) &&
	    len_reread(&better, r, status == 0, single, own)) {
		lenient_release(r);
		*r = (struct lenient){ .p = buf_text(&better),
		    .n = better.len, .text = better };
		better = (struct buf){ .max = TEXT_MAX };
		status = addrlist_parse(&r->list, r->p, r->n, &why);
	}
	buf_release(&better);
	if (status == -1)
		*f = why;
	return status;
}

int
lenient_parse(struct lenient *r, const struct field *fld, const char *own,
    struct fault *f)
{
	const struct header_known *known = header_known(fld);

	return lenient_list(r, fld->value, fld->value_len,
	    known->traits & HEADER_SINGLE, known->id == HEADER_FROM ? own :
	    NULL, f);
}

int
lenient_path(char **spec, const char *arg, struct fault *f)
{
	const bool bare = strchr(arg, '<') == NULL;
	const char *why = NULL;
	struct lenient r;
	int ret;

	/* Words without "<" are no name here. */
	ret = lenient_list(&r, arg, strlen(arg), !bare, NULL, f);
	if (ret == 0 && (r.list.n > 1 || (r.list.n == 1 && r.list.v[0].group)))
		why = "expected one address";
	else if (ret == 0 && r.list.n == 0 &&
	    arg[strspn(arg, " \t\r\n")] != '\0')
		why = "it contains no address";
	if (why != NULL) {
		fault_what(f, "%s", arg);
		ret = fault_set(f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s", why);
	} else if (ret == 0)
		*spec = xstrdup(r.list.n == 1 ? r.list.v[0].spec : "");
	lenient_release(&r);
	return ret;
}

void
lenient_release(struct lenient *r)
{
	addrlist_release(&r->list);
	buf_release(&r->text);
}

size_t
lenient_element(const char *p, size_t n)
{
	size_t i = 0;

	/* A backslash before it makes no word of what cannot be read. */
	while (i < n && p[i] != ',' && p[i] != ';')
		i = p[i] == '\\' ? i + 1 : display_after(p, n, i);
	return i < n ? i + 1 : n;
}
