/* showconfig.h - --show-config: the settings in force, shown or written */

#ifndef ADMIN_SHOWCONFIG_H
#define ADMIN_SHOWCONFIG_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Print the settings and where each comes from, or write those of
 * environment and command line to o->write.  Returns the exit status.
 */
int	showconfig_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
