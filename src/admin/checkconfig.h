/* checkconfig.h - --check-config: what is wrong with the configuration */

#ifndef ADMIN_CHECKCONFIG_H
#define ADMIN_CHECKCONFIG_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Read the configuration into c, which is new.  Look at all of it and at the
 * files it names; as the user of o->as if there is one, and then there is no
 * way back.  Print what is found.  Returns the exit status: EX_CONFIG if
 * there is a mistake; warnings are none.
 */
int	checkconfig_run(const struct options *, struct config *c,
	    const struct config_source *);

#endif
