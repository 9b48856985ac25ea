/* bounce.h - tells a sender that a message was given up */

#ifndef QUEUE_BOUNCE_H
#define QUEUE_BOUNCE_H

#include "config/setting.h"
#include "spool/claimed.h"

/*
 * Put a notification (RFC 3464) for the sender of a message into its own
 * spool: the recipients that will not get it and of which he was not told
 * before, with the relay's words; these are those that were refused for
 * good, or all if expired.  Afterwards they count as told, also where there
 * is nothing to send: for a message from the null sender, for one that is
 * itself a bounce, and where nobody wants to be told (NOTIFY=NEVER).  host
 * is where it is from.  *any is whether there was somebody new.  -1 if it
 * could not be queued.
 */
int	bounce_send(struct spool *, const struct settings *,
	    const char *host, bool expired, struct claimed *, bool *any,
	    struct fault *);

#endif
