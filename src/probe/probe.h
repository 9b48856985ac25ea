/* probe.h - --probe: the steps of a delivery, without a message */

#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "cli/options.h"
#include "config/config.h"

/* Show each step on stdout; the exit status. */
int	probe_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
