/*
 * addrlist.c - parse mailboxes and lists
 *
 * It reads the tokens once: until a '<' the words are both display name and
 * address, and at the end of the mailbox one of the two is dropped.
 */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/addrlist.h"
#include "mail/phrase.h"

#define SPEC_MAX	1024	/* more cannot pass addr_check() */
#define PHRASE_MAX	4096	/* of a display name; the rest is cut */

/* Tokens; a special is its own token. */
enum { T_END = 256, T_ATOM, T_QUOTED, T_COMMENT, T_LITERAL, T_BAD };

struct lexer {
	const char	*p;
	size_t		 n;
	size_t		 at;		/* the next octet */
	size_t		 tok;		/* the token: p[tok..at) */
	bool		 space;		/* white space stood before it */
	const char	*bad;		/* the reason for T_BAD */
};

/* The mailbox that is being read. */
struct box {
	struct buf	 spec, name;
	struct buf	 note;		/* its last comment */
	struct addr	 a;
	int		 last;		/* token that spec ends in; 0 if none */
	size_t		 words;		/* in the local part */
	bool		 quoted;	/* one of them is */
	bool		 at;		/* the local part is over */
	bool		 broken;	/* two words without a dot between */
	bool		 any;		/* something but comments was seen */
	bool		 angle;		/* <...> was seen */
};

struct parser {
	struct lexer		 l;
	struct box		 b;
	struct addr_list	*list;
	struct fault		*f;
	bool			 group;
};

static bool
al_special(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return false;	/* the frequent case */
	return c != '\0' && strchr("()<>[]:;@\\,.\"", c) != NULL;
}

/* The length of the line end at p if it is folding, else 0. */
static size_t
al_fold(const char *p, size_t n)
{
	size_t k = n > 0 && p[0] == '\r' ? 1 : 0;

	if (k + 1 < n && p[k] == '\n' && ascii_blank(p[k + 1]))
		return k + 1;
	return 0;
}

static int
al_bad(struct lexer *l, const char *why)
{
	l->bad = why;
	return T_BAD;
}

/* From the opening octet to the one that closes it. */
static int
al_enclosed(struct lexer *l, char open, char close, int token)
{
	size_t depth = 1, k;

	for (l->at++; l->at < l->n; l->at++) {
		char c = l->p[l->at];

		if (c == '\\' && l->at + 1 < l->n)
			c = l->p[++l->at];
		else if (c == close && --depth == 0)
			break;
		else if (c == open)
			depth++;
		if (c == '\r' || c == '\n') {
			k = al_fold(l->p + l->at, l->n - l->at);
			if (k == 0)
				return al_bad(l, "it contains a line end");
			l->at += k - 1;
		} else if (c == '\0')
			return al_bad(l, "it contains a NUL");
	}
	if (l->at == l->n)
		return al_bad(l, open == '"' ? "a quote that does not end" :
		    open == '(' ? "a comment that does not end" :
		    "a \"[\" without \"]\"");
	l->at++;
	return token;
}

static int
al_atom(struct lexer *l)
{
	char c;

	/* As an atom it cannot be mistaken for the end of an address. */
	l->at += phrase_encoded(l->p + l->at, l->n - l->at);
	for (; l->at < l->n; l->at++) {
		c = l->p[l->at];
		if (c == '\\' && l->at + 1 < l->n)
			c = l->p[++l->at];
		else if (ascii_blank(c) || al_special(c))
			break;
		if (c == '\0')
			return al_bad(l, "it contains a NUL");
		if (c == '\r' || c == '\n') {
			if (al_fold(l->p + l->at, l->n - l->at) > 0)
				break;
			return al_bad(l, "it contains a line end");
		}
	}
	return T_ATOM;
}

static int
al_lex(struct lexer *l)
{
	size_t k;
	char c;

	l->space = false;
	for (; l->at < l->n; l->at += k, l->space = true) {
		k = ascii_blank(l->p[l->at]) ? 1 :
		    al_fold(l->p + l->at, l->n - l->at);
		if (k == 0)
			break;
	}
	l->tok = l->at;
	if (l->at == l->n)
		return T_END;
	c = l->p[l->at];
	switch (c) {
	case '"':
		return al_enclosed(l, '"', '"', T_QUOTED);
	case '(':
		return al_enclosed(l, '(', ')', T_COMMENT);
	case '[':
		return al_enclosed(l, '[', ']', T_LITERAL);
	case '\\':
		if (l->at + 1 < l->n)
			return al_atom(l);
		break;
	default:
		if (!al_special(c))
			return al_atom(l);
	}
	l->at++;
	return c;
}

/* Append the token without line ends; bare: without quoting as well. */
static void
al_add_token(struct buf *b, const struct lexer *l, int token, bool bare)
{
	const char *p = l->p + l->tok, *end = l->p + l->at, *from;

	if (bare && (token == T_QUOTED || token == T_COMMENT)) {
		p++;
		end--;
	}
	if (!buf_reserve(b, (size_t)(end - p)))
		return;
	for (from = p; p < end; p++) {
		if (*p != '\r' && *p != '\n' &&
		    (*p != '\\' || !bare || p + 1 == end))
			continue;
		buf_add(b, from, (size_t)(p - from));
		from = *p == '\\' ? ++p : p + 1;
	}
	buf_add(b, from, (size_t)(end - from));
}

/*
 * RFC 5322 allows quoted words among the words of a local part; RFC 5321
 * needs one quoted string then.
 */
static void
al_end_local(struct box *b)
{
	struct buf old = b->spec;
	size_t i;

	if (!b->quoted || b->words < 2)
		return;
	b->spec = (struct buf){ .max = SPEC_MAX };
	buf_adds(&b->spec, "\"");
	for (i = 0; i < old.len; i++) {
		if (old.p[i] == '"')
			continue;
		if (old.p[i] == '\\' && i + 1 < old.len)
			buf_add(&b->spec, &old.p[i++], 1);
		buf_add(&b->spec, &old.p[i], 1);
	}
	buf_adds(&b->spec, "\"");
	b->spec.full |= old.full;
	buf_release(&old);
}

static bool
al_is_word(int token)
{
	return token == T_ATOM || token == T_QUOTED || token == T_LITERAL;
}

static void
al_add_spec(struct box *b, const struct lexer *l, int token)
{
	size_t i;

	if (b->last == 0)
		b->a.spec_start = l->tok;
	b->a.spec_end = l->at;
	if (al_is_word(token)) {
		b->broken |= al_is_word(b->last);
		b->quoted |= token == T_QUOTED && !b->at;
		b->words += !b->at;
	} else if (token == '@' && !b->at) {
		al_end_local(b);
		b->at = true;
	}
	/* Without its backslash "\@" would be another address. */
	for (i = l->tok; token == T_ATOM && i + 1 < l->at; i++)
		if (l->p[i] == '\\')
			b->broken |= !phrase_atext(l->p[++i]);
	al_add_token(&b->spec, l, token, token == T_ATOM);
	b->last = token;
}

static void
al_add_phrase(struct box *b, const struct lexer *l, int token)
{
	if (b->name.len > 0 && l->space)
		buf_adds(&b->name, " ");
	al_add_token(&b->name, l, token, true);
}

/* Empty the box for the next mailbox; its memory stays. */
static void
al_reset(struct box *b)
{
	struct box old = *b;

	*b = (struct box){ .spec = old.spec, .name = old.name,
	    .note = old.note };
	buf_clear(&b->spec);
	buf_clear(&b->name);
	buf_clear(&b->note);
}

static int
al_refuse(struct parser *ps, const char *why)
{
	size_t start = ps->b.any ? ps->b.a.start : ps->l.tok;
	size_t n = ps->l.at - start;

	if (n > ADDR_MAX)
		n = ADDR_MAX;
	fault_what(ps->f, "%.*s", (int)n, ps->l.p + start);
	return fault_set(ps->f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s", why);
}

/* <...>, which may begin with an obsolete route; that is ignored. */
static int
al_angle(struct parser *ps)
{
	struct box *b = &ps->b;
	bool route = false;
	int token;

	if (b->angle)
		return al_refuse(ps, "a second \"<\"");
	b->angle = true;
	b->a.angle = ps->l.tok;
	b->broken = b->quoted = b->at = false;
	b->last = 0;
	b->words = 0;
	buf_clear(&b->spec);
	b->a.spec_start = b->a.spec_end = ps->l.at;
	while ((token = al_lex(&ps->l)) != '>') {
		if (token == T_BAD)
			return al_refuse(ps, ps->l.bad);
		if (token == T_END)
			return al_refuse(ps, "a \"<\" without \">\"");
		if (token == '@' && b->last == 0)
			route = true;
		if (route)
			route = token != ':';
		else if (al_is_word(token) || token == '.' || token == '@')
			al_add_spec(b, &ps->l, token);
		else if (token != T_COMMENT)
			return al_refuse(ps,
			    "malformed between \"<\" and \">\"");
	}
	if (route)
		return al_refuse(ps, "a route without an address");
	return 0;
}

static void
al_append(struct addr_list *list, const struct addr *a)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 1;
		list->v = xreallocarray(list->v, list->cap, sizeof(*list->v));
	}
	list->v[list->n++] = *a;
}

/* At a separator: append the mailbox, if there is one, to the list. */
static int
al_finish(struct parser *ps)
{
	struct box *b = &ps->b;
	const struct buf *name = b->angle && b->name.len > 0 ? &b->name :
	    &b->note;

	if (!b->at)
		al_end_local(b);
	if (b->broken)
		return al_refuse(ps, "words without a dot or comma between "
		    "them");
	if (b->spec.full)
		return al_refuse(ps, "it is too long");
	if (b->any) {
		b->a.spec = xstrndup(buf_text(&b->spec), b->spec.len);
		if (name->len > 0)
			b->a.name = xstrndup(name->p, name->len);
		b->a.group = ps->group;
		al_append(ps->list, &b->a);
	}
	al_reset(b);
	return 0;
}

/* The words so far were the name of a group; its members follow. */
static int
al_begin_group(struct parser *ps)
{
	if (ps->group)
		return al_refuse(ps, "a group within a group");
	if (ps->b.angle || ps->b.at || ps->b.last == 0)
		return al_refuse(
		    ps, "a \":\" that does not follow a group name");
	ps->group = true;
	al_reset(&ps->b);
	return 0;
}

static int
al_step(struct parser *ps, int token)
{
	struct box *b = &ps->b;

	switch (token) {
	case T_BAD:
		return al_refuse(ps, ps->l.bad);
	case T_END:
	case ',':
		return al_finish(ps);
	case ';':
		if (al_finish(ps) == -1)
			return -1;
		ps->group = false;
		return 0;
	case ':':
		return al_begin_group(ps);
	case '>':
		return al_refuse(ps, "a \">\" without \"<\"");
	case T_COMMENT:
		buf_clear(&b->note);
		al_add_token(&b->note, &ps->l, token, true);
		if (b->any)
			b->a.end = ps->l.at;
		return 0;
	default:
		break;
	}
	if (!b->any)
		b->a.start = b->a.angle = ps->l.tok;
	b->any = true;
	if (token == '<') {
		if (al_angle(ps) == -1)
			return -1;
	} else if (!b->angle) {
		al_add_spec(b, &ps->l, token);
		al_add_phrase(b, &ps->l, token);
	} else if (token == '@')
		return al_refuse(ps, "two addresses without a comma between");
	b->a.end = ps->l.at;
	return 0;
}

/* Is it a plain "local@domain", as most arguments are? */
static bool
al_plain(const char *p, size_t n)
{
	size_t i, at = 0;

	for (i = 0; i < n && at < 2; i++)
		if (p[i] == '@')
			at++;
		else if (p[i] != '.' && !phrase_atext(p[i]))
			return false;
	return at == 1 && n <= ADDR_MAX;
}

int
addrlist_parse(struct addr_list *list, const char *p, size_t n,
    struct fault *f)
{
	struct parser ps = { .l = { .p = p, .n = n }, .list = list, .f = f,
	    .b = { .spec.max = SPEC_MAX, .name.max = PHRASE_MAX,
	    .note.max = PHRASE_MAX } };
	int token, ret;

	list->open = false;
	if (al_plain(p, n)) {
		al_append(list, &(struct addr){ .spec = xstrndup(p, n),
		    .end = n, .spec_end = n });
		return 0;
	}
	do {
		token = al_lex(&ps.l);
		ret = al_step(&ps, token);
	} while (ret == 0 && token != T_END);
	list->open = ps.group && p[n - 1] != '\\';
	buf_release(&ps.b.spec);
	buf_release(&ps.b.name);
	buf_release(&ps.b.note);
	return ret;
}

void
addrlist_release(struct addr_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		free(list->v[i].spec);
		free(list->v[i].name);
	}
	free(list->v);
	memset(list, 0, sizeof(*list));
}
