/*
 * lookup.c - what an address becomes
 *
 * Expanding walks down from an address and enters each alias once: one that
 * is met again on the way down is a loop, one that is met again later has
 * been dealt with.  Names without an alias are put off; if there were any, a
 * second walk, from the alias "default", stands for all of them.  Those that
 * it meets are themselves, so that "default" cannot lead back to itself.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alias/lookup.h"
#include "base/util.h"
#include "mail/addr.h"

enum { FRESH, BUSY, DONE };	/* not met yet, on the way down, dealt with */

struct walk {
	const struct aliases	*a;
	const struct alias_opts	*o;
	struct envelope		*to;
	unsigned char		*state;		/* of each alias */
	size_t			 fallback;	/* the alias "default" */
	unsigned		 depth;
	unsigned		 includes;
	bool			 second;	/* from "default" */
	bool			 put_off;	/* a name is left for it */
	bool			 passed;	/* something was passed over: */
	struct fault		 why;		/* that came first */
	struct fault		*f;
};

static int lookup_walk_alias(struct walk *, size_t);
static int lookup_walk_members(struct walk *, const struct alias *, const char
    *, size_t);

static void
lookup_note(struct buf *mistakes, const char *text)
{
	if (mistakes == NULL)
		return;
	buf_adds(mistakes, text);
	buf_adds(mistakes, "\n");
}

static int __attribute__((__format__(__printf__, 2, 3)))
lookup_refuse(struct walk *w, const char *fmt, ...)
{
	char words[FAULT_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	return fault_set(w->f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s", words);
}

/* It counts only if there is nothing else. */
static void
lookup_pass_over(struct walk *w, const char *file, const struct alias_member *m,
    const char *words)
{
	struct fault f;

	fault_clear(&f);
	(void)fault_set(&f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s:%u: %s: %s",
	    file, m->line, m->text, words);
	/* What mail cannot go to was a mistake when it was read. */
	if (m->kind != ALIAS_COMMAND && m->kind != ALIAS_FILE)
		lookup_note(w->o->mistakes, f.text);
	if (!w->passed)
		w->why = f;
	w->passed = true;
}

/* file is NULL if it is what the caller gave. */
static int
lookup_add(struct walk *w, const char *given, const char *file, unsigned line)
{
	char *spec = xstrdup(given);
	struct fault f;
	int status = 0;

	fault_clear(&f);
	if (aliases_complete(&spec, w->o->domain, &f) == -1)
		status = file != NULL ? lookup_refuse(w, "%s:%u: %s: %s", file,
					    line, given, f.text)
				      : lookup_refuse(w, "%s", f.text);
	else if (w->to->nrcpt == ALIAS_RCPTS)
		status = lookup_refuse(w, "it stands for over %d addresses",
		    ALIAS_RCPTS);
	else
		(void)envelope_add(w->to, spec);
	free(spec);
	return status;
}

/* Is it on this host, this being its "@" or NULL? */
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

/* A member of the alias self (ALIASES_NONE: it is what the caller gave). */
static int
lookup_walk_address(struct walk *w, const struct alias_member *m, const char
    *file, size_t self)
{
	char *key = lookup_local_key(w->o, m->text);
	size_t i = key != NULL ? aliases_find(w->a, key) : ALIASES_NONE;
	bool ours = key != NULL;

	free(key);
	if (i == ALIASES_NONE && ours && !w->second &&
	    w->fallback != ALIASES_NONE) {
		w->put_off = true;
		return 0;
	}
	if (i == ALIASES_NONE || i == self)
		return lookup_add(w, m->text, file, m->line);
	if (w->state[i] == DONE)
		return 0;
	if (w->state[i] == FRESH)
		return lookup_walk_alias(w, i);
	lookup_pass_over(w, file, m, "this alias leads back to itself");
	return 0;
}

/* Say which line wanted the file. */
static int
lookup_blame(struct walk *w, const struct alias_member *m, const char *file)
{
	struct fault why = *w->f;

	return fault_set(w->f, ST_ADDRESS, why.domain, why.code, why.verdict,
	    "%s:%u: %s", file, m->line, why.text);
}

static int
lookup_walk_include(struct walk *w, const struct alias_member *m, const char
    *file, size_t self)
{
	struct buf text = { .max = ALIAS_INCLUDE_MAX };
	struct alias list = { 0 };
	int status;

	if (w->o->include == NULL)
		return lookup_refuse(w, "%s:%u: %s: nothing is included here",
		    file, m->line, m->text);
	if (w->includes++ == ALIAS_INCLUDES)
		return lookup_refuse(w, "%s:%u: over %d files are included",
		    file, m->line, ALIAS_INCLUDES);
	status = w->o->include(w->o->ctx, m->text, &text, w->f);
	if (status == 0)
		(void)aliases_list(&list, m->text, buf_text(&text), text.len,
		    w->o->mistakes);
	buf_release(&text);
	if (status == -1)
		return lookup_blame(w, m, file);
	if (list.n == 0)
		lookup_pass_over(w, file, m, "nobody is named in this file");
	status = lookup_walk_members(w, &list, m->text, self);
	alias_release(&list);
	return status;
}

static int
lookup_walk_members(struct walk *w, const struct alias *al, const char *file,
    size_t self)
{
	int status = 0;
	size_t i;

	if (w->depth == ALIAS_DEPTH)
		return lookup_refuse(w, "%s: over %d aliases of aliases", file,
		    ALIAS_DEPTH);
	w->depth++;
	for (i = 0; status == 0 && i < al->n; i++) {
		const struct alias_member *m = &al->v[i];

		switch (m->kind) {
		case ALIAS_ADDRESS:
			status = lookup_walk_address(w, m, file, self);
			break;
		case ALIAS_ITSELF:
			status = lookup_add(w, m->text, file, m->line);
			break;
		case ALIAS_INCLUDE:
			status = lookup_walk_include(w, m, file, self);
			break;
		case ALIAS_COMMAND:
		case ALIAS_FILE:
			lookup_pass_over(w, file, m, aliases_refusal(m->kind));
			break;
		}
	}
	w->depth--;
	return status;
}

static int
lookup_walk_alias(struct walk *w, size_t i)
{
	int status;

	w->state[i] = BUSY;
	status = lookup_walk_members(w, &w->a->v[i], w->a->file, i);
	w->state[i] = DONE;
	return status;
}

static void
lookup_start(struct walk *w, const struct aliases *a,
    const struct alias_opts *o, struct envelope *to, struct fault *f)
{
	memset(w, 0, sizeof(*w));
	w->a = a;
	w->o = o;
	w->to = to;
	w->f = f;
	w->state = xcalloc(a->n + 1, sizeof(*w->state));
	w->fallback = aliases_find(a, "default");
}

static int
lookup_walk_default(struct walk *w)
{
	memset(w->state, FRESH, w->a->n);
	w->second = true;
	return lookup_walk_alias(w, w->fallback);
}

/* Who is not on this host, or is meant literally, stands for nobody else. */
static int
lookup_add_as_is(const struct alias_opts *o, const char *addr,
    struct envelope *e, struct fault *f)
{
	char *spec = xstrdup(addr);
	int status = aliases_complete(&spec, o->domain, f);

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
	struct walk w;
	int status;
	size_t i;

	if (*addr == '\\' || !lookup_here(o, addr_at(addr)))
		return lookup_add_as_is(o, addr + (*addr == '\\'), e, f);
	lookup_start(&w, a, o, &to, f);
	m.text = xstrdup(addr);
	status = lookup_walk_address(&w, &m, NULL, ALIASES_NONE);
	if (status == 0 && w.put_off)
		status = lookup_walk_default(&w);
	if (status == 0 && to.nrcpt == 0)
		status = lookup_refuse(&w, "%s", w.why.text);
	if (status == -1)
		fault_what(f, "%s", addr);
	for (i = 0; status == 0 && i < to.nrcpt; i++)
		(void)envelope_add(e, to.rcpt[i].addr);
	free(w.state);
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
	struct fault f;
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
	if (!found || depth == ALIAS_DEPTH)
		return false;
	fault_clear(&f);
	*spec = xstrdup(name);
	if (aliases_complete(spec, o->domain, &f) == 0)
		return true;
	free(*spec);
	*spec = NULL;
	return false;
}

static void
lookup_check(struct walk *w, size_t i)
{
	w->includes = 0;
	fault_clear(w->f);
	if (w->state[i] == FRESH && lookup_walk_alias(w, i) == -1)
		lookup_note(w->o->mistakes, w->f->text);
	envelope_release(w->to);
}

void
alias_check(const struct aliases *a, const struct alias_opts *o)
{
	struct envelope to = { 0 };
	struct fault f;
	struct walk w;
	size_t i;

	lookup_start(&w, a, o, &to, &f);
	w.second = true;
	if (w.fallback != ALIASES_NONE)
		lookup_check(&w, w.fallback);
	w.second = false;
	for (i = 0; i < a->n; i++)
		lookup_check(&w, i);
	free(w.state);
}
