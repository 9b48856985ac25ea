/* connect.h - connects to the first of several addresses that answers */

#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include "base/fault.h"
#include "net/resolve.h"

#define CONNECT_WHY	1024	/* octets about addresses that failed */

struct connection {
	int		fd;	/* owned by the caller; non-blocking, CLOEXEC */
	struct address	local;
	struct address	peer;
	char text[RESOLVE_ADDRESS_TEXT]; /* the peer: "::1 port 25" */
	unsigned	failed;	/* bit i: address i failed before */
	char		why[CONNECT_WHY]; /* "192.0.2.1 port 25: words; ..." */
};

/* A connection that was begun. */
struct begun {
	int		fd;	/* owned by the caller; non-blocking, CLOEXEC */
	int		err;	/* errno if fd is -1 */
	bool		source;	/* the source address is to blame */
};

/* Begin to connect to the address, by TCP or to a Unix socket. */
void	connect_begin(const struct address *to, const struct address *source,
	    struct begun *);

/* What begins connections in place of connect_begin(). */
struct connect_by {
	void		(*begin)(const void *ctx, const struct address *to,
			    struct begun *);
	const void	*ctx;
};

/*
 * Connect by TCP to one of the addresses, in their order.  The next starts
 * 250 ms after the one before, or when one has failed (RFC 8305, section 5).
 * The first that answers is used, the others are closed.  failed and why
 * tell of addresses that failed before; one that was closed did not fail.
 * The deadline (clock_ms()) is for all of them together.  Returns 0, or -1
 * with a fault of VD_TEMP that names every address tried and its error.
 * connect_by may be NULL.
 */
int	connect_tcp(const struct addresses *, const struct connect_by *,
	    long long deadline, struct connection *, struct fault *);

/*
 * Connect to a socket in the file system, without waiting.  local and peer
 * are left empty.  connect_by may be NULL.
 */
int	connect_unix(const char *path, const struct connect_by *,
	    struct connection *, struct fault *);

/* The address of a socket in the file system; false: the path is too long. */
bool	connect_unix_address(const char *path, struct address *);

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321, 4.1.3); "" if neither. */
void	connect_literal(const struct address *, char *, size_t);

/*
 * The fault of a connection that ended: err is an errno, or 0 if the relay
 * closed it.  FD_LINK, VD_TEMP; keeps f->stage.
 */
int	connect_lost(struct fault *, int err);

/*
 * The fault of a deadline that passed: what ("no answer") stands before
 * "within 30 seconds".  ETIMEDOUT, VD_TEMP; keeps f->stage.
 */
int	connect_late(struct fault *, const char *what, long long ms);

#endif
