/* castore.h - the trusted certificates, parsed when needed */

#ifndef NET_CASTORE_H
#define NET_CASTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/gnutls.h"
#include "net/cert.h"

struct anchor;

/* All zero is an empty store. */
struct castore {
	struct buf	 text;		/* PEM, maybe with other text */
	struct anchor	*v;
	size_t		 n, cap;
	size_t		 unread;	/* certificates GnuTLS cannot read */
};

void	castore_release(struct castore *);

/*
 * Read a PEM file, or all files of a directory.  -1 with a fault of
 * ST_CONFIG that names the path: it cannot be read, or holds no certificate.
 * A file is also refused if it holds a certificate that is clearly broken.
 */
int	castore_load(struct castore *, gnutls_certificate_credentials_t,
	    const char *path, struct fault *);

/* Read the system's trust store; false if there is none. */
bool	castore_system(struct castore *, gnutls_certificate_credentials_t);

/* Give GnuTLS those whose subject is the issuer or subject of der. */
void	castore_give(struct castore *, gnutls_certificate_credentials_t,
	    struct octets der);
void	castore_give_all(struct castore *, gnutls_certificate_credentials_t);

#endif
