/*
 * lookup.c - the expansion of an address by aliases
 *
 * The expansion enters each alias once.  An alias that occurs again within
 * its own expansion is a loop; one that occurs again later is already done.
 * A local name without an alias is deferred; if there are any, a second pass
 * expands the alias "default" once for all of them.  Names without an alias
 * in the second pass stay as they are, so "default" cannot be a loop.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alias/lookup.h"
#include "base/util.h"
#include "mail/addr.h"

enum { FRESH, BUSY, DONE };	/* the expansion: not begun, begun, done */

struct lookup {
	const struct aliases	*a;
	const struct alias_opts	*o;
	struct envelope		*to;
	unsigned char		*state;		/* of each alias */
	size_t			 fallback;	/* the alias "default" */
	unsigned		 depth;
	unsigned		 includes;
	bool			 second;	/* the pass from "default" */
	bool			 deferred;	/* a name is left for that */
	bool			 skipped;	/* a member was left out */
	struct fault		 why;		/* the first of those */
	struct fault		*f;
};

static int lookup_expand_alias(struct lookup *, size_t);
static int lookup_expand_members(
    struct lookup *, const struct alias *, const char *, size_t);

static void
lookup_note(struct buf *mistakes, const char *text)
{
	if (mistakes == NULL)
		return;
	buf_adds(mistakes, text);
	buf_adds(mistakes, "\n");
}

static int __attribute__((__format__(__printf__, 2, 3)))
lookup_refuse(struct lookup *l, const char *fmt, ...)
{
	char text[FAULT_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fault_set(l->f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s", text);
}

/* Leave out a member; that is a fault only if no address is left. */
static void
lookup_skip(struct lookup *l, const char *file, const struct alias_member *m,
    const char *why)
{
	struct fault f = { 0 };

	(void)fault_set(&f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s:%u: %s: %s",
	    file, m->line, m->text, why);
	if (l->o->refused || (m->kind != ALIAS_COMMAND &&
	    m->kind != ALIAS_FILE))
		lookup_note(l->o->mistakes, f.text);
	if (!l->skipped)
		l->why = f;
	l->skipped = true;
}

/* Make an address of what has no alias. */
static int
lookup_complete(const struct alias_opts *o, char **spec, struct fault *f)
{
	const char *to = NULL;

	if (**spec != '\0' && addr_at(*spec) == NULL && o->bare != NULL &&
	    o->bare(o->ctx, *spec, &to, f) == -1)
		return -1;
	if (to != NULL) {
		free(*spec);
		*spec = xstrdup(to);
	}
	return addr_complete(spec, o->domain, f);
}

/* file is NULL if the caller gave the address. */
static int
lookup_add(struct lookup *l, const char *given, const char *file, unsigned line)
{
	char *spec = xstrdup(given);
	struct fault f = { 0 };
	int status = 0;

	if (lookup_complete(l->o, &spec, &f) == -1) {
		*l->f = f;
		status = file == NULL ? -1 : lookup_refuse(l,
		    "%s:%u: %s: %s", file, line, given, f.text);
	} else if (l->to->nrcpt == ALIAS_RCPTS)
		status = lookup_refuse(l, "it expands to over %d addresses",
		    ALIAS_RCPTS);
	else
		(void)envelope_add(l->to, spec);
	free(spec);
	return status;
}

/* Is the address on this host?  at is its "@" or NULL. */
static bool
lookup_here(const struct alias_opts *o, const char *at)
{
	size_t i;

	for (i = 0; at != NULL && i < o->nhosts; i++)
		if (strcasecmp(at + 1, o->hosts[i]) == 0)
			return true;
	return at == NULL;
}

bool
alias_concerns(const struct alias_opts *o, const char *addr)
{
	return *addr == '\\' || lookup_here(o, addr_at(addr));
}

/* The name to look up, if the address is on this host; else NULL. */
static char *
lookup_local_key(const struct alias_opts *o, const char *spec)
{
	const char *at = addr_at(spec);

	if (!lookup_here(o, at))
		return NULL;
	return aliases_key(spec, at != NULL ? (size_t)(at - spec) :
	    strlen(spec));
}

/* A member of the alias self (ALIASES_NONE: the caller gave it). */
static int
lookup_expand_address(struct lookup *l, const struct alias_member *m, const char
    *file, size_t self)
{
	char *key = lookup_local_key(l->o, m->text);
	size_t i = key != NULL ? aliases_find(l->a, key) : ALIASES_NONE;
	bool local = key != NULL;

	free(key);
	if (i == ALIASES_NONE && local && !l->second &&
	    l->fallback != ALIASES_NONE) {
		l->deferred = true;
		return 0;
	}
	if (i == ALIASES_NONE || i == self)
		return lookup_add(l, m->text, file, m->line);
	if (l->state[i] == DONE)
		return 0;
	if (l->state[i] == FRESH)
		return lookup_expand_alias(l, i);
	lookup_skip(l, file, m, "this alias leads back to itself");
	return 0;
}

/* Put the line that includes the file before the text of its fault. */
static int
lookup_name_line(
    struct lookup *l, const struct alias_member *m, const char *file)
{
	struct fault why = *l->f;

	return fault_set(l->f, ST_ADDRESS, why.domain, why.code, why.verdict,
	    "%s:%u: %s", file, m->line, why.text);
}

static int
lookup_expand_include(struct lookup *l, const struct alias_member *m, const char
    *file, size_t self)
{
	struct buf text = { .max = ALIAS_INCLUDE_MAX };
	struct alias list = { 0 };
	int status;

	if (l->o->include == NULL)
		return lookup_refuse(l,
		    "%s:%u: %s: files cannot be included here", file, m->line,
		    m->text);
	if (l->includes++ == ALIAS_INCLUDES)
		return lookup_refuse(l, "%s:%u: over %d files are included",
		    file, m->line, ALIAS_INCLUDES);
	status = l->o->include(l->o->ctx, m->text, &text, l->f);
	if (status == 0)
		(void)aliases_list(&list, m->text, buf_text(&text), text.len,
		    l->o->refused ? NULL : l->o->mistakes);
	buf_release(&text);
	if (status == -1)
		return lookup_name_line(l, m, file);
	if (list.n == 0)
		lookup_skip(l, file, m, "this file names no address");
	status = lookup_expand_members(l, &list, m->text, self);
	alias_release(&list);
	return status;
}

static int
lookup_expand_members(
    struct lookup *l, const struct alias *al, const char *file, size_t self)
{
	int status = 0;
	size_t i;

	if (l->depth == ALIAS_DEPTH)
		return lookup_refuse(l, "%s: aliases are nested over %d deep",
		    file, ALIAS_DEPTH);
	l->depth++;
	for (i = 0; status == 0 && i < al->n; i++) {
		const struct alias_member *m = &al->v[i];

		switch (m->kind) {
		case ALIAS_ADDRESS:
			status = lookup_expand_address(l, m, file, self);
			break;
		case ALIAS_ITSELF:
			status = lookup_add(l, m->text, file, m->line);
			break;
		case ALIAS_INCLUDE:
			status = lookup_expand_include(l, m, file, self);
			break;
		case ALIAS_COMMAND:
		case ALIAS_FILE:
			lookup_skip(l, file, m, aliases_refusal(m->kind));
			break;
		}
	}
	l->depth--;
	return status;
}

static int
lookup_expand_alias(struct lookup *l, size_t i)
{
	int status;

	l->state[i] = BUSY;
	status = lookup_expand_members(l, &l->a->v[i], l->a->file, i);
	l->state[i] = DONE;
	return status;
}

static void
lookup_start(struct lookup *l, const struct aliases *a,
    const struct alias_opts *o, struct envelope *to, struct fault *f)
{
	*l = (struct lookup){ .a = a, .o = o, .to = to, .f = f,
	    .state = xcalloc(a->n + 1, sizeof(*l->state)),
	    .fallback = aliases_find(a, "default") };
}

/* An address of another host, or after a backslash, has no alias. */
static int
lookup_add_as_is(const struct alias_opts *o, const char *addr,
    struct envelope *e, struct fault *f)
{
	char *spec = xstrdup(addr);
	int status = lookup_complete(o, &spec, f);

	if (status == 0)
		(void)envelope_add(e, spec);
	else
		fault_what(f, "%s", addr);
	free(spec);
	return status;
}

int
alias_expand(const struct aliases *a, const struct alias_opts *o,
    const char *addr, struct envelope *e, struct fault *f)
{
	struct alias_member m = { .kind = ALIAS_ADDRESS };
	struct envelope to = { 0 };
	struct lookup l;
	int status;
	size_t i;

	if (*addr == '\\' || !lookup_here(o, addr_at(addr)))
		return lookup_add_as_is(o, addr + (*addr == '\\'), e, f);
	lookup_start(&l, a, o, &to, f);
	m.text = xstrdup(addr);
	status = lookup_expand_address(&l, &m, NULL, ALIASES_NONE);
	if (status == 0 && l.deferred) {
		memset(l.state, FRESH, a->n);
		l.second = true;
		status = lookup_expand_alias(&l, l.fallback);
	}
	if (status == 0 && to.nrcpt == 0)
		status = lookup_refuse(&l, "%s", l.why.text);
	if (status == -1)
		fault_what(f, "%s", addr);
	for (i = 0; status == 0 && i < to.nrcpt; i++)
		(void)envelope_add(e, to.rcpt[i].addr);
	free(l.state);
	free(m.text);
	envelope_release(&to);
	return status;
}

bool
alias_lookup_single(const struct aliases *a, const struct alias_opts *o,
    const char *name, char **spec)
{
	size_t i, last = ALIASES_NONE, depth;
	bool second = false, found = false;
	const char *to = NULL;
	struct fault f = { 0 };
	char *key;

	if (*name == '\0' || addr_at(name) != NULL)
		return false;
	for (depth = 0; depth < ALIAS_DEPTH; depth++, last = i) {
		if ((key = lookup_local_key(o, name)) == NULL)
			break;
		i = aliases_find(a, key);
		free(key);
		if (i == ALIASES_NONE && !second) {
			i = aliases_find(a, "default");
			second = true;
		}
		if (i == ALIASES_NONE || i == last)
			break;
		if (a->v[i].n != 1 || a->v[i].v[0].kind > ALIAS_ITSELF)
			return false;
		name = a->v[i].v[0].text;
		found = true;
		if (a->v[i].v[0].kind == ALIAS_ITSELF)
			break;
	}
	if (depth == ALIAS_DEPTH || (!found && (o->bare == NULL ||
	    o->bare(o->ctx, name, &to, &f) == -1 || to == NULL)))
		return false;
	*spec = xstrdup(to != NULL ? to : name);
	if (lookup_complete(o, spec, &f) == 0)
		return true;
	free(*spec);
	*spec = NULL;
	return false;
}

static void
lookup_check(struct lookup *l, size_t i)
{
	l->includes = 0;
	fault_clear(l->f);
	if (l->state[i] == FRESH && lookup_expand_alias(l, i) == -1)
		lookup_note(l->o->mistakes, l->f->text);
	envelope_release(l->to);
}

void
alias_check(const struct aliases *a, const struct alias_opts *o)
{
	struct envelope to = { 0 };
	struct fault f;
	struct lookup l;
	size_t i;

	lookup_start(&l, a, o, &to, &f);
	l.second = true;
	if (l.fallback != ALIASES_NONE)
		lookup_check(&l, l.fallback);
	l.second = false;
	for (i = 0; i < a->n; i++)
		lookup_check(&l, i);
	free(l.state);
}
