/* longline.c - the first line that is too long for SMTP */

#include <string.h>

#include "mail/longline.h"

/* Keep the octets at the start of the line. */
static void
long_keep(struct longline *l, const char *p, size_t n)
{
	const size_t room = LONGLINE_KEPT - l->length;

	n = n < room ? n : room;
	memcpy(l->first + l->length, p, n);
	l->first[l->length + n] = '\0';
}

void
longline_feed(struct longline *l, const char *p, size_t n)
{
	const char *nl;
	size_t k;

	for (; n > 0 && !l->found; p += k, n -= k) {
		nl = memchr(p, '\n', n);
		k = nl != NULL ? (size_t)(nl + 1 - p) : n;
		if (l->length < LONGLINE_KEPT)
			long_keep(l, p, k);
		l->length += k;
		if (nl == NULL)
			continue;
		l->found = l->length > LONGLINE_MAX + 2;
		l->length = 0;
	}
}
