/* gitconfig.h - reads sendemail.* of git */

#ifndef SETUP_GITCONFIG_H
#define SETUP_GITCONFIG_H

#include "base/fault.h"
#include "setup/draft.h"

/*
 * Add its settings to the draft, and its identities as accounts.  -1 with a
 * fault.
 */
int	gitconfig_import(struct draft *, const char *path, struct fault *);

#endif
