/* setup.h - --setup: from an address to a configuration that works */

#ifndef SETUP_SETUP_H
#define SETUP_SETUP_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Find the relay of an address, prove each answer by a probe, and write the
 * configuration.  Settings of the command line are answers.  The exit status
 * is that of the probe if it fails; nothing is written then.
 */
int	setup_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
