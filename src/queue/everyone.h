/* everyone.h - root's queue run for all users of the host */

#ifndef QUEUE_EVERYONE_H
#define QUEUE_EVERYONE_H

#include "queue/runner.h"

/*
 * runner_once() for each spool below r->top, each in a process that has
 * become its owner with the group r->group.  So this process trusts nothing
 * that users can write.  Some run at a time.  A process that its owner stops
 * or that takes over ten minutes goes on alone, and nobody waits for it.  Its
 * result is not counted.  A password-command runs before, as root.
 *
 * The result sums up all others.  -1 with the first fault; the others were
 * tried all the same.
 */
int	everyone_once(const struct runner *, const struct queue_select *,
	    struct queue_result *, struct fault *);

#endif
