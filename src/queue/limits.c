/* limits.c - what a spool may hold, by the settings */

#include "config/minfree.h"
#include "queue/limits.h"

struct spool_limits
limits_get(const struct settings *s, bool elevated)
{
	struct spool_limits l = { .messages = s->max_waiting,
	    .octets = s->max_waiting_size };

	(void)minfree_parse(s->min_free, elevated, &l.free_percent,
	    &l.free_octets);
	return l;
}
