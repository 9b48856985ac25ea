/* providers.h - --providers: the providers that are known by name */

#ifndef SETUP_PROVIDERS_H
#define SETUP_PROVIDERS_H

#include "cli/options.h"
#include "config/config.h"

/* List them on stdout; the exit status. */
int	providers_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
