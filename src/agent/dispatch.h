/* dispatch.h - gives messages to an agent, records what came of them */

#ifndef AGENT_DISPATCH_H
#define AGENT_DISPATCH_H

#include <sys/types.h>

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "mail/envelope.h"
#include "report/conninfo.h"

#define DISPATCH_ITEMS	16	/* messages with the agent at most */

/* A message that an agent has, or had. */
struct item {
	struct envelope	*env;		/* verdicts go to its recipients */
	const char	*account;	/* NULL or "": what is above them */
	int		 fd;		/* the message: [at, at + size) */
	off_t		 at;
	size_t		 size;
	void		*ctx;		/* the giver's */

	uint32_t	 number;
	uint32_t	*index;		/* the agent's recipients, in env */
	uint32_t	 nindex;
	bool		 sent;		/* the last octet may have gone */
	bool		 done;
	char		 accepted[512];	/* the relay's words on taking it */
	struct conninfo	 conninfo;		/* what it went over */
};

struct dispatch {
	int		 sock;		/* -1: there is no agent */
	uint32_t	 numbers;
	struct item	*item[DISPATCH_ITEMS];
	size_t		 nitems;
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */
};

void	dispatch_init(struct dispatch *, int sock);

/* The agent ends when it sees this. */
void	dispatch_release(struct dispatch *);

/*
 * Wait no longer: what has no verdict yet is VD_DOUBT where the last octet
 * may have been sent, else VD_TEMP and will not be.  dispatch_wait() says so.
 */
void	dispatch_part(struct dispatch *);

/*
 * Hand over a message: its recipients that have no verdict yet.  The item
 * is borrowed until dispatch_wait() returns it.  last says that no other
 * follows for now, so that the agent's goodbye can go with the message.
 * A agent that is gone settles it as temporary; dispatch_wait() says so.
 */
void	dispatch_give(struct dispatch *, struct item *, bool last);

/* There is no more for now: the agent takes leave of the relay. */
void	dispatch_end(struct dispatch *);

/*
 * Wait until a message has all its verdicts.  NULL at the deadline
 * (clock_ms(); 0 is never), after a signal to stop, or if none is out.  A
 * agent that dies leaves VD_DOUBT where the last octet had been sent and
 * VD_TEMP elsewhere.
 */
struct item *dispatch_wait(struct dispatch *, long long deadline);

#endif
