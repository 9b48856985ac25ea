/* aliases.h - -bi and -bv: what aliases there are, what addresses become */

#ifndef ADMIN_ALIASES_H
#define ADMIN_ALIASES_H

#include "cli/options.h"
#include "config/setting.h"

/*
 * Check the aliases file: every mistake on stderr, how many aliases there
 * are on stdout.  Returns an exit status.
 */
int	aliases_rebuild(const struct settings *);

/* Say what each operand becomes.  Sends nothing.  An exit status. */
int	aliases_verify(const struct options *, const struct settings *);

#endif
