/* conninfo.h - what is known of a connection, for logs and hints */

#ifndef REPORT_CONNINFO_H
#define REPORT_CONNINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "config/account.h"
#include "smtp/heloname.h"

/*
 * It has no pointers, so that it can be sent through a socket.  The strings
 * are printable; "" is: not known, or the session ended before.
 */
struct conninfo {
	int32_t		account;	/* as config/account numbers them */
	char		passed[512];	/* why accounts before it failed */
	char		what[FAULT_WHAT]; /* "relay.example.org:587" */
	char		ip[80];		/* the relay's */
	char		tried[512];	/* addresses that failed before, why */
	char		helo[HELONAME_MAX];	/* the name in EHLO */
	char		banner[256];		/* the text of the greeting */
	char		tls[80];	/* "TLS1.3 AES-256-GCM verified" */
	char		clear[256];	/* why TLS was given up */
	char		auth[32];		/* the mechanism used */
	char		offered[256];		/* mechanisms offered */
	uint32_t	caps;			/* CAP_*, of the last EHLO */
	uint32_t	authed;			/* 1: the login was accepted */
	uint32_t	quoted;			/* 1: password_quoted() */
	uint32_t	lost;	/* 4, 6: IPv4, IPv6 failed, not the other; 0 */
	int64_t		rtt;	/* of the connection, microseconds; or -1 */
};

/* Is it valid?  For one that another process sent. */
bool	conninfo_sane(const struct conninfo *);
void	conninfo_clear(struct conninfo *);

#endif
