/* stream.h - one connection: a socket with or without TLS, and deadlines */

#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "net/tls.h"

#define STREAM_READ	0x1
#define STREAM_WRITE	0x2

/*
 * Only stream_wait() and stream_tls() wait.  Deadlines are absolute values of
 * clock_ms() and hold however slowly the bytes come.  The faults have
 * VD_TEMP unless said otherwise and, but for those of stream_tls(), keep
 * f->stage: what was being done is known to the caller.  A connection that
 * ended is FD_LINK, with 0 or the errno.
 */
struct stream {
	int		 fd;		/* a connected socket; -1: closed */
	int		 watch;		/* lost with its other end; or -1 */
	bool		 wake;		/* once: what it says ends a wait */
	struct tls	*tls;		/* NULL: in clear */
	long long	 deadline;	/* the one being waited for, */
	long long	 since;		/* and from when */
};

void	stream_init(struct stream *, int fd);

/* Close it, with a goodbye under TLS if that needs no waiting. */
void	stream_close(struct stream *);

/*
 * Does who is there speak TLS from the start?  Takes a new connection, which
 * is good for nothing after that (RFC 8446, 5.1).  Needs no GnuTLS.
 */
bool	stream_speaks_tls(struct stream *, long long deadline);

/*
 * Start TLS: the whole handshake, verification and all.  Returns 0, or -1
 * with a fault as from tls_new() and tls_handshake(); then the wire is
 * closed, so that nothing can go on in clear.
 */
int	stream_tls(struct stream *, const struct tls_opts *, long long deadline,
	    struct fault *);

/*
 * Wait for something of the set want.  Returns what is there, 0 after a
 * signal or where wake was set, -1 with ETIMEDOUT or what became of the
 * connection.  The end of the connection counts as readable.  Whatever TLS
 * still has to send is sent meanwhile.
 */
int stream_wait(struct stream *, int want, long long deadline, struct fault *);

/* Bytes read, 0 if there are none now, -1 with a fault. */
ssize_t	stream_read(struct stream *, void *, size_t, struct fault *);

/*
 * Bytes taken, 0 if none can be now, -1 with a fault; what the relay said
 * before the fault may still be read.  Give a whole flight at once: it goes
 * in one piece, in full TLS records.
 */
ssize_t	stream_write(struct stream *, const void *, size_t, struct fault *);

#endif
