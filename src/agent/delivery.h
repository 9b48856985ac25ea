/* delivery.h - a message between the dispatcher and the relay */

#ifndef AGENT_DELIVERY_H
#define AGENT_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "config/account.h"
#include "mail/envelope.h"
#include "report/conninfo.h"

struct delivery {
	struct envelope	*env;		/* its recipients get the verdicts */
	struct span	 message;	/* in wire form */
	uint32_t	 number;	/* the dispatcher's */
	char		 accepted[512];	/* the relay's reply to the message */
	struct conninfo	 conninfo;	/* of the connection, once done */
	uint32_t	 tries;		/* that failed before this one */
	long long	 limit;		/* clock_ms(); 0: as the settings say */

	/* CAP_* of the relay of its account, not of a fallback */
	uint32_t	 avoid;		/* learned before: do without */
	uint32_t	 works;		/* and these were kept */
	uint32_t	 learned;	/* learned now, once done */
	uint32_t	 proven;

	/* in the process that dispatches */
	const char	*account;	/* borrowed; NULL or "": the default */
	void		*ctx;		/* the caller's */
	uint32_t	*index;		/* the agent's recipients, in env */
	uint32_t	 nindex;
	bool		 sent;		/* the last octet may have gone */
	bool		 done;

	/* in the agent, which owns env and the descriptor */
	int		 chain[ACCOUNT_CHAIN];	/* accounts to try */
	size_t		 nchain, step;
	uint32_t	 dropped;	/* in this try, for this message */
	uint32_t	 last;		/* the one of them dropped last */
};

#endif
