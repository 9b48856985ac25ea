/* sweep.h - maintenance of a spool */

#ifndef SPOOL_SWEEP_H
#define SPOOL_SWEEP_H

#include <time.h>

#include "base/buf.h"
#include "spool/claim.h"

/*
 * Move a message from failed/ to the queue, to be tried at once: expiry
 * counts from now, and all recipients that did not accept it are pending.
 * Claims and releases it.
 */
enum claim spool_restore(struct spool *, const char *id, time_t now,
	    struct fault *);

/*
 * Remove files that crashes left; see the states in spool.h.  Foreign names
 * stay and are appended, one line each, printable; foreign may be NULL.
 */
int	spool_sweep(struct spool *, struct buf *foreign, struct fault *);

/*
 * Remove messages that failed more than days ago, and the oldest ones if
 * there are more than most allows; *n counts them.
 */
int	spool_expire_failed(struct spool *, time_t now, unsigned days,
	    const struct spool_limits *most, size_t *n, struct fault *);

#endif
