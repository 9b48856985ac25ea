/* import.h - --import: the configuration of another mailer */

#ifndef SETUP_IMPORT_H
#define SETUP_IMPORT_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Make a configuration of that of another mailer, and say what is to be
 * checked.  The exit status: EX_CONFIG if there is nothing to take over, or
 * if the new file lacks something.
 */
int	import_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
