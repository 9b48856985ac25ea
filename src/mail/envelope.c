/* envelope.c - the sender and recipients of a message, with verdicts */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/envelope.h"

void
envelope_release(struct envelope *e)
{
	size_t i;

	for (i = 0; i < e->nrcpt; i++) {
		rcpt_unsettle(&e->rcpt[i]);
		free(e->rcpt[i].addr);
		free(e->rcpt[i].orcpt);
	}
	free(e->rcpt);
	free(e->slot);
	free(e->from);
	free(e->envid);
	memset(e, 0, sizeof(*e));
}

void
envelope_from(struct envelope *e, const char *from)
{
	char *new = xstrdup(from);

	free(e->from);
	e->from = new;
}

/* FNV-1a over what addr_same() compares. */
static uint32_t
env_hash(const char *s)
{
	const char *at = strrchr(s, '@');
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (at != NULL && s > at)
			c = (unsigned char)ascii_lower(*s);
		h = (h ^ c) * 16777619u;
	}
	return h;
}

/* The slot that holds addr, or the empty one where it belongs. */
static size_t *
env_slot(const struct envelope *e, const char *addr)
{
	size_t i = env_hash(addr) & (e->nslot - 1);

	while (e->slot[i] != 0 &&
	    !addr_same(e->rcpt[e->slot[i] - 1].addr, addr))
		i = (i + 1) & (e->nslot - 1);
	return &e->slot[i];
}

static void
env_grow(struct envelope *e)
{
	size_t i;

	e->nslot = e->nslot ? e->nslot * 2 : 16;
	free(e->slot);
	e->slot = xcalloc(e->nslot, sizeof(*e->slot));
	e->rcpt = xreallocarray(e->rcpt, e->nslot / 2, sizeof(*e->rcpt));
	for (i = 0; i < e->nrcpt; i++)
		*env_slot(e, e->rcpt[i].addr) = i + 1;
}

size_t
envelope_add(struct envelope *e, const char *addr)
{
	size_t *s;

	if (e->nrcpt >= e->nslot / 2)
		env_grow(e);
	s = env_slot(e, addr);
	if (*s == 0) {
		e->rcpt[e->nrcpt] = (struct rcpt){ .addr = xstrdup(addr) };
		*s = ++e->nrcpt;
	}
	return *s - 1;
}

void
envelope_remove_last(struct envelope *e)
{
	struct rcpt *r = &e->rcpt[e->nrcpt - 1];

	/* No search passes over the slot that was filled last. */
	*env_slot(e, r->addr) = 0;
	rcpt_unsettle(r);
	free(r->addr);
	free(r->orcpt);
	e->nrcpt--;
}

void
rcpt_settle(struct rcpt *r, const struct fault *why)
{
	rcpt_unsettle(r);
	r->done = true;
	r->verdict = why != NULL ? why->verdict : VD_OK;
	if (why != NULL && why->verdict != VD_OK) {
		r->why = xmalloc(sizeof(*r->why));
		*r->why = *why;
	}
}

void
envelope_settle(struct envelope *e, const struct fault *why)
{
	size_t i;

	for (i = 0; i < e->nrcpt; i++)
		if (!e->rcpt[i].done)
			rcpt_settle(&e->rcpt[i], why);
}

void
rcpt_unsettle(struct rcpt *r)
{
	free(r->why);
	r->why = NULL;
	r->done = r->told = false;
	r->verdict = VD_OK;
}

size_t
envelope_count(const struct envelope *e, enum verdict v)
{
	size_t i, n = 0;

	for (i = 0; i < e->nrcpt; i++)
		n += e->rcpt[i].done && e->rcpt[i].verdict == v;
	return n;
}

bool
rcpt_waits(const struct rcpt *r)
{
	if (!r->done)
		return true;
	if (r->told)
		return false;
	return r->verdict == VD_TEMP || r->verdict == VD_DOUBT ||
	    (r->verdict == VD_PERM && fault_of_session(r->why));
}

static bool
env_upper_hex(char c)
{
	return ascii_digit(c) || (c >= 'A' && c <= 'F');
}

bool
envelope_xtext(const char *s, size_t max)
{
	const char *p;

	for (p = s; *p != '\0'; p++) {
		if (!ascii_graphic(*p) || *p == '=')
			return false;
		if (*p != '+')
			continue;
		if (!env_upper_hex(p[1]) || !env_upper_hex(p[2]))
			return false;
		p += 2;
	}
	return p != s && (size_t)(p - s) <= max;
}

static unsigned
env_notify_bit(const char *p, size_t n)
{
	static const struct { const char *word; unsigned bit; } words[] = {
		{ "never", NOTIFY_NEVER }, { "success", NOTIFY_SUCCESS },
		{ "failure", NOTIFY_FAILURE }, { "delay", NOTIFY_DELAY },
	};
	size_t i;

	for (i = 0; i < NITEMS(words); i++)
		if (ascii_is(p, n, words[i].word))
			return words[i].bit;
	return 0;
}

unsigned
envelope_notify(const char *s)
{
	unsigned bit, all = 0;
	size_t n;

	do {
		n = strcspn(s, ",");
		bit = env_notify_bit(s, n);
		all |= bit;
		s += n;
	} while (bit != 0 && *s++ == ',');
	return bit != 0 && (all == NOTIFY_NEVER || !(all & NOTIFY_NEVER)) ?
	    all : 0;
}
