/* judge.h - can mail be delivered with these settings? */

#ifndef CONFIG_JUDGE_H
#define CONFIG_JUDGE_H

#include "config/config.h"

/*
 * Can mail be delivered with these settings, and with those of each
 * account?  Checks settings that depend on each other: a missing relay,
 * half a login, smtps:// with another `tls`, a fallback that does not exist.
 */
int	judge_check(const struct config *, const struct config_source *,
	    struct fault *);

/* The same for all mistakes: append a line each, return how many. */
size_t	judge_all(const struct config *, const struct config_source *,
	    struct buf *);

#endif
