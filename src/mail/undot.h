/* undot.h - the dots of a body that a lone dot ends, where it is no lines */

#ifndef MAIL_UNDOT_H
#define MAIL_UNDOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define UNDOT_START	{ .fresh = true, .text.max = SIZE_MAX / 4 }

/*
 * As mail/canon does it, for octets that are no lines: of two dots at the
 * start of a line one stays (RFC 5321, 4.5.2), and a line with one dot ends
 * the body.
 */
struct undot {
	bool		 ended;		/* feed no more */
	bool		 nul;		/* a NUL was dropped after a dot */
	bool		 dot;		/* a dot opened the line so far */
	struct buf	 text;		/* the octets, without the dots */

	/* Private. */
	bool		 fresh;		/* a line begins */
};

/* Append the next octets, p[0..n), to text.  The caller may empty it. */
void	undot_feed(struct undot *, const char *p, size_t n);

#endif
