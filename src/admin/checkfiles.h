/* checkfiles.h - can we use the files that the settings name? */

#ifndef ADMIN_CHECKFILES_H
#define ADMIN_CHECKFILES_H

#include "config/config.h"

/* What to look at, and whom to tell. */
struct checkfiles {
	const struct config *config;
	const struct config_source *src;
	bool		 known;		/* what of src is unreadable */

	/*
	 * "read the password", and where it is; fault is NULL if that can
	 * be done.  grave is false if mail goes out all the same.
	 */
	void		(*tell)(void *ctx, const char *what, const char *path,
			    const struct fault *, bool grave);
	void		*ctx;
};

/*
 * Look at the files of configuration, passwords, certificates, aliases, log
 * and spool as the user that we run as.  Nothing is made or changed, no
 * command is run, and nothing goes over the network.
 */
void	checkfiles(const struct checkfiles *);

#endif
