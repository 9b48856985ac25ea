/* bounce.h - tells a sender that a message was given up */

#ifndef QUEUE_BOUNCE_H
#define QUEUE_BOUNCE_H

#include "report/explain.h"
#include "spool/claim.h"

/* Borrowed. */
struct bounce {
	struct spool	*spool;
	const struct settings *set;
	const struct explain *explain;	/* fqdn: of this host */
	const struct conninfo *conninfo; /* of the last try, or NULL */
	bool		 expired;	/* the message is given up */
};

/*
 * Queue a notification (RFC 3464) for the sender of a message.  It names the
 * recipients that will not get the message and that the sender was not told
 * of: those refused for good, or all if expired.  Each has the relay's reply
 * and the hint.  Afterwards they count as told, also if no bounce is sent:
 * for the null sender, for a bounce, and with NOTIFY=NEVER.  *any is whether
 * there were such recipients.  -1 if the bounce could not be queued.
 */
int	bounce_send(const struct bounce *, struct claimed *, bool *any,
	    struct fault *);

#endif
