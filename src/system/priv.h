/* priv.h - a safe start, and the privileges of the process */

#ifndef SYSTEM_PRIV_H
#define SYSTEM_PRIV_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * main() calls it first, since the caller chooses the state of the process.
 * Afterwards descriptors 0, 1 and 2 are open (those that were closed still
 * fail) and umask is 077.  SIGCHLD and SIGALRM have their default, SIGPIPE
 * and SIGXFSZ are ignored, and no signal is blocked.  Ends the process with
 * EX_OSERR if that fails.
 */
void	priv_start(void);

/*
 * Does the process have privileges that the caller does not have, because
 * the program is set-user-ID, set-group-ID or has file capabilities?  Then
 * do not trust the caller's environment and files.
 */
bool	priv_elevated(void);

/*
 * Make the effective user and group the real and saved ones, too.  Then the
 * caller can neither signal nor trace the process, and the change is final.
 * Ends the process with EX_OSERR if that fails.
 */
void	priv_settle(void);

/*
 * For an elevated process, which may work for all users: ignore SIGQUIT and
 * lift soft limits on processor time and file size.  False if there are hard
 * limits.
 */
bool	priv_unlimited(void);

/* Remove all variables but TZ and LANG. */
void	priv_environment(void);

/*
 * Change to this user permanently, with the groups of passwd(5) and
 * group(5).  *uid and home[n] are the user's.  -1 and a fault of ST_USAGE if
 * there is no such user, or if the process is neither root nor that user.
 */
int	priv_become(const char *name, uid_t *uid, char *home, size_t n,
	    struct fault *);

#endif
