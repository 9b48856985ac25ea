/* fold.h - lines of a header that are too long */

#ifndef MAIL_FOLD_H
#define MAIL_FOLD_H

#include <stddef.h>

#include "base/buf.h"
#include "mail/header.h"

#define FOLD_LINE	998	/* octets without CRLF (RFC 5322, 2.1.1) */

/* The longest line of p[0..n), without its CRLF. */
size_t	fold_longest(const char *p, size_t n);

/*
 * Append the field folded at white space.  A longer word is cut after a
 * comma or the like; a Subject is encoded then, other text cut anywhere.
 * Where nothing of that can be done the line stays too long.
 */
void	fold_field(struct buf *out, const struct field *);

#endif
