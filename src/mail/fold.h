/* fold.h - fold long lines of a header */

#ifndef MAIL_FOLD_H
#define MAIL_FOLD_H

#include <stddef.h>

#include "base/buf.h"
#include "mail/header.h"

/* The longest line of p[0..n), without its CRLF. */
size_t	fold_longest(const char *p, size_t n);

/* Octets after the last line end. */
size_t	fold_column(const struct buf *);

/*
 * Append the field folded at white space.  out is empty or ends in a line
 * end.  A word longer than a line is cut after a comma or the like; in a
 * Subject it is encoded, other text is cut anywhere.  Where none of that is
 * possible the line stays too long.
 */
void	fold_field(struct buf *out, const struct field *);

#endif
