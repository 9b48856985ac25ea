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
 * VD_TEMP unless stated otherwise.  They keep f->stage, which the caller
 * sets, except those of stream_tls().  A connection that ended is FD_LINK,
 * with 0 or the errno.
 */
struct stream {
	int		 fd;		/* a connected socket; -1: closed */
	int		 watch;		/* end all if this pipe ends; or -1 */
	bool		 wake;		/* once: input on watch ends a wait */
	struct tls	*tls;		/* NULL: in clear */
	long long	 deadline;	/* of the current wait, */
	long long	 since;		/* and its start */
};

void	stream_init(struct stream *, int fd);

/* Close it; under TLS send close_notify if that needs no waiting. */
void	stream_close(struct stream *);

/*
 * Does the peer speak TLS from the start (RFC 8446, 5.1)?  Uses up a new
 * connection, which is useless after that.  Needs no GnuTLS.
 */
bool	stream_speaks_tls(struct stream *, long long deadline);

/* The round trip in microseconds as the kernel measured it, or -1. */
long long stream_round_trip(const struct stream *);

/*
 * Start TLS: the whole handshake, with verification.  Returns 0, or -1 with
 * a fault as from tls_new() and tls_handshake(); then the stream is closed,
 * so that nothing can be sent in clear.
 */
int	stream_tls(struct stream *, const struct tls_opts *, long long deadline,
	    struct fault *);

/*
 * Wait for an event of the set want.  Returns the events, 0 after a signal
 * or by wake, -1 with ETIMEDOUT or the error of the connection.  The end of
 * the connection counts as readable.  Unsent octets of TLS are sent
 * meanwhile.
 */
int stream_wait(struct stream *, int want, long long deadline, struct fault *);

/* Bytes read, 0 if there are none now, -1 with a fault. */
ssize_t	stream_read(struct stream *, void *, size_t, struct fault *);

/*
 * Bytes taken, 0 if none can be now, -1 with a fault; earlier replies may
 * still be read after it.  Give a whole flight at once: it is sent in one
 * piece, in full TLS records.
 */
ssize_t	stream_write(struct stream *, const void *, size_t, struct fault *);

#endif
