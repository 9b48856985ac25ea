/* aliases.h - -bi and -bv: what aliases there are, what addresses become */

#ifndef ADMIN_ALIASES_H
#define ADMIN_ALIASES_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Check the aliases file: every mistake on stderr, how many aliases there
 * are on stdout.  Returns an exit status.
 */
int	aliases_rebuild(const struct options *, struct config *,
	    const struct config_source *);

/* Say what each operand becomes.  Sends nothing.  An exit status. */
int	aliases_verify(const struct options *, struct config *,
	    const struct config_source *);

#endif
