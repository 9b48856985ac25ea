/* spools.h - the spools that an operator works on: one, or those of all */

#ifndef ADMIN_SPOOLS_H
#define ADMIN_SPOOLS_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/fault.h"
#include "spool/spool.h"

/* For root: those of all users (spool/users.h).  {0}: there is only one. */
struct spools {
	const char	*top;
	gid_t		 group;		/* of top */
	bool		 users;		/* see spoolpath_looks() */
};

/*
 * Do act with this spool, unless it is NULL, and return the result; if that
 * is 0 and users is set, then also with the spools of the users who have no
 * other place for one (SPOOLPATH_USERS).  Or if there is a top, do act with
 * the spool of each user, as that user: then a fault is reported and the
 * others follow.
 */
int	spools_each(const struct spools *, struct spool *,
	    int (*act)(void *ctx, struct spool *, struct fault *),
	    void *ctx, struct fault *);

#endif
