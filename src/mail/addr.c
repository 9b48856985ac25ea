/*
 * addr.c - mailboxes and lists: parse, check, quote, qualify
 *
 * The parser is lenient because it reads text that people wrote; the check
 * is strict because its result is sent to the relay.  It reads the tokens
 * once: until a '<' the words are both display name and address, and at the
 * end of the mailbox one of the two is dropped.
 */

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/crypt.h"
#include "base/util.h"
#include "mail/addr.h"
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
addr_special(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return false;	/* the frequent case */
	return c != '\0' && strchr("()<>[]:;@\\,.\"", c) != NULL;
}

/* The length of the line end at p if it is folding, else 0. */
static size_t
addr_fold(const char *p, size_t n)
{
	size_t k = n > 0 && p[0] == '\r' ? 1 : 0;

	if (k + 1 < n && p[k] == '\n' && ascii_blank(p[k + 1]))
		return k + 1;
	return 0;
}

static int
addr_bad(struct lexer *l, const char *why)
{
	l->bad = why;
	return T_BAD;
}

/* From the opening octet to the one that closes it. */
static int
addr_enclosed(struct lexer *l, char open, char close, int token)
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
			k = addr_fold(l->p + l->at, l->n - l->at);
			if (k == 0)
				return addr_bad(l, "it contains a line end");
			l->at += k - 1;
		} else if (c == '\0')
			return addr_bad(l, "it contains a NUL");
	}
	if (l->at == l->n)
		return addr_bad(l, open == '"' ? "a quote that does not end" :
		    open == '(' ? "a comment that does not end" :
		    "a \"[\" without \"]\"");
	l->at++;
	return token;
}

static int
addr_atom(struct lexer *l)
{
	char c;

	/* As an atom it cannot be mistaken for the end of an address. */
	l->at += phrase_encoded(l->p + l->at, l->n - l->at);
	for (; l->at < l->n; l->at++) {
		c = l->p[l->at];
		if (c == '\\' && l->at + 1 < l->n)
			c = l->p[++l->at];
		else if (ascii_blank(c) || addr_special(c))
			break;
		if (c == '\0')
			return addr_bad(l, "it contains a NUL");
		if (c == '\r' || c == '\n') {
			if (addr_fold(l->p + l->at, l->n - l->at) > 0)
				break;
			return addr_bad(l, "it contains a line end");
		}
	}
	return T_ATOM;
}

static int
addr_lex(struct lexer *l)
{
	size_t k;
	char c;

	l->space = false;
	for (; l->at < l->n; l->at += k, l->space = true) {
		k = ascii_blank(l->p[l->at]) ? 1 :
		    addr_fold(l->p + l->at, l->n - l->at);
		if (k == 0)
			break;
	}
	l->tok = l->at;
	if (l->at == l->n)
		return T_END;
	c = l->p[l->at];
	switch (c) {
	case '"':
		return addr_enclosed(l, '"', '"', T_QUOTED);
	case '(':
		return addr_enclosed(l, '(', ')', T_COMMENT);
	case '[':
		return addr_enclosed(l, '[', ']', T_LITERAL);
	case '\\':
		if (l->at + 1 < l->n)
			return addr_atom(l);
		break;
	default:
		if (!addr_special(c))
			return addr_atom(l);
	}
	l->at++;
	return c;
}

/* Append the token without line ends; bare: without quoting as well. */
static void
addr_add_token(struct buf *b, const struct lexer *l, int token, bool bare)
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
addr_end_local(struct box *b)
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
addr_is_word(int token)
{
	return token == T_ATOM || token == T_QUOTED || token == T_LITERAL;
}

static void
addr_add_spec(struct box *b, const struct lexer *l, int token)
{
	size_t i;

	if (b->last == 0)
		b->a.spec_start = l->tok;
	b->a.spec_end = l->at;
	if (addr_is_word(token)) {
		b->broken |= addr_is_word(b->last);
		b->quoted |= token == T_QUOTED && !b->at;
		b->words += !b->at;
	} else if (token == '@' && !b->at) {
		addr_end_local(b);
		b->at = true;
	}
	/* Without its backslash "\@" would be another address. */
	for (i = l->tok; token == T_ATOM && i + 1 < l->at; i++)
		if (l->p[i] == '\\')
			b->broken |= !phrase_atext(l->p[++i]);
	addr_add_token(&b->spec, l, token, token == T_ATOM);
	b->last = token;
}

static void
addr_add_phrase(struct box *b, const struct lexer *l, int token)
{
	if (b->name.len > 0 && l->space)
		buf_adds(&b->name, " ");
	addr_add_token(&b->name, l, token, true);
}

/* Empty the box for the next mailbox; its memory stays. */
static void
addr_reset(struct box *b)
{
	struct box old = *b;

	*b = (struct box){ .spec = old.spec, .name = old.name,
	    .note = old.note };
	buf_clear(&b->spec);
	buf_clear(&b->name);
	buf_clear(&b->note);
}

static int
addr_refuse(struct parser *ps, const char *why)
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
addr_angle(struct parser *ps)
{
	struct box *b = &ps->b;
	bool route = false;
	int token;

	if (b->angle)
		return addr_refuse(ps, "a second \"<\"");
	b->angle = true;
	b->a.angle = ps->l.tok;
	b->broken = b->quoted = b->at = false;
	b->last = 0;
	b->words = 0;
	buf_clear(&b->spec);
	b->a.spec_start = b->a.spec_end = ps->l.at;
	while ((token = addr_lex(&ps->l)) != '>') {
		if (token == T_BAD)
			return addr_refuse(ps, ps->l.bad);
		if (token == T_END)
			return addr_refuse(ps, "a \"<\" without \">\"");
		if (token == '@' && b->last == 0)
			route = true;
		if (route)
			route = token != ':';
		else if (addr_is_word(token) || token == '.' || token == '@')
			addr_add_spec(b, &ps->l, token);
		else if (token != T_COMMENT)
			return addr_refuse(ps,
			    "malformed between \"<\" and \">\"");
	}
	if (route)
		return addr_refuse(ps, "a route without an address");
	return 0;
}

static void
addr_append(struct addr_list *list, const struct addr *a)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 1;
		list->v = xreallocarray(list->v, list->cap, sizeof(*list->v));
	}
	list->v[list->n++] = *a;
}

/* At a separator: append the mailbox, if there is one, to the list. */
static int
addr_finish(struct parser *ps)
{
	struct box *b = &ps->b;
	const struct buf *name = b->angle && b->name.len > 0 ? &b->name :
	    &b->note;

	if (!b->at)
		addr_end_local(b);
	if (b->broken)
		return addr_refuse(ps, "words without a dot or comma between "
		    "them");
	if (b->spec.full)
		return addr_refuse(ps, "it is too long");
	if (b->any) {
		b->a.spec = xstrndup(buf_text(&b->spec), b->spec.len);
		if (name->len > 0)
			b->a.name = xstrndup(name->p, name->len);
		b->a.group = ps->group;
		addr_append(ps->list, &b->a);
	}
	addr_reset(b);
	return 0;
}

/* The words so far were the name of a group; its members follow. */
static int
addr_begin_group(struct parser *ps)
{
	if (ps->group)
		return addr_refuse(ps, "a group within a group");
	if (ps->b.angle || ps->b.at || ps->b.last == 0)
		return addr_refuse(
		    ps, "a \":\" that does not follow a group name");
	ps->group = true;
	addr_reset(&ps->b);
	return 0;
}

static int
addr_step(struct parser *ps, int token)
{
	struct box *b = &ps->b;

	switch (token) {
	case T_BAD:
		return addr_refuse(ps, ps->l.bad);
	case T_END:
	case ',':
		return addr_finish(ps);
	case ';':
		if (addr_finish(ps) == -1)
			return -1;
		ps->group = false;
		return 0;
	case ':':
		return addr_begin_group(ps);
	case '>':
		return addr_refuse(ps, "a \">\" without \"<\"");
	case T_COMMENT:
		buf_clear(&b->note);
		addr_add_token(&b->note, &ps->l, token, true);
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
		if (addr_angle(ps) == -1)
			return -1;
	} else if (!b->angle) {
		addr_add_spec(b, &ps->l, token);
		addr_add_phrase(b, &ps->l, token);
	} else if (token == '@')
		return addr_refuse(ps, "two addresses without a comma between");
	b->a.end = ps->l.at;
	return 0;
}

/* Is it a plain "local@domain", as most arguments are? */
static bool
addr_plain(const char *p, size_t n)
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
addr_parse_list(struct addr_list *list, const char *p, size_t n,
    struct fault *f)
{
	struct parser ps = { .l = { .p = p, .n = n }, .list = list, .f = f,
	    .b = { .spec.max = SPEC_MAX, .name.max = PHRASE_MAX,
	    .note.max = PHRASE_MAX } };
	int token, ret;

	if (addr_plain(p, n)) {
		addr_append(list, &(struct addr){ .spec = xstrndup(p, n),
		    .end = n, .spec_end = n });
		return 0;
	}
	do {
		token = addr_lex(&ps.l);
		ret = addr_step(&ps, token);
	} while (ret == 0 && token != T_END);
	buf_release(&ps.b.spec);
	buf_release(&ps.b.name);
	buf_release(&ps.b.note);
	return ret;
}

void
addr_list_release(struct addr_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		free(list->v[i].spec);
		free(list->v[i].name);
	}
	free(list->v);
	memset(list, 0, sizeof(*list));
}

const char *
addr_at(const char *spec)
{
	bool quoted = false;
	const char *p;

	for (p = spec; *p != '\0'; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p[1] != '\0')
			p++;
		else if (*p == '@' && !quoted)
			return p;
	}
	return NULL;
}

bool
addr_same(const char *a, const char *b)
{
	const char *at = strrchr(a, '@'), *bt = strrchr(b, '@');

	if (at == NULL || bt == NULL || at - a != bt - b)
		return strcmp(a, b) == 0;
	return memcmp(a, b, (size_t)(at - a)) == 0 && strcasecmp(at, bt) == 0;
}

/* Free of C0, DEL, C1, line ends of Unicode and malformed UTF-8? */
static bool
addr_clean(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c;
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = 1;
		if (*p >= 0x20 && *p < 0x7f)
			continue;
		k = utf8_next(p, n, &c);
		if (k == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) ||
		    c == 0x2028 || c == 0x2029)
			return false;
	}
	return true;
}

static bool
addr_dot_atom(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '.' ? i == 0 || p[i - 1] == '.' :
		    !phrase_atext(p[i]))
			return false;
	return n > 0 && p[n - 1] != '.';
}

static bool
addr_quoted_string(const char *p, size_t n)
{
	size_t i;

	if (n < 2 || p[0] != '"' || p[n - 1] != '"')
		return false;
	for (i = 1; i < n - 1; i++) {
		if (p[i] == '"')
			return false;
		/* RFC 6531 extends no quoted pair beyond ASCII. */
		if (p[i] == '\\' && (++i == n - 1 ||
		    (p[i] != ' ' && !ascii_graphic(p[i]))))
			return false;
	}
	return true;
}

/* [192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321, 4.1.3). */
static bool
addr_literal(const char *p, size_t n)
{
	static const char tag[] = "[IPv6:";
	size_t skip = 1;
	char text[INET6_ADDRSTRLEN + 1];
	struct in6_addr a;
	int af = AF_INET;

	if (strncasecmp(p, tag, sizeof(tag) - 1) == 0) {
		skip = sizeof(tag) - 1;
		af = AF_INET6;
	}
	if (n < skip + 2 || p[n - 1] != ']' || n - skip > sizeof(text))
		return false;
	memcpy(text, p + skip, n - skip - 1);
	text[n - skip - 1] = '\0';
	return inet_pton(af, text, &a) == 1;
}

/* Labels with dots between; hosts with '_' in their names exist. */
static bool
addr_domain(const char *p, size_t n)
{
	size_t i, start = 0;
	bool ascii = true;

	for (i = 0; i <= n; i++) {
		if (i == n || p[i] == '.') {
			if (i == start || p[start] == '-' ||
			    p[i - 1] == '-' || (ascii && i - start > 63))
				return false;
			start = i + 1;
			ascii = true;
		} else if ((unsigned char)p[i] >= 0x80)
			ascii = false;
		else if (p[i] != '-' && p[i] != '_' && !ascii_alnum(p[i]))
			return false;
	}
	return true;
}

/* Why it is not an address; NULL if it is one. */
static const char *
addr_objection(const char *spec)
{
	size_t n = strlen(spec), local;
	const char *at = addr_at(spec);

	if (n == 0)
		return "it is empty";
	if (n > ADDR_MAX)
		return "it is longer than 254 octets";
	if (!addr_clean(spec, n))
		return "it contains a control character or malformed UTF-8";
	if (at == NULL)
		return "it has no domain";
	local = (size_t)(at - spec);
	if (local > 64)
		return "more than 64 octets before the \"@\"";
	if (!addr_dot_atom(spec, local) && !addr_quoted_string(spec, local))
		return "the part before the \"@\" is malformed";
	at++;
	n -= local + 1;
	if (*at == '[' ? !addr_literal(at, n) : !addr_domain(at, n))
		return "its domain is malformed";
	return NULL;
}

static int
addr_fail(struct fault *f, const char *spec, const char *why)
{
	fault_what(f, "%s", spec);
	return fault_set(f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s", why);
}

int
addr_check(const char *spec, struct fault *f)
{
	const char *why = addr_objection(spec);

	return why == NULL ? 0 : addr_fail(f, spec, why);
}

int
addr_path(char **spec, const char *arg, struct fault *f)
{
	struct addr_list list = { 0 };
	int ret = addr_parse_list(&list, arg, strlen(arg), f);

	if (ret == 0 && (list.n > 1 || (list.n == 1 && list.v[0].group)))
		ret = addr_fail(f, arg, "expected one address");
	else if (ret == 0 && list.n == 0 && arg[strspn(arg, " \t")] != '\0')
		ret = addr_fail(f, arg, "it contains no address");
	if (ret == 0)
		*spec = xstrdup(list.n == 1 ? list.v[0].spec : "");
	addr_list_release(&list);
	return ret;
}

void
addr_qualify(char **spec, const char *dom)
{
	char *old = *spec;

	if (*old == '\0' || addr_at(old) != NULL)
		return;
	*spec = xasprintf("%s@%s", old, dom);
	free(old);
}

int
addr_ascii_domain(char **spec, struct fault *f)
{
	char *old = *spec, *dom, *end = old + strlen(old);
	const char *at = addr_at(old);

	if (at != NULL && end[-1] == '.' && strchr("@.", end[-2]) == NULL)
		end[-1] = '\0';
	if (at == NULL || ascii_only(at, strlen(at)) ||
	    !ascii_only(old, (size_t)(at - old)))
		return 0;
	if (crypt_ready(f) == -1)
		return -1;
	if ((dom = crypt_idna(at + 1)) == NULL)
		return addr_fail(f, old, "its domain has no ASCII form");
	*spec = xasprintf("%.*s%s", (int)(at + 1 - old), old, dom);
	free(dom);
	free(old);
	return 0;
}

int
addr_complete(char **spec, const char *domain, struct fault *f)
{
	if (domain != NULL)
		addr_qualify(spec, domain);
	return addr_ascii_domain(spec, f) == -1 ? -1 : addr_check(*spec, f);
}

bool
addr_needs_utf8(const char *spec)
{
	return !ascii_only(spec, strlen(spec));
}

void
addr_add_local(struct buf *b, const char *user)
{
	if (!addr_dot_atom(user, strlen(user)))
		phrase_quote(b, user, strlen(user));
	else
		buf_adds(b, user);
}
