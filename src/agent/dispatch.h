/* dispatch.h - gives messages to an agent, receives the verdicts */

#ifndef AGENT_DISPATCH_H
#define AGENT_DISPATCH_H

#include <signal.h>

#include "agent/delivery.h"

#define DISPATCH_MAX	16	/* messages that the agent has at most */

struct dispatch {
	int		 sock;		/* -1: there is no agent */
	uint32_t	 numbers;	/* given to deliveries so far */
	struct delivery	*delivery[DISPATCH_MAX];
	size_t		 ndelivery;
	long long	 first_sent;	/* clock_ms() of the first IPC_SENT */
	int		 err;		/* of an agent that did not start */
	bool		 lost;		/* the agent has ended, or is broken */
	bool		 cut;		/* dispatch_part() with an agent */
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */
};

void	dispatch_init(struct dispatch *, int sock);

/*
 * Init with an agent that the opener at that socket starts (agent.h).  -1
 * with a fault; there is no agent then.
 */
int	dispatch_open(struct dispatch *, int opener, struct fault *);

/* The agent ends when it sees this. */
void	dispatch_release(struct dispatch *);

/*
 * Wait no longer.  A recipient without a verdict gets VD_DOUBT if the last
 * octet may have been sent; else VD_TEMP, and the message will not be sent.
 * dispatch_wait() returns the deliveries.
 */
void	dispatch_part(struct dispatch *);

/*
 * Pass on a message, for its recipients that have no verdict.  Set env,
 * account, message, avoid, works and ctx; the delivery is borrowed until
 * dispatch_wait() returns it.  The agent gets a descriptor that can only
 * read.  last: no other follows for now, so that QUIT can go with the message.
 * Without an agent the verdict is VD_TEMP.
 */
void	dispatch_give(struct dispatch *, struct delivery *, bool last);

/* No more messages for now: the agent ends the session. */
void	dispatch_end(struct dispatch *);

/*
 * Wait until a message has all its verdicts.  NULL at the deadline
 * (clock_ms(); 0 is never), after a signal to stop, or if the agent has no
 * message.  If the agent ends, it is as in dispatch_part().
 */
struct delivery *dispatch_wait(struct dispatch *, long long deadline);

/*
 * The same with n agents, CONNECTIONS_MOST at most; *of gets the index of the
 * one.  The agents behind *of come first, so that each has its turn.
 */
struct delivery *dispatch_wait_any(struct dispatch *const *, size_t n,
	    long long deadline, size_t *of);

#endif
