/* tls.h - the only room with TLS sessions: handshakes, records, facts */

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

/* Nothing here is kept but trust, which must outlive the session. */
struct tls_opts {
	/*
	 * The relay as it was configured, never what DNS made of it (RFC
	 * 7817): a host name or an address, with or without brackets.
	 */
	const char		*name;
	struct trust		*trust;		/* NULL only with noverify */
	/*
	 * A GnuTLS priority string instead of NORMAL, or NULL.  TLS older
	 * than 1.2 stays off (RFC 8997) unless the string names it, as in
	 * "NORMAL:+VERS-TLS1.1".
	 */
	const char		*priority;
	bool			 noverify;	/* believe anybody */
	bool			 implicit;	/* no STARTTLS before: words */
};

/*
 * A client session on a connected socket, which stays the caller's.  NULL
 * and a fault if the options make no sense.  Nothing is sent yet.
 */
struct tls *tls_new(int fd, const struct tls_opts *, struct fault *);
void	tls_free(struct tls *);

/*
 * None of these waits.  What they have to send is collected and sent with
 * one send(2), as far as the socket takes it; the rest is "unsent" and goes
 * with tls_flush() once the socket is writable.
 */

/*
 * Go on with the handshake: 1 it is done and the relay is who it should
 * be, 0 wait for the socket to be readable (or writable while something is
 * unsent), -1 a fault of ST_TLS: VD_TEMP if the connection is to blame,
 * else VD_PERM.  After that the session is good for tls_free() only.
 */
int	tls_handshake(struct tls *, struct fault *);

/*
 * As stream_read() and stream_write(): bytes, 0 for nothing now, -1 a fault.
 * A write takes bytes only when nothing is unsent.  A failed write does not
 * keep one from reading what the relay said before.
 */
ssize_t	tls_read(struct tls *, void *, size_t, struct fault *);
ssize_t	tls_write(struct tls *, const void *, size_t, struct fault *);

bool	tls_unsent(const struct tls *);
int	tls_flush(struct tls *, struct fault *);

/* Is there plaintext to read that poll(2) cannot know of? */
bool	tls_pending(const struct tls *);

/* Say goodbye, if that is possible without waiting. */
void	tls_bye(struct tls *);

/* "TLS1.3" and "AES-256-GCM" of a session that is up. */
const char *tls_version(const struct tls *);
const char *tls_cipher(const struct tls *);

/*
 * How sure it is who the relay is: "verified"; "pinned", its own key being
 * one of `tls-pin`; or "unverified", of which each delivery should warn.
 */
const char *tls_assurance(const struct tls *);

#define TLS_FACTS_CHAIN	8

/* What there is to tell of a session that is up; words are static. */
struct tls_facts {
	const char	*version, *cipher, *assurance;	/* as above */
	const char	*group;		/* "X25519": the key exchange */
	/*
	 * The state of the certificate as the relay says by OCSP: "good",
	 * "revoked", "unknown", "unreadable"; "none" if it says nothing.
	 */
	const char	*ocsp;
	struct cert_facts cert[TLS_FACTS_CHAIN]; /* as sent, its own first */
	size_t		 ncerts;
};

void	tls_facts(const struct tls *, struct tls_facts *);

/* A value for `tls-pin` of the relay's own certificate, if it has one. */
bool	tls_pin_line(const struct tls *, char text[PIN_TEXT]);

/*
 * Append what names this session and no other, so that a login can be bound
 * to it, and return the kind: "tls-exporter" (RFC 9266) from TLS 1.3 on,
 * "tls-unique" (RFC 5929) before.  NULL if GnuTLS has none.
 */
const char *tls_binding(const struct tls *, struct buf *);

/*
 * Are these the first bytes of a TLS server that was spoken to in clear, an
 * alert or a handshake record?
 */
bool	tls_looks_like_tls(const char *, size_t);

#endif
