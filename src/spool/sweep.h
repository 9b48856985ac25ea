/* sweep.h - what a spool needs beside deliveries */

#ifndef SPOOL_SWEEP_H
#define SPOOL_SWEEP_H

#include <time.h>

#include "base/buf.h"
#include "spool/claim.h"

/*
 * Move it from failed/ to the queue, to be tried at once: its note starts
 * anew at that time, and all recipients that did not accept it are pending.
 * Claims and releases it.
 */
enum claim spool_restore(struct spool *, const char *id, time_t now,
	    struct fault *);

/*
 * Remove what crashes left behind; see the states above.  Names that cannot
 * be ours are left alone and appended, one line each, printable; foreign may
 * be NULL.
 */
int	spool_sweep(struct spool *, struct buf *foreign, struct fault *);

/* Remove messages that failed more than so many days ago; counts them. */
int	spool_expire_failed(struct spool *, time_t now, unsigned days,
	    size_t *n, struct fault *);

#endif
