/* dispatch.h - gives messages to a courier, records what came of them */

#ifndef AGENT_DISPATCH_H
#define AGENT_DISPATCH_H

#include <sys/types.h>

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "mail/envelope.h"
#include "report/conninfo.h"

#define KEEPER_ITEMS	16	/* messages with the courier at most */

/* A message that a courier has, or had. */
struct item {
	struct envelope	*env;		/* verdicts go to its recipients */
	const char	*account;	/* NULL or "": what is above them */
	int		 fd;		/* the message: [at, at + size) */
	off_t		 at;
	size_t		 size;
	void		*ctx;		/* the giver's */

	uint32_t	 number;
	uint32_t	*index;		/* the courier's recipients, in env */
	uint32_t	 nindex;
	bool		 sent;		/* the last octet may have gone */
	bool		 done;
	char		 accepted[512];	/* the relay's words on taking it */
	struct link	 link;		/* what it went over */
};

struct keeper {
	int		 sock;		/* -1: there is no courier */
	uint32_t	 numbers;
	struct item	*item[KEEPER_ITEMS];
	size_t		 nitems;
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */
};

void	keeper_init(struct keeper *, int sock);

/* The courier ends when it sees this. */
void	keeper_release(struct keeper *);

/*
 * Wait no longer: what has no verdict yet is VD_DOUBT where the last octet
 * may have been sent, else VD_TEMP and will not be.  keeper_wait() says so.
 */
void	keeper_part(struct keeper *);

/*
 * Hand over a message: its recipients that have no verdict yet.  The item
 * is borrowed until keeper_wait() returns it.  last says that no other
 * follows for now, so that the courier's goodbye can go with the message.
 * A courier that is gone settles it as temporary; keeper_wait() says so.
 */
void	keeper_give(struct keeper *, struct item *, bool last);

/* There is no more for now: the courier takes leave of the relay. */
void	keeper_end(struct keeper *);

/*
 * Wait until a message has all its verdicts.  NULL at the deadline
 * (clock_ms(); 0 is never), after a signal to stop, or if none is out.  A
 * courier that dies leaves VD_DOUBT where the last octet had been sent and
 * VD_TEMP elsewhere.
 */
struct item *keeper_wait(struct keeper *, long long deadline);

#endif
