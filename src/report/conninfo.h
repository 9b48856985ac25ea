/* conninfo.h - what was known of a connection, for logs and hints */

#ifndef REPORT_CONNINFO_H
#define REPORT_CONNINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "config/account.h"
#include "smtp/heloname.h"

/*
 * It has no pointers, so that it can be sent down a socket.  The strings
 * are printable; "" is: not known, or it did not come to that.
 */
struct conninfo {
	int32_t		account;	/* as config/account numbers them */
	char		passed[512];	/* why not the accounts before it */
	char		what[FAULT_WHAT]; /* "relay.example.org:587" */
	char		ip[80];		/* the relay's */
	char		helo[HELONAME_MAX];	/* the name we gave */
	char		banner[256];		/* the relay's first words */
	char		tls[80];	/* "TLS1.3 AES-256-GCM verified" */
	char		auth[32];		/* the mechanism used */
	char		offered[256];		/* those that were offered */
	uint32_t	caps;			/* CAP_*, as last heard */
	uint32_t	authed;			/* 1: the login was taken */
	int64_t		rtt;	/* of the connection, microseconds; or -1 */
};

/* Could it come from conninfo_clear() and those who fill it in? */
bool	conninfo_sane(const struct conninfo *);
void	conninfo_clear(struct conninfo *);

#endif
