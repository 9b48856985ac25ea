/* boundary.c - the open multiparts of a message, and their delimiters */

#include <string.h>

#include "base/ascii.h"
#include "mail/boundary.h"

bool
boundary_open(struct boundary *b, const struct mime_type *t, size_t tag)
{
	if (b->depth == BOUNDARY_DEPTH)
		return false;
	memcpy(b->open[b->depth].text, t->boundary, t->boundary_len);
	b->open[b->depth].len = t->boundary_len;
	b->open[b->depth].digest = t->kind == MIME_DIGEST;
	b->open[b->depth++].tag = tag;
	return true;
}

static bool
boundary_is(const struct boundary *b, size_t i, const char *p, size_t n,
    bool *closing)
{
	const size_t len = b->open[i].len;
	size_t at = 2 + len;

	if (n < at || memcmp(p, "--", 2) != 0 ||
	    memcmp(p + 2, b->open[i].text, len) != 0)
		return false;
	*closing = n >= at + 2 && memcmp(p + at, "--", 2) == 0;
	for (at += *closing ? 2 : 0; at < n; at++)
		if (!ascii_space(p[at]))
			return false;
	return true;
}

size_t
boundary_find(const struct boundary *b, const char *p, size_t n, bool *closing)
{
	size_t i = b->depth;

	*closing = false;
	while (i > 0 && !boundary_is(b, i - 1, p, n, closing))
		i--;
	return i;
}

void
boundary_leave(struct boundary *b, size_t depth, bool closing)
{
	b->depth = closing ? depth - 1 : depth;
}
