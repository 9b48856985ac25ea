/* box.h - run a function in a process that can reach one port and no file */

#ifndef OAUTH_BOX_H
#define OAUTH_BOX_H

#include "base/buf.h"
#include "base/fault.h"

/*
 * A child runs work(), which appends to out and returns 0 or -1 with a fault.
 * It has no descriptors but keep (or -1) and 0 to 2, and ignores the signals
 * of a terminal: an answer that it waits for may be good for one use.  It ends
 * after prepare ms unless it has called box_enter().  Returns what work()
 * returned.
 */
int	box_run(int (*work)(void *ctx, struct buf *out, struct fault *),
	    void *ctx, int keep, long long prepare, struct buf *out,
	    struct fault *);

/*
 * In work(): enter the sandbox for good, with these TCP ports and this
 * directory (or -1).
 */
void	box_enter(const int *ports, size_t nports, int dir);

#endif
