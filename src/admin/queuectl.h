/* queuectl.h - what an operator may do to the messages of the spool */

#ifndef ADMIN_QUEUECTL_H
#define ADMIN_QUEUECTL_H

#include "admin/mailq.h"
#include "cli/options.h"
#include "config/config.h"

/*
 * -bp, --hold and its like, --show: do it on standard output.  What was
 * released or is to be retried is tried at once.  Returns the exit status.
 */
int	queuectl_run(const struct options *, struct config *,
	    const struct config_source *);

/*
 * Each says on q->out what was done.  0, or -1 with a fault as in mailq.h;
 * a message that is being delivered right now is left alone.  q->set
 * and q->report are not needed.
 */

/*
 * Have it wait until it is released; released, it is due at once and its
 * time to expire starts anew.  A message that is so already stays so.
 */
int	queuectl_hold(const struct mailq *, const char *id, struct fault *);
int	queuectl_release(const struct mailq *, const char *id,
	    struct fault *);

/*
 * Make a message due now, for each recipient that has not accepted it; one
 * that failed goes back to the queue.  "all" is those that wait and are not
 * held, neither messages nor recipients that failed: their senders have been
 * told.
 */
int	queuectl_retry(const struct mailq *, const char *which,
	    struct fault *);

/*
 * Throw it away, also one that cannot be used.  "all" is the failed too.
 * Others are removed even if some could not be.
 */
int	queuectl_remove(const struct mailq *, const char *which,
	    struct fault *);

#endif
