/* tls.h - TLS sessions: handshakes, records, facts */

#ifndef NET_TLS_H
#define NET_TLS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/cert.h"

struct tls;
struct trust;

/* Only trust is kept, and must outlive the session. */
struct tls_opts {
	/*
	 * The relay as it was configured, never a name from DNS (RFC 7817):
	 * a host name or an address, with or without brackets.
	 */
	const char		*name;
	struct trust		*trust;		/* NULL only with noverify */
	/*
	 * A GnuTLS priority string instead of NORMAL, or NULL.  TLS older
	 * than 1.2 stays off (RFC 8997) unless the string names it, as in
	 * "NORMAL:+VERS-TLS1.1".
	 */
	const char		*priority;
	bool			 noverify;	/* accept any certificate */
	bool			 implicit;	/* no STARTTLS; for messages */
};

/*
 * A client session on a connected socket, which stays the caller's.  NULL
 * and a fault if the options make no sense.  Nothing is sent yet.
 */
struct tls *tls_new(int fd, const struct tls_opts *, struct fault *);
void	tls_free(struct tls *);

/*
 * None of these waits.  Their output is collected and sent with one send(2),
 * as far as the socket takes it; the rest is "unsent" and goes with
 * tls_flush() once the socket is writable.
 */

/*
 * Continue the handshake.  1: it is done and the relay is verified.  0: wait
 * until the socket is readable (or writable while something is unsent).  -1:
 * a fault of ST_TLS, VD_TEMP if the connection is to blame, else VD_PERM;
 * after that only tls_free() is allowed.
 */
int	tls_handshake(struct tls *, struct fault *);

/*
 * As stream_read() and stream_write(): bytes, 0 for nothing now, -1 a fault.
 * A write takes bytes only when nothing is unsent.  After a failed write
 * the earlier replies of the relay may still be read.
 */
ssize_t	tls_read(struct tls *, void *, size_t, struct fault *);
ssize_t	tls_write(struct tls *, const void *, size_t, struct fault *);

bool	tls_unsent(const struct tls *);
int	tls_flush(struct tls *, struct fault *);

/* Is there decrypted text to read, which poll(2) does not see? */
bool	tls_pending(const struct tls *);

/* Send close_notify, if that is possible without waiting. */
void	tls_bye(struct tls *);

/* Did the handshake fail because no key of the relay is pinned? */
bool	tls_unpinned(const struct fault *);

/* "TLS1.3" and "AES-256-GCM" of a session that is up. */
const char *tls_version(const struct tls *);
const char *tls_cipher(const struct tls *);

/*
 * How the relay was verified: "verified"; "pinned" if its own key is in
 * `tls-pin`; or "unverified", for which each delivery should warn.
 */
const char *tls_assurance(const struct tls *);

#define TLS_FACTS_CHAIN	8

/* Facts about a session that is up; the strings are static. */
struct tls_facts {
	const char	*version, *cipher, *assurance;	/* as above */
	const char	*group;		/* "X25519": the key exchange */
	/*
	 * The status of the certificate that the relay sent by OCSP: "good",
	 * "revoked", "unknown", "unreadable"; "none" if it sent none.
	 */
	const char	*ocsp;
	struct cert_facts cert[TLS_FACTS_CHAIN]; /* as sent, its own first */
	size_t		 ncerts;
};

void	tls_facts(const struct tls *, struct tls_facts *);

/*
 * Append the channel binding, which is unique to this session, and return
 * its kind: "tls-exporter" (RFC 9266) from TLS 1.3 on, "tls-unique" (RFC
 * 5929) before.  NULL if GnuTLS has none.
 */
const char *tls_binding(const struct tls *, struct buf *);

#endif
