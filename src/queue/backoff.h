/* backoff.h - when to try next, and when to give up */

#ifndef QUEUE_BACKOFF_H
#define QUEUE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/fault.h"
#include "config/setting.h"

/*
 * When to try again, tries (1 or more) having failed, the last with that
 * fault.  The delay is retry_min, doubled with each try up to retry_max.  A
 * relay that says "try again in 5 minutes" is taken at its word, within
 * retry_min and retry_max; after eight tries that can only lengthen the
 * delay.  Up to a quarter of it is added by random, any 32 bits, so that
 * messages do not come back in a herd.
 */
time_t	backoff_next(const struct settings *, unsigned tries,
	    const struct fault *last, time_t now, uint32_t random);

/*
 * When a message is due whose note says next: at that time, or now if no
 * delay is as long as that, since then the clock has been set back.
 */
time_t	backoff_due(const struct settings *, time_t next, time_t now);

/*
 * From when expiry counts: what the note says, else from the submission.
 * Where the clock has been set back before both it is now, to be kept in
 * the note.
 */
time_t	backoff_since(time_t submitted, time_t since, time_t now);

/*
 * Is it time to give up?  Ask after a try has failed, not before: a machine
 * that slept for a week then makes one more.
 */
bool	backoff_expired(const struct settings *, time_t since, time_t now);

/*
 * The delay in seconds that a reply asks for, such as "come back in
 * 00:04:59" or "greylisted for 300s"; -1 if none.
 */
long long backoff_asked(const char *text);

#endif
