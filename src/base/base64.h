/* base64.h - octets as text (RFC 4648) */

#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Append the base64 of p[0..n), on one line. */
void	base64_encode(struct buf *out, const void *p, size_t n);

/* The same in the alphabet for URLs, without padding (section 5). */
void	base64_encode_url(struct buf *out, const void *p, size_t n);
bool	base64_decode_url(struct buf *out, const char *p, size_t n);

/*
 * Append the octets of the base64 text p[0..n); white space is ignored.
 * False if the text is malformed or out is full.
 */
bool	base64_decode(struct buf *out, const char *p, size_t n);

#endif
