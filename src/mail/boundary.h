/* boundary.h - the open multiparts of a message, and their delimiters */

#ifndef MAIL_BOUNDARY_H
#define MAIL_BOUNDARY_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/mime.h"

#define BOUNDARY_DEPTH	16	/* nested multiparts */

/* A longer line, with its line end, delimits nothing. */
#define BOUNDARY_LINE	(MIME_BOUNDARY + 100)

/* {0} has none open. */
struct boundary {
	struct {
		char	 text[MIME_BOUNDARY + 1];
		size_t	 len;
		bool	 digest;
		size_t	 tag;		/* of the caller */
	} open[BOUNDARY_DEPTH];
	size_t	 depth;
};

/* Enter a multipart; false if there are too many. */
bool	boundary_open(struct boundary *, const struct mime_type *, size_t tag);

/*
 * The multipart that the line p[0..n) delimits (RFC 2046, 5.1.1), as a depth
 * of at least 1; the innermost if there are several.  0 if it is no delimiter.
 */
size_t	boundary_find(const struct boundary *, const char *p, size_t n,
	    bool *closing);

/* Leave all multiparts within that one, and if closing also that. */
void	boundary_leave(struct boundary *, size_t depth, bool closing);

#endif
