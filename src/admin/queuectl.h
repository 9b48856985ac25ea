/* queuectl.h - what an operator does to queue messages */

#ifndef ADMIN_QUEUECTL_H
#define ADMIN_QUEUECTL_H

#include "admin/mailq.h"
#include "cli/options.h"
#include "config/config.h"

/*
 * -bp, --show, --hold and the like, on standard output.  After --release and
 * --retry it tries the messages at once.  Returns the exit status.
 */
int	queuectl_run(const struct options *, struct config *,
	    const struct config_source *);

/*
 * Do what the mode says to a message, and print that on q->out.  0, or -1
 * with a fault as in mailq.h.  A message that is being delivered right now
 * is not changed.  q->set and q->explain are not needed.  Exported for the
 * tests.
 *
 * MODE_HOLD: it waits until it is released.  MODE_RELEASE: it is due at once
 * and its time to expire starts anew.  Neither changes a message that is in
 * that state already.
 *
 * MODE_RETRY: it is due now, for each recipient that has not accepted it; a
 * failed message goes back to the queue.  "all" is the messages that wait
 * and are not held.  It excludes messages and recipients that failed: their
 * senders have been told.
 *
 * MODE_REMOVE: also a message that cannot be used.  "all" includes the
 * failed ones.  If one cannot be removed, the others are.
 */
int	queuectl_do(const struct mailq *, enum options_mode,
	    const char *which, struct fault *);

#endif
