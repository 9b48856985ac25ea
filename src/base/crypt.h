/* crypt.h - hashes, IDNA and other computations of GnuTLS */

#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include "base/buf.h"
#include "base/fault.h"

enum crypt_hash {
	CRYPT_MD5, CRYPT_SHA1, CRYPT_SHA256
};

#define CRYPT_HASH_MAX	32	/* octets of the longest digest */

/*
 * Load GnuTLS; -1 and a fault of ST_CONFIG if that fails.  The functions
 * below load it where they need it, but cannot report why that failed.
 */
int	crypt_ready(struct fault *);

/*
 * The A-label form of a domain (IDNA 2008), to be freed by the caller; NULL
 * if it has none, or if a character of it cannot be in one.  A domain in
 * ASCII comes back unchanged.
 */
char	*crypt_idna(const char *domain);

/* Octets of the digest. */
size_t	crypt_size(enum crypt_hash);

/*
 * The digest of p[0..n), its HMAC (RFC 2104) and PBKDF2 (RFC 8018) into
 * crypt_size() octets at out.  False if GnuTLS refuses, for example MD5
 * where FIPS 140 is enforced; then out is undefined.
 */
bool	crypt_digest(enum crypt_hash, const void *p, size_t n,
	    unsigned char *out);
bool	crypt_hmac(enum crypt_hash, const void *key, size_t nkey,
	    const void *p, size_t n, unsigned char *out);
bool	crypt_pbkdf2(enum crypt_hash, const void *password, size_t n,
	    const void *salt, size_t nsalt, unsigned rounds,
	    unsigned char *out);

/* Are they the same?  Takes the same time for yes and no. */
bool	crypt_equal(const void *, const void *, size_t);

/*
 * Append a user name or password in the form to be hashed, or unchanged if
 * it has no such form.  RFC 8265 defines the form; it replaced SASLprep.
 */
void	crypt_normalize(struct buf *out, const char *);

/* Can GnuTLS use this priority string?  True if GnuTLS cannot be loaded. */
bool	crypt_priority(const char *);

#endif
