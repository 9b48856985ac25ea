/* quota.h - how much one spool may hold, and what the disk keeps free */

#ifndef SPOOL_QUOTA_H
#define SPOOL_QUOTA_H

#include "spool/spool.h"

/*
 * Is the disk too full, or out of inodes?  -1 and a fault of ST_SPOOL, VD_TEMP.
 */
int	quota_disk(const struct spool *, struct fault *);

/*
 * May this directory have another message of so many octets?  -1 and such a
 * fault.
 */
int	quota_place(struct spool *, enum spool_place, size_t, struct fault *);

/* The octets of a message file; 0 if there is none. */
long long quota_octets(const struct spool *, enum spool_place,
	    const char *id);

#endif
