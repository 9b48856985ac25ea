/* probe.h - --probe: the steps of a delivery, without a message */

#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "base/fault.h"
#include "cli/options.h"
#include "config/config.h"

/* The end of a probe: VD_OK, or what failed, and what to change. */
struct probe_result {
	struct fault	 fault;
	char		 hint[2048];
};

/*
 * The same as probe_run(), for an account above all others, without output
 * and questions.  This process can do nothing else afterwards.
 */
void	probe_quietly(const struct options *, struct config *,
	    const struct config_source *, struct probe_result *);

/* Show each step on stdout; the exit status. */
int	probe_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
