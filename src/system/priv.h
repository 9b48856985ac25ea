/* priv.h - a sane start, and what the caller may say */

#ifndef SYSTEM_PRIV_H
#define SYSTEM_PRIV_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * The first thing main() does, since a caller leaves us whatever it likes:
 * descriptors 0, 1 and 2 are open afterwards (one that was closed fails as
 * it would have), umask is 077, SIGCHLD and SIGALRM have their default,
 * SIGPIPE and SIGXFSZ are ignored, no signal is blocked.  Ends the process
 * with EX_OSERR if that cannot be had.
 */
void	priv_start(void);

/*
 * Did running the program give privileges that the caller does not have:
 * is it set-user-ID, set-group-ID or with file capabilities?  Then the
 * caller's environment and files are not to be trusted.
 */
bool	priv_elevated(void);

/*
 * Be the effective user and group in all respects, so that the caller can
 * neither signal nor trace us, nor have us go back to what it may do.  Ends
 * the process with EX_OSERR if that cannot be had.
 */
void	priv_settle(void);

/*
 * For those who gained privileges: SIGQUIT is ignored and soft limits on
 * processor time and the size of files are lifted, since what is done may
 * be for all users.  False if there are hard ones.
 */
bool	priv_unlimited(void);

/* Forget the environment but for TZ and LANG. */
void	priv_environment(void);

/*
 * Become this user, with the groups of passwd(5) and group(5), for good;
 * *uid and home[n] are the user's.  -1 and a fault of ST_USAGE if there is
 * none, or if we are neither root nor that user.
 */
int	priv_become(const char *name, uid_t *uid, char *home, size_t n,
	    struct fault *);

#endif
