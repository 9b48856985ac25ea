/* patience.h - a caller's wait for a connection that the relay still takes */

#ifndef SUBMIT_PATIENCE_H
#define SUBMIT_PATIENCE_H

#include <signal.h>

#include "config/config.h"
#include "config/rate.h"
#include "mail/envelope.h"
#include "spool/slot.h"

struct patience {
	int		 slot;		/* the connection's lock, or -1 */

	/* for one message */
	struct spool	*spool;		/* borrowed; NULL: nothing is counted */
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */
	const struct settings *set;	/* of its account, borrowed */
	char		 key[SLOT_KEY];	/* of its relay, see spool/slot.h */
	struct rate	 rate;
	long long	 end;		/* clock_ms() of `patience`, */
	long long	 deadline;	/* of `deadline`, or 0 */
	long long	 limit;		/* the first of these */
	long long	 asked;		/* clock_ms() when the last try began */
	unsigned	 looks;		/* for a slot */
	unsigned	 refusals;	/* by a busy relay, */
	struct fault	 refused;	/* and its last words */
};

/*
 * The caller of a message for the account with these settings begins to wait;
 * base says how long.  The connection of the message before is still held.
 */
void	patience_begin(struct patience *, const struct settings *,
	    const struct settings *base, struct spool *,
	    const volatile sig_atomic_t *stop);

/*
 * Wait for a connection that `connections` and `rate` allow, and hold it.
 * -1 with a fault after which the message is soon tried again: patience has
 * ended, or there was a signal.  *next is when `rate` allows it (or 0).
 */
int	patience_connection(struct patience *, time_t *next, struct fault *);

/*
 * A try has ended.  If only a busy relay keeps the message back, let the
 * connection go, pause, and take the verdicts back: true, ask again.  False if
 * patience would end before the answer, so that the caller hears the last one.
 */
bool	patience_again(struct patience *, struct envelope *);

/* Did only a relay that is busy, `connections` or `rate` keep it back? */
bool	patience_kept_back(const struct envelope *);

/* Let others have the connection, which is closed. */
void	patience_release(struct patience *);

#endif
