/* hint.h - from a fault to its cause, and the setting to change */

#ifndef HINT_HINT_H
#define HINT_HINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "hint/context.h"

#define HINT_TEXT	768

/*
 * Both are printable and on one line.  In fix, backquotes enclose a line of
 * configuration or a command: "set `helo web1.example.org`".  If fix is
 * empty, no setting would help.
 */
struct hint {
	char	cause[HINT_TEXT];
	char	fix[HINT_TEXT];
	bool	permanent;	/* retrying a temporary failure will not help */
};

/* Returns false, and an empty hint, if no rule applies. */
bool	hint_for(const struct hint_context *, struct hint *);

/* Append "hint: CAUSE; FIX". */
void	hint_print(struct buf *, const struct hint *);

#endif
