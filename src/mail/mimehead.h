/* mimehead.h - repair the fields that describe a body */

#ifndef MAIL_MIMEHEAD_H
#define MAIL_MIMEHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/header.h"
#include "mail/mime.h"

/* Content-Type, Content-Disposition or Content-Transfer-Encoding? */
bool	mimehead_knows(const struct field *);

/*
 * Append such a field of the header p[0..n).  Parameters beyond ASCII become
 * those of RFC 2231, but name is an encoded word, which Outlook reads; a file
 * name beyond ASCII also becomes the name.  An encoding that is written by
 * mistake gets its name.
 */
void	mimehead_field(struct buf *out, const struct field *, const char *p,
	    size_t n);

/*
 * Append the header of a part, p[0..n) with its empty line.  Each field is
 * repaired, and of two that describe the body one stays (mime_find()).
 * Lines that are no fields stay.
 */
void	mimehead_part(struct buf *out, const char *p, size_t n);

/* Append a Content-Type field with that charset in place of its own. */
void	mimehead_set_charset(struct buf *out, const struct field *,
	    const char *charset);

/* Append a header with its empty line, but with that encoding named in it. */
void	mimehead_set_coding(struct buf *out, const char *p, size_t n,
	    enum mime_coding);

#endif
