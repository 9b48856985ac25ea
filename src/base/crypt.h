/* crypt.h - the arithmetic we take from GnuTLS */

#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include "base/buf.h"
#include "base/fault.h"

enum crypt_hash {
	CRYPT_MD5, CRYPT_SHA1, CRYPT_SHA256
};

#define CRYPT_HASH_MAX	32	/* octets of the longest digest */

/*
 * Load GnuTLS, as what follows does where it needs to; -1 and a fault of
 * ST_CONFIG if it is not there, which what follows cannot say.
 */
int	crypt_ready(struct fault *);

/*
 * The A-label form of a domain (IDNA 2008), to be freed by the caller; NULL
 * if it has none, or if a character of it cannot be in one.  A domain that
 * is ASCII already comes back as it is.
 */
char	*crypt_idna(const char *domain);

/* Octets of its digest. */
size_t	crypt_size(enum crypt_hash);

/*
 * The digest of p[0..n), its HMAC (RFC 2104) and PBKDF2 (RFC 8018) into
 * crypt_size() octets at out.  False if GnuTLS will not do it, such as MD5
 * where FIPS 140 is enforced; then out is undefined.
 */
bool	crypt_digest(enum crypt_hash, const void *p, size_t n,
	    unsigned char *out);
bool	crypt_hmac(enum crypt_hash, const void *key, size_t nkey,
	    const void *p, size_t n, unsigned char *out);
bool	crypt_pbkdf2(enum crypt_hash, const void *password, size_t n,
	    const void *salt, size_t nsalt, unsigned rounds,
	    unsigned char *out);

/* Are they the same?  Takes as long to say no as to say yes. */
bool	crypt_equal(const void *, const void *, size_t);

/*
 * Append a name or password as both sides must spell it before they hash it
 * (RFC 8265, which replaced SASLprep), or its octets as they are if it has
 * no such form.
 */
void	crypt_normalize(struct buf *out, const char *);

/* Is it a priority string that GnuTLS, if it is there, can use? */
bool	crypt_priority(const char *);

#endif
