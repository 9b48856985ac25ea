/* proposal.h - the lines of configuration that a fix proposes */

#ifndef HINT_PROPOSAL_H
#define HINT_PROPOSAL_H

#include <stdbool.h>

#include "hint/context.h"

/*
 * In a fix, backquotes enclose a line: "set `tls starttls`".  A '~' before
 * the key marks a line in force that has to change: "correct `~relay x`".
 */

/*
 * Is a line of the fix already in force, or is it about the port of a relay
 * that has none?  Lines with a mark do not count.
 */
bool	proposal_useless(const char *fix, const struct hint_context *);

/* Remove the marks. */
void	proposal_clean(char *fix);

#endif
