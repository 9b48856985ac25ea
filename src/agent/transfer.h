/* transfer.h - connects to the relay, sends messages, reports each verdict */

#ifndef AGENT_TRANSFER_H
#define AGENT_TRANSFER_H

#include "agent/accounts.h"
#include "agent/delivery.h"

/* What next() returns. */
enum transfer_next {
	TRANSFER_GOT,	/* a message */
	TRANSFER_LATER,	/* none now; only if wait was not set */
	TRANSFER_END	/* there are no more */
};

/* Where messages come from and go to; ctx is passed to each function. */
struct transfer_work {
	enum transfer_next (*next)(void *ctx, bool wait, struct delivery **);

	/* The last octet of the message is about to go; may it? */
	bool		(*sent)(void *ctx, struct delivery *);

	/* Every recipient has a verdict. */
	void		(*done)(void *ctx, struct delivery *);
	void		*ctx;
};

struct transfer_opts {
	bool		 trace;		/* the dialogue on stderr */
	bool		 transcript;	/* only that of a failure */
	bool		 progress;	/* of large messages, on a terminal */
	int		 dispatch;	/* a socket: its end ends a session */
};

/*
 * Send all messages that next() returns over one connection.  If the relay
 * accepts only some of the recipients, the others get another transaction
 * (RFC 5321, 4.5.3.1.10).  An account with a maildir keeps the messages; one
 * with a fault refuses them.  Every recipient of every message ends with a
 * verdict, at limit (clock_ms(); 0 is never) at the latest.
 */
void	transfer_run(struct account *, const struct transfer_opts *,
	    const struct transfer_work *, long long limit);

#endif
