/* trust.h - which relays to believe, and the certificate of the client */

#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/gnutls.h"

struct trust;

struct trust_opts {
	/* A PEM file or a directory of them; NULL: the system's store. */
	const char	*ca;
	const char	*pins;		/* as pin_next() reads them, or NULL */
	bool		 pins_only;	/* no authority is believed */
	/*
	 * The client's certificate and key: PEM files or PKCS#11 URIs, or
	 * NULL.  Without key, the key is in the file of cert.
	 */
	const char	*cert, *key;
};

/*
 * Read all these files, before the sandbox closes the file system; serves
 * many sessions.  NULL and a fault of ST_CONFIG that names the file if one
 * cannot be used, or has no certificate.  Only the system's store may be
 * missing if there are pins.
 */
struct trust *trust_new(const struct trust_opts *, struct fault *);
void	trust_free(struct trust *);

/* For a session; the trust owns them. */
gnutls_certificate_credentials_t trust_credentials(const struct trust *);

/* Is there a certificate of the client? */
bool	trust_has_own(const struct trust *);

/*
 * Is its key in a token?  The library of the token may read files whenever
 * the key is used (SoftHSM does).
 */
bool	trust_has_token(const struct trust *);

struct trust_verdict {
	unsigned	status;		/* GNUTLS_CERT_* */
	bool		pinned;		/* the relay's own key is pinned */
	bool		unpinned;	/* there are pins, and none fits */
	size_t		unread;		/* unreadable trusted certificates */
};

/*
 * Verify the relay.  To be called when its certificate has come, with the
 * arguments of gnutls_certificate_verify_peers().  0, or the code of GnuTLS
 * that ends the handshake.
 *
 * A chain must lead to an authority that is believed and, if there are
 * pins, hold a pinned key on the way there.  But if the relay's own key is
 * pinned, nothing else in its certificates matters: neither authority, name,
 * date and purpose nor weak signatures and keys.  Only one that comes with
 * the OCSP status "revoked" stays refused.
 */
int	trust_judge(struct trust *, gnutls_session_t, gnutls_typed_vdata_st *,
	    unsigned n, struct trust_verdict *);

/* Append why the relay, whose name should be name, was refused. */
void	trust_why(const struct trust *, gnutls_session_t,
	    const struct trust_verdict *, const char *name, struct buf *);

#endif
