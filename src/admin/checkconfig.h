/* checkconfig.h - --check-config: mistakes in the configuration */

#ifndef ADMIN_CHECKCONFIG_H
#define ADMIN_CHECKCONFIG_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Read the configuration into c, which is new.  Check it and the files that
 * it names, as the user o->as if there is one; the process stays that user.
 * Makes and changes nothing, runs no command and uses no network.  Prints
 * the findings.  Returns the exit status: EX_CONFIG if there is a mistake;
 * warnings do not count.
 */
int	checkconfig_run(const struct options *, struct config *c,
	    const struct config_source *);

#endif
