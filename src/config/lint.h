/* lint.h - settings that do not go together, or are likely a mistake */

#ifndef CONFIG_LINT_H
#define CONFIG_LINT_H

#include "config/config.h"

/* Lines of what was found, and how many of them are of which kind. */
struct lint {
	struct buf	 out;
	size_t		 nmistakes;
	size_t		 nwarnings;
};

/* {0} but for out.max is fine.  One more line; key may be NULL. */
void	lint_add(struct lint *, bool mistake, const char *origin,
	    const char *key, const char *, ...)
	    __attribute__((__format__(__printf__, 5, 6)));

/*
 * Look at settings that have been read: the mistakes in their lines, what
 * config_judge() finds, lines that have no effect, contradictions, which
 * count as mistakes, and what relays or people are likely to regret, which
 * is a warning.  Mail may go out in spite of a contradiction.
 */
void	lint_config(struct lint *, const struct config *,
	    const struct config_source *);

#endif
