/* crypt.h - the arithmetic we take from GnuTLS */

#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include "base/buf.h"

/* Append the base64 (RFC 4648) of p[0..n), on one line. */
void	base64_encode(struct buf *out, const void *p, size_t n);

/* Append the bytes of the base64 text p[0..n); false if it is not base64. */
bool	base64_decode(struct buf *out, const char *p, size_t n);

/*
 * The A-label form of a domain (IDNA 2008), to be freed by the caller; NULL
 * if it has none.  A domain that is ASCII already comes back in lower case.
 */
char	*idna_ascii(const char *domain);

#endif
