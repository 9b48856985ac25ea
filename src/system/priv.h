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
 * fail), umask is 077 and no timer runs.  SIGCHLD and the signals of timers
 * have their default, SIGPIPE and SIGXFSZ are ignored, and no signal is
 * blocked.  Ends the process with
 * EX_OSERR if that fails.
 */
void	priv_start(void);

/*
 * Is the stack large enough?  A soft limit is raised; false: the hard limit
 * (RLIMIT_STACK) is too low, so the process could crash halfway.
 */
bool	priv_stack(void);

/*
 * Does the process have privileges that the caller does not have, because
 * the program is set-user-ID, set-group-ID or has file capabilities?  Then
 * do not trust the caller's environment and files.
 */
bool	priv_elevated(void);

/*
 * Do users who start this program gain a group, if their file system and
 * process allow it?  Then it is *gid.
 */
bool	priv_gives(gid_t *gid);

/*
 * Why the program is set-group-ID, but the process has not gained that
 * group; NULL if neither.
 */
const char *priv_switched_off(void);

/*
 * Make the effective group the real and saved one, too, so that the caller
 * cannot trace the process; root goes back to its own group.  The user is
 * always the caller: what the caller does to its processes concerns only its
 * own mail.  Ends the process with words and EX_OSERR if that fails.
 */
void	priv_settle(void);

/*
 * A descriptor to put in place of the standard ones: /dev/null, or where that
 * is missing, as in many a chroot, a directory, which refuses to be read and
 * written.  -1 if there is neither.
 */
int	priv_null(void);

#define PRIV_NOGROUP	65534	/* where a user's own group is of no matter */

/*
 * For root: access files as this user and group until priv_work_as_root().
 * All else stays root's, so the user can neither signal nor trace nor slow
 * down the process.  -1 and errno.
 */
int	priv_work_as(uid_t, gid_t);
void	priv_work_as_root(void);

/*
 * For root, in a child: become this user for good, with this one group.
 * The user can signal the process, but not trace it.  -1 and errno; the
 * process must end then.
 */
int	priv_turn_into(uid_t, gid_t);

/*
 * The same, with the user's groups in passwd(5) and group(5), or if there is
 * no such user, with this one.  home[n] is the user's, "" if it is unknown.
 */
int	priv_turn_into_user(uid_t, gid_t, char *home, size_t n);

/*
 * For an elevated process: ignore SIGQUIT and raise soft limits that could
 * stop it halfway.  Returns the words for a hard limit that is too low
 * ("open files (ulimit -n)"), or NULL.
 */
const char *priv_limited(void);

/* Remove all variables but TZ and LANG. */
void	priv_environment(void);

/*
 * Change to this user permanently, with the groups of passwd(5) and
 * group(5), and with also (or NULL) as the group of the process.  *uid and
 * home[n] are the user's.  -1 and a fault of ST_USAGE if there is no such user,
 * or if the process is neither root nor that user.
 */
int	priv_become(const char *name, const gid_t *also, uid_t *uid,
	    char *home, size_t n, struct fault *);

#endif
