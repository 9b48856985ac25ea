/* run.h - a queue run: all messages that are due, over some connections */

#ifndef QUEUE_RUN_H
#define QUEUE_RUN_H

#include "config/config.h"
#include "queue/agents.h"
#include "report/maillog.h"
#include "spool/spool.h"

/* Which messages; {0} is all that are due. */
struct queue_select {
	bool		 all;		/* also those that are not due yet */
	const char	*id;		/* substrings of it, as -qI, */
	const char	*rcpt;		/* of any recipient, as -qR, */
	const char	*sender;	/* of the sender, as -qS; or NULL */
	long long	 patience;	/* ms to wait for a connection */
};

/* Why no more messages of an account were tried; a later one counts more. */
enum queue_stop { QUEUE_STOP_NONE, QUEUE_STOP_RATE, QUEUE_STOP_CONNECTIONS,
	QUEUE_STOP_RELAY };

/* The result: numbers of messages. */
struct queue_result {
	size_t		 tried, done, waiting;
	size_t		 failed;	/* of those that are done */
	time_t		 next;		/* when one is due; 0: none waits */
	size_t		 left;		/* to be tried, but for this: */
	enum queue_stop	 why;		/* of all accounts, what counts most */
};

/*
 * Try each message once, several at a time and over several connections.
 * Messages that another process has locked, and damaged ones, are skipped.  If
 * the relay cannot be used, or `rate` allows no more, the rest of that account
 * stays unchanged.  -1 if the result of a message could not be recorded;
 * others may have been.
 */
int	queue_run(struct spool *, const struct config *,
	    const struct maillog *, struct agents *,
	    const struct queue_select *, struct queue_result *, struct fault *);

#endif
