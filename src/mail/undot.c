/* undot.c - the dots of a body that a lone dot ends, where it is no lines */

#include <string.h>

#include "mail/undot.h"

/* The octet after a dot that opened a line; false if it ends the body. */
static bool
undot_after(struct undot *u, char c)
{
	if (c == '\0') {
		u->nul = true;
		return true;
	}
	u->dot = u->fresh = false;
	if (c == '\r' || c == '\n') {
		u->ended = true;
		return false;
	}
	buf_adds(&u->text, ".");
	if (c != '.')
		buf_add(&u->text, &c, 1);
	return true;
}

/* Octets to the end of the line. */
static size_t
undot_line(struct undot *u, const char *p, size_t n)
{
	const char *stop = memchr(p, '\n', n);
	size_t k = stop != NULL ? (size_t)(stop + 1 - p) : n;

	stop = memchr(p, '\r', k);
	k = stop != NULL ? (size_t)(stop + 1 - p) : k;
	buf_add(&u->text, p, k);
	u->fresh = p[k - 1] == '\n' || p[k - 1] == '\r';
	return k;
}

void
undot_feed(struct undot *u, const char *p, size_t n)
{
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = 1;
		if (u->dot) {
			if (!undot_after(u, *p))
				return;
		} else if (u->fresh && *p == '.') {
			u->dot = true;
		} else if (u->fresh && *p == '\0') {
			buf_add(&u->text, p, 1);
		} else {
			k = undot_line(u, p, n);
		}
	}
}
