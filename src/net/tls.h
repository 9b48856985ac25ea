/* tls.h - the only room with TLS sessions: trust, verification, records */

#ifndef NET_TLS_H
#define NET_TLS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

struct tls;
struct tls_trust;

/*
 * Load the certificates that we believe: those of the system if file is
 * NULL, else a PEM file.  One that cannot be read or holds none is a fault
 * of ST_CONFIG that names it (and NULL), for that is not "trust nobody".
 * To be done before the file system is given up; serves many sessions.
 */
struct tls_trust *tls_trust_new(const char *file, struct fault *);
void	tls_trust_free(struct tls_trust *);

/* Nothing here is kept but trust, which must outlive the session. */
struct tls_opts {
	/*
	 * The relay as it was configured, never what DNS made of it (RFC
	 * 7817): a host name or an address, with or without brackets.
	 */
	const char		*name;
	const struct tls_trust	*trust;		/* NULL only with noverify */
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
 * As wire_read() and wire_write(): bytes, 0 for nothing now, -1 a fault.
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
