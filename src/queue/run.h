/* run.h - a queue run: everything that is due, over one connection */

#ifndef QUEUE_RUN_H
#define QUEUE_RUN_H

#include "agent/dispatch.h"
#include "config/setting.h"
#include "report/maillog.h"
#include "spool/spool.h"

/* Which messages; {0} is all that are due. */
struct queue_select {
	bool		 all;		/* also those that are not due yet */
	const char	*id;		/* substrings of it, as -qI, */
	const char	*rcpt;		/* of any recipient, as -qR, */
	const char	*sender;	/* of the sender, as -qS; or NULL */
};

/* What came of it. */
struct queue_result {
	size_t		 tried, done, waiting;
	size_t		 failed;	/* of those that are done */
	time_t		 next;		/* when something is due; 0: nothing */
};

/*
 * Try each message once, several on their way at a time.  Messages that
 * another process has in hand are passed over.  When the relay as such
 * cannot be used the rest is left for later, untouched.  -1 if what came of
 * a message could not be recorded, also where others were.
 */
int	queue_run(struct spool *, const struct settings *,
	    const struct maillog *, struct dispatch *,
	    const struct queue_select *, struct queue_result *,
	    struct fault *);

#endif
