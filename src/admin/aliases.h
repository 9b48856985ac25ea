/* aliases.h - -bi and -bv: check the aliases, expand addresses */

#ifndef ADMIN_ALIASES_H
#define ADMIN_ALIASES_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Check the aliases file: mistakes go to stderr, the number of aliases to
 * stdout.  Returns the exit status.
 */
int	aliases_rebuild(const struct options *, struct config *,
	    const struct config_source *);

/* Print the addresses that each operand expands to; the exit status. */
int	aliases_verify(const struct options *, struct config *,
	    const struct config_source *);

#endif
