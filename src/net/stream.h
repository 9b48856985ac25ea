/* stream.h - one connection: a socket with or without TLS, and deadlines */

#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "net/tls.h"

#define WIRE_READ	0x1
#define WIRE_WRITE	0x2

/*
 * Only wire_wait() and wire_tls() wait.  Deadlines are absolute values of
 * clock_ms() and hold however slowly the bytes come.  The faults have
 * VD_TEMP unless said otherwise and, but for those of wire_tls(), keep
 * f->stage: what was being done is known to the caller.  A connection that
 * ended is FD_LINK, with 0 or the errno.
 */
struct wire {
	int		 fd;		/* a connected socket; -1: closed */
	int		 watch;		/* lost with its other end; or -1 */
	bool		 wake;		/* once: what it says ends a wait */
	struct tls	*tls;		/* NULL: in clear */
	long long	 deadline;	/* the one being waited for, */
	long long	 since;		/* and from when */
};

void	wire_init(struct wire *, int fd);

/* Close it, with a goodbye under TLS if that needs no waiting. */
void	wire_close(struct wire *);

/*
 * Does who is there speak TLS from the start?  Takes a new connection, which
 * is good for nothing after that (RFC 8446, 5.1).  Needs no GnuTLS.
 */
bool	wire_speaks_tls(struct wire *, long long deadline);

/*
 * Start TLS: the whole handshake, verification and all.  Returns 0, or -1
 * with a fault as from tls_new() and tls_handshake(); then the wire is
 * closed, so that nothing can go on in clear.
 */
int	wire_tls(struct wire *, const struct tls_opts *, long long deadline,
	    struct fault *);

/*
 * Wait for something of the set want.  Returns what is there, 0 after a
 * signal or where wake was set, -1 with ETIMEDOUT or what became of the
 * connection.  The end of the connection counts as readable.  Whatever TLS
 * still has to send is sent meanwhile.
 */
int	wire_wait(struct wire *, int want, long long deadline, struct fault *);

/* Bytes read, 0 if there are none now, -1 with a fault. */
ssize_t	wire_read(struct wire *, void *, size_t, struct fault *);

/*
 * Bytes taken, 0 if none can be now, -1 with a fault; what the relay said
 * before the fault may still be read.  Give a whole flight at once: it goes
 * in one piece, in full TLS records.
 */
ssize_t	wire_write(struct wire *, const void *, size_t, struct fault *);

#endif
