/* probe.h - --probe: the walk of a delivery, without a message */

#ifndef PROBE_H
#define PROBE_H

#include "config/config.h"
#include "options.h"

/* Walk it and show each step on stdout; the exit status. */
int	probe(const struct options *, struct config *,
	    const struct config_source *);

#endif
