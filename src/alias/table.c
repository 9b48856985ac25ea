/*
 * table.c - the entries of an aliases file
 *
 * Reading finds entries and their members, but does not expand them.
 * Commands and files stay in the table, so that a delivery to them can name
 * the line.
 */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alias/table.h"
#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/addrlist.h"

#define MEMBER_MAX	4096	/* octets of one member */

/* One file while it is read. */
struct reader {
	const char	*file;
	unsigned	 line;
	struct buf	*mistakes;
	bool		 bad;		/* there was one */
};

static void __attribute__((__format__(__printf__, 2, 3)))
table_mistake(struct reader *r, const char *fmt, ...)
{
	char what[FAULT_TEXT], *text;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	r->bad = true;
	if (r->mistakes == NULL)
		return;
	text = xasprintf("%s:%u: %s", r->file, r->line, what);
	buf_adds_visible(r->mistakes, text);
	buf_adds(r->mistakes, "\n");
	free(text);
}

/*
 * Names
 */

char *
aliases_key(const char *p, size_t n)
{
	bool quoted = n > 0 && *p == '"';
	char *key = xmalloc(n + 1);
	size_t i, k = 0;

	for (i = quoted; i < n - quoted; i++) {
		char c = p[i];

		if (quoted && c == '\\' && i + 1 < n - quoted)
			c = p[++i];
		key[k++] = ascii_lower(c);
	}
	key[k] = '\0';
	return key;
}

/* FNV-1a */
static uint32_t
table_hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* The slot that holds key, or the empty one where it belongs. */
static size_t *
table_slot(const struct aliases *a, const char *key)
{
	size_t i = table_hash(key) & (a->nslot - 1);

	while (a->slot[i] != 0 && strcmp(a->v[a->slot[i] - 1].name, key) != 0)
		i = (i + 1) & (a->nslot - 1);
	return &a->slot[i];
}

size_t
aliases_find(const struct aliases *a, const char *key)
{
	/* The slots count from 1, so that an empty one is ALIASES_NONE. */
	return a->n > 0 ? *table_slot(a, key) - 1 : ALIASES_NONE;
}

static void
table_grow(struct aliases *a)
{
	size_t i;

	a->nslot = a->nslot ? a->nslot * 2 : 64;
	free(a->slot);
	a->slot = xcalloc(a->nslot, sizeof(*a->slot));
	a->v = xreallocarray(a->v, a->nslot / 2, sizeof(*a->v));
	for (i = 0; i < a->n; i++)
		*table_slot(a, a->v[i].name) = i + 1;
}

void
alias_release(struct alias *al)
{
	size_t i;

	for (i = 0; i < al->n; i++)
		free(al->v[i].text);
	free(al->v);
	free(al->name);
}

void
aliases_release(struct aliases *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		alias_release(&a->v[i]);
	free(a->v);
	free(a->slot);
	free(a->file);
	memset(a, 0, sizeof(*a));
}

/*
 * Members
 */

const char *
aliases_refusal(enum alias_kind kind)
{
	return kind == ALIAS_COMMAND ?
	    "mail goes to the relay only, never to a command" :
	    "mail goes to the relay only, never to a file";
}

static void
table_add_member(struct alias *al, enum alias_kind kind, const char *text,
    unsigned line)
{
	if (al->n == al->cap) {
		al->cap = al->cap ? al->cap * 2 : 1;
		al->v = xreallocarray(al->v, al->cap, sizeof(*al->v));
	}
	al->v[al->n++] = (struct alias_member){ .kind = kind,
	    .text = xstrdup(text), .line = line };
}

/* Is it a valid address, once a bare name has a domain? */
static bool
table_valid(struct reader *r, const struct addr *addr)
{
	char *spec = xstrdup(addr->spec);
	struct fault f = { 0 };
	bool good = false;

	if (addr->group)
		table_mistake(r, "%s: a group of addresses cannot stand here",
		    spec);
	else if (addr_complete(&spec, "localhost", &f) == -1)
		table_mistake(r, "%s: %s", addr->spec, f.text);
	else
		good = true;
	free(spec);
	return good;
}

static void
table_read_address(struct reader *r, struct alias *al, const char *p, size_t n)
{
	enum alias_kind kind = *p == '\\' ? ALIAS_ITSELF : ALIAS_ADDRESS;
	struct addr_list list = { 0 };
	struct fault f = { 0 };
	size_t i, skip = kind == ALIAS_ITSELF;

	if (addrlist_parse(&list, p + skip, n - skip, &f) == -1)
		table_mistake(r, "%s: %s", f.what, f.text);
	else for (i = 0; i < list.n; i++)
		if (table_valid(r, &list.v[i]))
			table_add_member(al, kind, list.v[i].spec, r->line);
	addrlist_release(&list);
}

/* The member without quotes, if they enclose all of it. */
static char *
table_unquote(const char *p, size_t n)
{
	char *s;
	size_t i, k = 0;

	if (n < 2 || *p != '"' || p[n - 1] != '"')
		return xstrndup(p, n);
	s = xmalloc(n);
	for (i = 1; i < n - 1; i++) {
		if (p[i] == '\\' && i + 1 < n - 1)
			i++;
		s[k++] = p[i];
	}
	s[k] = '\0';
	return s;
}

static void
table_read_member(struct reader *r, struct alias *al, const char *p, size_t n)
{
	static const char include[] = ":include:";
	char *text = table_unquote(p, n), *path;
	enum alias_kind kind = *text == '|' ? ALIAS_COMMAND : ALIAS_FILE;

	if (memchr(p, '\0', n) != NULL) {
		table_mistake(r, "a NUL octet");
	} else if (*text == '|' || *text == '/') {
		table_mistake(r, "%s: %s", text, aliases_refusal(kind));
		table_add_member(al, kind, text, r->line);
	} else if (strncasecmp(text, include, sizeof(include) - 1) == 0) {
		path = text + sizeof(include) - 1;
		path += strspn(path, " \t");
		if (*path == '/')
			table_add_member(al, ALIAS_INCLUDE, path, r->line);
		else
			table_mistake(r,
			    "%s: expected the path of a file, from /", text);
	} else if (*text == ':') {
		table_mistake(r, "%s: only :include: is known", text);
	} else {
		table_read_address(r, al, p, n);
	}
	free(text);
}

/* The state of splitting a list of members at commas. */
struct splitter {
	struct buf	 b;		/* the member so far */
	unsigned	 line;		/* where it began */
	unsigned	 depth;		/* of comments */
	bool		 quoted;
	bool		 angle;
};

static void
table_finish(struct reader *r, struct alias *al, struct splitter *c)
{
	size_t n = c->b.len;

	while (n > 0 && ascii_space(c->b.p[n - 1]))
		n--;
	r->line = c->line;
	if (c->b.full)
		table_mistake(r, "over %d octets without a comma", MEMBER_MAX);
	else if (n > 0)
		table_read_member(r, al, c->b.p, n);
	buf_clear(&c->b);
	c->depth = 0;
	c->quoted = c->angle = false;
}

/* Track quotes, comments and angle brackets: no comma in them splits. */
static void
table_nest(struct splitter *c, char octet)
{
	if (octet == '"' && c->depth == 0)
		c->quoted = !c->quoted;
	if (c->quoted)
		return;
	if (octet == '(')
		c->depth++;
	else if (octet == ')' && c->depth > 0)
		c->depth--;
	else if (c->depth == 0 && (octet == '<' || octet == '>'))
		c->angle = octet == '<';
}

static bool
table_plain(const struct splitter *c)
{
	return !c->quoted && c->depth == 0;
}

static bool
table_line_end(const char *p, size_t n)
{
	return (n > 0 && *p == '\n') || (n > 1 && memcmp(p, "\r\n", 2) == 0);
}

/* Is it a line end with more white space after it? */
static bool
table_folds(const char *p, size_t n)
{
	return (*p == '\r' || *p == '\n') && n > 1 && ascii_space(p[1]);
}

/* p[0..n) begins in that line of the file and may span several. */
static void
table_read_members(struct reader *r, struct alias *al, unsigned line,
    const char *p, size_t n)
{
	struct splitter c = { .b.max = MEMBER_MAX };
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '#' && table_plain(&c) &&
		    (i == 0 || ascii_space(p[i - 1])))
			while (i < n && p[i] != '\n')
				i++;
		if (i == n)
			break;
		if (p[i] == '\\' && table_line_end(p + i + 1, n - i - 1))
			continue;
		if (p[i] == '\n')
			line++;
		if (p[i] == ',' && table_plain(&c) && !c.angle) {
			table_finish(r, al, &c);
			continue;
		}
		if (ascii_space(p[i]) &&
		    (c.b.len == 0 || table_folds(p + i, n - i)))
			continue;
		if (c.b.len == 0)
			c.line = line;
		if (p[i] == '\\' && i + 1 < n && !ascii_space(p[i + 1]))
			buf_add(&c.b, &p[i++], 1);
		else
			table_nest(&c, p[i]);
		buf_add(&c.b, ascii_space(p[i]) ? " " : &p[i], 1);
	}
	table_finish(r, al, &c);
	buf_release(&c.b);
}

/* The length of the line at p, with its line end if it has one. */
static size_t
table_line_len(const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);

	return nl != NULL ? (size_t)(nl - p) + 1 : n;
}

bool
aliases_list(struct alias *al, const char *file, const char *text, size_t n,
    struct buf *mistakes)
{
	struct reader r = { .file = file, .mistakes = mistakes };
	unsigned line = 1;
	size_t k;

	for (; n > 0; text += k, n -= k) {
		k = table_line_len(text, n);
		table_read_members(&r, al, line++, text, k);
	}
	return !r.bad;
}

/*
 * Reading the file
 */

/* Is the line empty or only a comment? */
static bool
table_empty(const char *p, size_t n)
{
	while (n > 0 && ascii_space(*p)) {
		p++;
		n--;
	}
	return n == 0 || *p == '#';
}

/* Does the line end in a backslash? */
static bool
table_continues(const char *p, size_t n)
{
	if (n > 0 && p[n - 1] == '\n')
		n--;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	return n > 0 && p[n - 1] == '\\';
}

/* The length of an entry; comments and empty lines do not end it. */
static size_t
table_entry_len(const char *p, size_t n)
{
	size_t len = table_line_len(p, n), k;
	bool more = table_continues(p, len);

	if (table_empty(p, len))
		return len;
	for (; len < n; len += k) {
		k = table_line_len(p + len, n - len);
		if (table_empty(p + len, k))
			continue;
		if (!more && !ascii_space(p[len]))
			break;
		more = table_continues(p + len, k);
	}
	return len;
}

/* The length of the name before the colon; n without a colon. */
static size_t
table_name_len(const char *p, size_t n)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '"')
			quoted = !quoted;
		else if (p[i] == '\\' && quoted)
			i++;
		else if (p[i] == ':' && !quoted)
			return i;
	}
	return n;
}

/* The key of the name, or NULL and a mistake. */
static char *
table_read_name(const struct aliases *a, struct reader *r, const char *p, size_t
    n)
{
	char *name = xstrndup(p, n), *key = NULL;
	char *spec = xasprintf("%s@localhost", name);
	struct fault f = { 0 };

	if (n == 0)
		table_mistake(r, "there is no name before the colon");
	else if (addr_at(name) != NULL)
		table_mistake(r, "%s: expected a local name, without a domain",
		    name);
	else if (strlen(name) != n || addr_check(spec, &f) == -1)
		table_mistake(r, "%s: this is not a local name", name);
	else
		key = aliases_key(name, n);
	if (key != NULL && aliases_find(a, key) != ALIASES_NONE) {
		table_mistake(r, "%s: line %u has this name already", name,
		    a->v[aliases_find(a, key)].line);
		free(key);
		key = NULL;
	}
	free(spec);
	free(name);
	return key;
}

/* Read the entry that begins in line r->line. */
static void
table_read_entry(struct aliases *a, struct reader *r, const char *p, size_t n)
{
	struct alias al = { .line = r->line };
	size_t len = table_name_len(p, n), end = len;
	bool bad = r->bad;

	if (ascii_space(*p)) {
		table_mistake(r, "this line begins with white space, but "
		    "there is no line before it to continue");
		return;
	}
	if (len == n) {
		table_mistake(r, "expected a name, a colon and addresses");
		return;
	}
	while (end > 0 && ascii_space(p[end - 1]))
		end--;
	if ((al.name = table_read_name(a, r, p, end)) == NULL)
		return;
	r->bad = false;
	table_read_members(r, &al, al.line, p + len + 1, n - len - 1);
	if (al.n > 0) {
		if (a->n >= a->nslot / 2)
			table_grow(a);
		a->v[a->n++] = al;
		*table_slot(a, al.name) = a->n;
	} else {
		r->line = al.line;
		if (!r->bad)
			table_mistake(r,
			    "%s: there is no address after the colon", al.name);
		alias_release(&al);
	}
	r->bad |= bad;
}

int
aliases_parse(struct aliases *a, const char *file, const char *text, size_t n,
    struct buf *mistakes)
{
	struct reader r = { .file = file, .mistakes = mistakes };
	unsigned line = 1;
	size_t len, i;

	a->file = xstrdup(file);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;		/* a byte order mark in UTF-8 */
		n -= 3;
	}
	for (; n > 0; text += len, n -= len) {
		len = table_entry_len(text, n);
		r.line = line;
		if (!table_empty(text, table_line_len(text, len)))
			table_read_entry(a, &r, text, len);
		for (i = 0; i < len; i++)
			line += text[i] == '\n';
	}
	return r.bad ? -1 : 0;
}
