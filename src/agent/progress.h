/* progress.h - how far a large message has come, for who waits for it */

#ifndef AGENT_PROGRESS_H
#define AGENT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PROGRESS_MIN	1048576	/* octets; below there is nothing to show */

/* {0} has shown nothing yet. */
struct progress {
	long long	 began;		/* clock_ms() */
	long long	 shown;		/* when there was a line last */
	size_t		 width;		/* of that line */
};

/*
 * Append "3.4 of 12.5 MB (27 %), 850 kB/s, 11 s left".  Without a rate,
 * which takes half a second, the rest is left out.
 */
void	progress_text(struct buf *, size_t done, size_t total, long long ms);

/*
 * Show it on stderr, where it replaces the line shown before, a few times a
 * second at most and only while we are in the foreground there.
 */
void	progress_show(struct progress *, size_t done, size_t total);

/* Wipe the line away. */
void	progress_end(struct progress *);

#endif
