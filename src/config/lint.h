/* lint.h - settings that contradict each other, or are likely a mistake */

#ifndef CONFIG_LINT_H
#define CONFIG_LINT_H

#include "config/config.h"

enum lint_level { LINT_MISTAKE = 'm', LINT_WARNING = 'w' };

/* A line for each mistake and warning, and how many there are. */
struct lint {
	struct buf	 out;
	struct buf	 levels;	/* an enum lint_level for each line */
	size_t		 nmistakes;
	size_t		 nwarnings;
};

/*
 * Add a line to a lint, which is {0} at first but for the limits of its
 * buffers.  origin and key may be NULL.
 */
void	lint_add(struct lint *, bool mistake, const char *origin,
	    const char *key, const char *, ...)
	    __attribute__((__format__(__printf__, 5, 6)));

/*
 * Check settings that have been read.  Mistakes: those in their lines, those
 * that judge_all() finds, and contradictions.  Warnings: lines without
 * effect, and settings that probably do not do what was meant.  Mail may be
 * delivered in spite of a contradiction.
 */
void	lint_config(struct lint *, const struct config *,
	    const struct config_source *);

#endif
