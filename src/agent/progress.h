/* progress.h - shows on a terminal how much of a message is sent */

#ifndef AGENT_PROGRESS_H
#define AGENT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PROGRESS_MIN	1048576	/* octets; smaller messages show nothing */

/* {0} has shown nothing yet. */
struct progress {
	long long	 began;		/* clock_ms() */
	long long	 shown;		/* when the last line was shown */
	size_t		 width;		/* of that line */
};

/*
 * Append "3.4 of 12.5 MB (27 %), 850 kB/s, 11 s left".  Without a rate,
 * which takes half a second, the rest is left out.
 */
void	progress_text(struct buf *, size_t done, size_t total, long long ms);

/*
 * Show it on stderr, in place of the line before: a few times a second at
 * most, and only in the foreground of the terminal.
 */
void	progress_show(struct progress *, size_t done, size_t total);

/* Clear the line. */
void	progress_end(struct progress *);

#endif
