/* bounce.h - tells a sender that a message was given up */

#ifndef QUEUE_BOUNCE_H
#define QUEUE_BOUNCE_H

#include "report/explain.h"
#include "spool/claim.h"

/* Borrowed. */
struct bounce {
	struct spool	*spool;
	const struct settings *set;
	const struct explain *explain;	/* its fqdn is where bounces are from */
	const struct conninfo *conninfo; /* of the last try, or NULL */
	bool		 expired;	/* the message is given up */
};

/*
 * Put a notification (RFC 3464) for the sender of a message into its own
 * spool: the recipients that will not get it and of which he was not told
 * before, with the relay's words and the hint; these are those that were
 * refused for good, or all if expired.  Afterwards they count as told, also
 * where there is nothing to send: for a message from the null sender, for one
 * that is itself a bounce, and where nobody wants to be told (NOTIFY=NEVER).
 * *any is whether there was somebody new.  -1 if it could not be queued.
 */
int	bounce_send(const struct bounce *, struct claimed *, bool *any,
	    struct fault *);

#endif
