/* place.h - where tokens are kept, and who may change them */

#ifndef OAUTH_PLACE_H
#define OAUTH_PLACE_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/fault.h"
#include "config/config.h"

/*
 * A directory of its own beside the spool: the process that holds the spool
 * holds no secret.
 */
struct place {
	char		*path;		/* NULL: there is none */
	gid_t		 group;		/* that may read it; -1: none */

	/*
	 * The caller's processes may use the tokens of the administrator,
	 * and neither change them nor keep others from them.
	 */
	bool		 readonly;
};

/* Find it for these settings; place_release() frees it. */
void	place_find(struct place *, const struct settings *,
	    const struct config_source *);
void	place_release(struct place *);

/*
 * Open it; with create, make it if it is missing.  The descriptor, or -1
 * with a fault of ST_TOKEN: it is missing, or others can access it.
 */
int	place_open(const struct place *, bool create, struct fault *);

#endif
