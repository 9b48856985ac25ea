/* completion.h - the completion of a shell, written from the tables */

#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/options.h"
#include "config/config.h"

/* --completion: print the script for the shell and return the exit status. */
int	completion_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
