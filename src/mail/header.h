/* header.h - the fields of a message header */

#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * One field, as slices of the header block it was found in.  The name has
 * no colon and no white space that stood before the colon (RFC 5322, 4.5);
 * the value is all after the colon, folding included, but not the last
 * CRLF; line is the whole field with every CRLF.
 */
struct field {
	const char	*name;
	size_t		 name_len;
	const char	*value;
	size_t		 value_len;
	const char	*line;
	size_t		 len;
};

/* May this octet stand in the name of a field? */
bool	header_octet(char);

/*
 * The field that begins at p[*at), moving *at past it; false when there is
 * none: at the empty line, at n, or at a line that is no field.  The block
 * p[0..n) has CRLF line ends.
 */
bool	header_next(const char *p, size_t n, size_t *at, struct field *);

/* Has it this name, whatever the case of the letters? */
bool	header_is(const struct field *, const char *name);

/* The first field of that name in the block. */
bool	header_find(const char *p, size_t n, const char *name,
	    struct field *);

/* Append the value on one line, without white space around it. */
void	header_unfold(struct buf *, const struct field *);

#endif
