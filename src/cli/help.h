/* help.h - --help and --version */

#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/options.h"
#include "config/config.h"

/* Print it on standard output and return the exit status. */
int	help_run(const struct options *, struct config *,
	    const struct config_source *);
int	help_version(const struct options *, struct config *,
	    const struct config_source *);

#endif
