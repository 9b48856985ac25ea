/* canon.h - lines of a body with CRLF line ends */

#ifndef MAIL_CANON_H
#define MAIL_CANON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Every CRLF, lone CR and lone LF becomes one CRLF, also at the end; so does
 * a CRLF after further CRs.  NUL is dropped.  {.dot_ends = B} is ready for
 * the first octet.
 */
struct canon {
	bool		 dot_ends;	/* a lone dot ends the body */

	/* Facts. */
	bool		 ended;		/* by such a dot: feed no more */
	bool		 nul;		/* a NUL was dropped */
	bool		 bare_cr;	/* a lone CR became a line end */
	size_t		 longest;	/* line, without CRLF; complete lines */

	/* Private. */
	size_t		 crs;		/* CRs that may belong to one LF */
	bool		 dot;		/* a dot opened the line */
	size_t		 line;		/* octets in the line so far */
};

/* Append the next octets of the body, p[0..n), to out. */
void	canon_feed(struct canon *, struct buf *out, const char *p, size_t n);

/* The CRs so far are no part of a CRLF: append their line ends. */
void	canon_flush(struct canon *, struct buf *out);

/* The body has ended: end its last line. */
void	canon_end(struct canon *, struct buf *out);

#endif
