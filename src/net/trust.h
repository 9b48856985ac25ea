/* trust.h - whom we believe, and who we say we are */

#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/gnutls.h"

struct trust;

struct trust_opts {
	/* A PEM file or a directory of them; NULL: what the system trusts. */
	const char	*ca;
	const char	*pins;		/* as pin_next() reads them, or NULL */
	bool		 pins_only;	/* no authority is believed */
	/*
	 * What to show a relay that asks who we are, or NULL: PEM files or
	 * PKCS#11 URIs.  Without a key, it is in the same file.
	 */
	const char	*cert, *key;
};

/*
 * Read all that is needed of these, before the file system is given up;
 * serves many sessions.  NULL and a fault of ST_CONFIG that names the file
 * if one cannot be used: no certificate in it is not "trust nobody".  Only
 * the system's may be missing where there are pins.
 */
struct trust *trust_new(const struct trust_opts *, struct fault *);
void	trust_free(struct trust *);

/* What a session needs; they are the trust's. */
gnutls_certificate_credentials_t trust_credentials(const struct trust *);

/* Do we have something to show who we are? */
bool	trust_has_own(const struct trust *);

/*
 * Is its key in a token?  The library of that may read files whenever the
 * key is used (SoftHSM does).
 */
bool	trust_has_token(const struct trust *);

struct trust_verdict {
	unsigned	status;		/* GNUTLS_CERT_* */
	bool		pinned;		/* the relay's own key is pinned */
	bool		unpinned;	/* there are pins, and none fits */
	size_t		unread;		/* certificates of ours, of no use */
};

/*
 * Is the relay who it must be?  To be called when its certificate has come,
 * with what gnutls_certificate_verify_peers() takes.  0, or the code of
 * GnuTLS that ends the handshake.
 *
 * A chain must lead to an authority that is believed and, if there are
 * pins, hold a pinned key on the way there.  But if the relay's own key is
 * pinned, nothing else matters: neither the authority, nor the name, nor the
 * date, nor the purpose.  Even so, one that was revoked stays refused.
 */
int	trust_judge(struct trust *, gnutls_session_t, gnutls_typed_vdata_st *,
	    unsigned n, struct trust_verdict *);

/* Append why not, to a relay that was to be called name. */
void	trust_why(const struct trust *, gnutls_session_t,
	    const struct trust_verdict *, const char *name, struct buf *);

#endif
