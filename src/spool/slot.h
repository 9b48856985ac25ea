/*
 * slot.h - the connections and messages that one relay gets from a spool
 *
 * slots/ in the spool holds, for each KEY:
 *
 * KEY.0, KEY.1, ...
 *	A connection each.  The lock (flock) on the file is the slot, so it
 *	ends with the process that holds it.
 * KEY.limit
 *	How many connections the relay took when it last refused one: an
 *	octet.  One more is tried every ten seconds.  Locked while a slot is
 *	chosen.
 * KEY.rate
 *	When the latest messages went, for `rate`.
 *
 * All processes of one spool keep to these together.  Nothing here is
 * needed to keep mail: without the files there is no limit.
 */

#ifndef SPOOL_SLOT_H
#define SPOOL_SLOT_H

#include "spool/spool.h"

#define SLOT_KEY	128	/* octets of a key, NUL included */

/*
 * The key of a relay and a user, either of which may be NULL.  Characters
 * that may not stand in the name of a file become "_", and it is cut to
 * SLOT_KEY.
 */
void	slot_key(char *key, const char *relay, const char *user);

/*
 * Take one of n connections.  True: *fd is to be closed after the
 * connection has ended, or -1 if there are no files to lock.  False: all
 * are in use, or the relay has just refused to take more; try again after a
 * pause.
 */
bool	slot_take(const struct spool *, const char *key, int n, int *fd);

/*
 * The relay refused the connection of a slot, one of n: remember how many
 * others there are, one at least.
 */
void	slot_refused(const struct spool *, const char *key, int n);

/*
 * Count one message against n in any stretch of ms.  Other n and ms for the
 * same key count the same messages.  0: it may go now.  Else
 * milliseconds to wait, and the message is not counted.
 */
long long slot_count(const struct spool *, const char *key, int n,
	    long long ms);

/* The message counted last did not go: another may go in its place. */
void	slot_uncount(const struct spool *, const char *key);

#endif
