/* verify.h - -bi and -bv: what aliases there are, what addresses become */

#ifndef VERIFY_H
#define VERIFY_H

#include "config/setting.h"
#include "options.h"

/*
 * Check the aliases file: every mistake on stderr, how many aliases there
 * are on stdout.  Returns an exit status.
 */
int	verify_aliases(const struct settings *);

/* Say what each operand becomes.  Sends nothing.  An exit status. */
int	verify_addresses(const struct options *, const struct settings *);

#endif
