/* bounce.h - tells a sender that a message was given up */

#ifndef BOUNCE_H
#define BOUNCE_H

#include "claimed.h"
#include "config/setting.h"

/*
 * Put a notification (RFC 3464) for the sender of a message into its own
 * spool: all recipients that will not get it, with the relay's words.  Not
 * for a message from the null sender, nor for one that is itself a bounce,
 * nor where nobody wants to be told (NOTIFY=NEVER).  host is where it is
 * from.  -1 if it could not be queued.
 */
int	bounce_send(struct spool *, const struct settings *,
	    const char *host, struct claimed *, struct fault *);

#endif
