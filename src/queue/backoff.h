/* backoff.h - when to try next, and when to give up */

#ifndef QUEUE_BACKOFF_H
#define QUEUE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/fault.h"
#include "config/setting.h"

/*
 * When to try again after so many tries (1 or more); last is the fault of the
 * last one.  The delay is retry_min, doubled with each try up to retry_max.
 * A reply such as "try again in 5 minutes" sets the delay, within retry_min
 * and retry_max; after eight tries it can only make the delay longer.
 * random, any 32 bits, adds up to a quarter, so that messages do not all
 * come back at the same time.
 */
time_t	backoff_next(const struct settings *, unsigned tries,
	    const struct fault *last, time_t now, uint32_t random);

/*
 * Does the relay take no more connections for now, or does the message wait
 * for `connections` or `rate`?
 */
bool	backoff_busy(const struct fault *);

/*
 * When to try again after such a fault: in seconds, and later the longer the
 * message has waited since then, but within retry_min; random makes it earlier.
 */
time_t	backoff_soon(const struct settings *, time_t since, time_t now,
	    uint32_t random);

/*
 * Milliseconds of the nth pause of a process that waits for a connection:
 * they double up to most, less up to a half at random.
 */
long long backoff_pause(unsigned n, long long most, uint32_t random);

/*
 * When a message with this next in its note is due.  It is due now if next is
 * later than any delay allows: then the clock was set back.
 */
time_t	backoff_due(const struct settings *, time_t next, time_t now);

/*
 * The time that expiry counts from: since in the note, else the submission.
 * It is now if the clock was set back before both; keep that in the note.
 *
 * It is later if nothing was tried since next, or since the submission if
 * next is 0, for more than a quarter of `expire` and two hours: the clock of a
 * machine without a battery jumps ahead when it is set, and a machine may have
 * been off.  The rest of such a gap does not count.
 */
time_t	backoff_since(const struct settings *, time_t submitted, time_t since,
	    time_t next, time_t now);

/*
 * Is it time to give up?  Ask after a failed try, not before: so a machine
 * that was off for a week makes one more try.
 */
bool	backoff_expired(const struct settings *, time_t since, time_t now);

/*
 * The delay in seconds that a reply asks for, such as "come back in
 * 00:04:59" or "greylisted for 300s"; -1 if none.
 */
long long backoff_asked(const char *text);

#endif
