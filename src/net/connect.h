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

/*
 * Connect by TCP to one of the addresses, in their order.  The next starts
 * 250 ms after the one before, or when one has failed (RFC 8305, section 5).
 * The first that answers is used, the others are closed.  failed and why
 * tell of addresses that failed before; one that was closed did not fail.
 * The deadline (clock_ms()) is for all of them together.  Returns 0, or -1
 * with a fault of VD_TEMP that names every address tried and its error.
 */
int	connect_tcp(const struct addresses *, long long deadline,
	    struct connection *, struct fault *);

/*
 * Connect to a socket in the file system, without waiting.  local and peer
 * are left empty.
 */
int	connect_unix(const char *path, struct connection *, struct fault *);

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
