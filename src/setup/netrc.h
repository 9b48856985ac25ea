/* netrc.h - reads .netrc */

#ifndef SETUP_NETRC_H
#define SETUP_NETRC_H

#include <stdbool.h>

#include "base/fault.h"
#include "setup/draft.h"

/*
 * The machines that look like relays, the first as the default relay, others
 * as accounts.  -1 with a fault.
 */
int	netrc_import(struct draft *, const char *path, struct fault *);

/*
 * Set the password that ~/.netrc has for this user at this host; false if it
 * has none.
 */
bool	netrc_password(struct draft *, const char *host, const char *user);

#endif
