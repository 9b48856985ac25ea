/* conn.h - one connection of the relay: bytes in and out, TLS, the log */

#ifndef RELAY_CONN_H
#define RELAY_CONN_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define CONN_IN		65536		/* longest line, and size of a read */

/*
 * What is said is held back until we would have to wait for the client, so
 * that commands sent together are answered together.  Once over is set the
 * connection can do no more: reads find nothing, and writes are lost.
 */
struct conn {
	int		 fd;
	int		 leash;		/* at its end when the relay is gone */
	int		 log;		/* -1: no log */
	int		 delay;		/* ms to wait before each write */
	int		 batch;		/* ms for more to come before that */
	bool		 over;
	bool		 gone;		/* the client closed its side */
	bool		 said;		/* anything, ever */
	bool		 spoke;		/* since the client last spoke */
	unsigned long	 flights;	/* how often it spoke after we had */
	unsigned long	 segments;	/* reads in the clear that got bytes */
	gnutls_session_t tls;
	const char	*version;	/* "TLS1.3"; NULL in the clear */
	struct buf	 out;
	size_t		 at, have;	/* in[at..have) is not yet looked at */
	char		 in[CONN_IN];
};

enum conn_end {
	CONN_CLOSE,		/* as one should */
	CONN_CUT,		/* no close_notify */
	CONN_RESET		/* RST */
};

/* Takes the socket over, which must not block; borrows the others. */
void	conn_init(struct conn *, int fd, int leash, int log);

/* Flush, end the connection, write the last lines of the log. */
void	conn_close(struct conn *, enum conn_end);

/*
 * Our side of the handshake; false, and over, when it fails.  ask: the
 * client, too, must have a certificate that the credentials vouch for.
 */
bool	conn_tls(struct conn *, gnutls_certificate_credentials_t,
	    const char *priority, bool ask);

/*
 * The next line, without its CRLF (or bare LF, which is logged), which is
 * also logged.  False at the end of the connection; what there is of a
 * line then stands in the buf.
 */
bool	conn_line(struct conn *, struct buf *line);

/*
 * Some bytes, at least one; 0 at the end of the connection.  They stay in
 * the connection until conn_skip().
 */
size_t	conn_peek(struct conn *, const char **);
void	conn_skip(struct conn *, size_t);

/* Is there something of the client's that nobody has looked at? */
bool	conn_pending(const struct conn *);

/* Say a reply: LF in it and at its end becomes CRLF.  Logged. */
void	conn_say(struct conn *, const char *);

/* Say these bytes; the caller logs them. */
void	conn_put(struct conn *, const void *, size_t);
void	conn_flush(struct conn *);

/* Wait so long, or until the client closes if it may cut us short. */
void	conn_wait(struct conn *, int ms, bool cut);

/* A line for the log. */
void	conn_log(const struct conn *, const char *, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/* The same, the bytes after the prefix with their controls as escapes. */
void	conn_log_bytes(const struct conn *, const char *prefix, const void *,
	    size_t);

#endif
