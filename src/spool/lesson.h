/*
 * lesson.h - what one relay does not keep of what it offers
 *
 * slots/KEY.avoid in the spool holds for each extension when it was learned
 * to do without it, and when it was seen to work: 512 octets.  Both count for
 * LESSON_DAYS.  KEY is that of slot.h.  Nothing here is needed to keep mail:
 * without the file it is learned again.
 */

#ifndef SPOOL_LESSON_H
#define SPOOL_LESSON_H

#include <stdint.h>
#include <time.h>

#include "spool/spool.h"

#define LESSON_DAYS	7

/* Sets of up to 32 bits, one for each extension, as the caller numbers them. */
struct lesson {
	uint32_t	avoid;		/* do without them */
	uint32_t	works;		/* the relay has kept them */
};

/* All that counts now; {0} if there is none. */
void	lesson_get(const struct spool *, const char *key, time_t now,
	    struct lesson *);

/*
 * Add what was learned now.  What works is not to be avoided, and the other
 * way round.  A failure is ignored.
 */
void	lesson_add(const struct spool *, const char *key, time_t now,
	    const struct lesson *);

/*
 * Call the function for each relay that has something to avoid, with the key
 * and the time until the oldest of it counts.
 */
void	lesson_each(const struct spool *, time_t now,
	    void (*)(void *ctx, const char *key, uint32_t avoid, time_t until),
	    void *ctx);

#endif
