/* spools.h - the spools that an operator works on: one, or those of all */

#ifndef ADMIN_SPOOLS_H
#define ADMIN_SPOOLS_H

#include "config/config.h"
#include "spool/spool.h"

/* For root: those of all users (spool/users.h).  {0}: there is only one. */
struct spools {
	const char	*top;
	gid_t		 group;		/* of top */
	bool		 users;		/* see spools_of_users() */
};

/*
 * May root look also into the spools of the users who have no other place for
 * one (SPOOLPATH_USERS), since each user has a spool in the default place?
 */
bool	spools_of_users(const struct settings *, const struct config_source *,
	    const char *top);

/*
 * Do act with this spool, unless it is NULL, and return the result; if that
 * is 0 and users is set, then also with the spools of those users.  Or if
 * there is a top, do act with the spool of each user, as that user: then a
 * fault is reported and the others follow.
 */
int	spools_each(const struct spools *, struct spool *,
	    int (*act)(void *ctx, struct spool *, struct fault *),
	    void *ctx, struct fault *);

#endif
