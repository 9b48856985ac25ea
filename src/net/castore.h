/* castore.h - the certificates that are believed, parsed when needed */

#ifndef NET_CASTORE_H
#define NET_CASTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/gnutls.h"
#include "net/cert.h"

struct anchor;

/* All zero is none. */
struct castore {
	struct buf	 text;		/* PEM, maybe with other text */
	struct anchor	*v;
	size_t		 n, cap;
	size_t		 unread;	/* GnuTLS could not take so many */
};

void	castore_release(struct castore *);

/*
 * Read a PEM file, or all files of a directory.  A fault of ST_CONFIG that
 * names the path if it cannot be read, holds no certificate or, being a
 * file, one that is broken as far as this can be told.
 */
int	castore_load(struct castore *, gnutls_certificate_credentials_t,
	    const char *path, struct fault *);

/* Read what the system trusts; false if that is found nowhere. */
bool	castore_system(struct castore *, gnutls_certificate_credentials_t);

/* Give GnuTLS those that a certificate names as its issuer or itself. */
void	castore_give(struct castore *, gnutls_certificate_credentials_t,
	    struct octets der);
void	castore_give_all(struct castore *, gnutls_certificate_credentials_t);

#endif
