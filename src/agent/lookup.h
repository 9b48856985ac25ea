/* lookup.h - looks up the hosts and addresses of a relay */

#ifndef AGENT_LOOKUP_H
#define AGENT_LOOKUP_H

#include "agent/route.h"

/*
 * Look up all names of a route, until the deadline (clock_ms()).  After this
 * only connections are needed.  0, or -1 with a fault of ST_RESOLVE: nothing
 * was found in time.
 */
int	lookup_route(struct route *, long long deadline, struct fault *);

#endif
