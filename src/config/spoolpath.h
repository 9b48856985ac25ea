/* spoolpath.h - the place of the spool */

#ifndef CONFIG_SPOOLPATH_H
#define CONFIG_SPOOLPATH_H

#include "config/config.h"

/* Where users have a spool that have no other place for one. */
#define SPOOLPATH_USERS	SPOOLDIR "-users"

/*
 * The spool of this user: the setting spool, or the default place.  Where
 * that is shared, or if elevated, a directory below it with the number of
 * the user.  If another user cannot use that place, or while mail waits
 * there, one below SPOOLPATH_USERS.  NULL if it is unknown.  The caller frees
 * it.
 */
char	*spoolpath_find(const struct settings *,
	    const struct config_source *);

/*
 * For root: make the spool of all users again, if the program is set-group-ID
 * and somebody removed it.  Else root's own would take its place.
 */
void	spoolpath_remake(const struct settings *, const struct config_source *);

/*
 * The directory that holds the spools of all users, for root, if there is
 * one (see spool/users.h); *group is its group.  Else NULL.  The caller frees
 * it.
 */
char	*spoolpath_everyone(const struct settings *,
	    const struct config_source *, gid_t *group);

/*
 * May root look also into the spools in SPOOLPATH_USERS, where the settings of
 * their users hold, not those of -C?  top is that of
 * spoolpath_everyone(): NULL if no directory holds the spools of all users.
 */
bool	spoolpath_looks(const struct settings *,
	    const struct config_source *, const char *top);

/*
 * The directory of tokens beside the spool top, or NULL for no top.  If this
 * user cannot use or make it, it is in the spare place below users instead,
 * unless that is NULL or cannot be used either.  Exported for the tests.
 */
char	*spoolpath_beside(const char *top, const char *users, uid_t);

/*
 * The directory of tokens, beside the spool, or beside the one that holds the
 * spools of all users: then *group may read them, else *group is -1.  NULL if
 * it is unknown.  The caller frees it.
 */
char	*spoolpath_tokens(const struct settings *,
	    const struct config_source *, gid_t *group);

/* Does this directory hold the spools of all users?  *group is its group. */
bool	spoolpath_is_shared(const char *path, gid_t *group);

/*
 * The default place: the system's spool for root and if elevated (see
 * priv_elevated()), else a directory below XDG_STATE_HOME, the state directory
 * of a systemd unit, or the home directory.
 * NULL if that is unknown.  The caller frees it.  Exported for the tests.
 */
char	*spoolpath_default(const char *home, const char *xdg_state_home,
	    const char *state_directory, uid_t, bool elevated,
	    const char *system);

/*
 * The spool of a user below top, a directory of root with mode 1777.  It is
 * called UID, or, since anybody can make that in advance, UID, a dot and what
 * nobody foresees.  One where mail waits comes first.  NULL if top is not safe.
 * The caller frees it.
 */
char	*spoolpath_spare(const char *top, uid_t);

#endif
