/* spoolpath.h - the place of the spool */

#ifndef CONFIG_SPOOLPATH_H
#define CONFIG_SPOOLPATH_H

#include "config/config.h"

/*
 * The setting spool, or the default place.  NULL if that is unknown.  The
 * caller frees it.
 */
char	*spoolpath_find(const struct settings *,
	    const struct config_source *);

/*
 * The default place: the system's spool for root and if elevated (see
 * priv_elevated()), else a directory below XDG_STATE_HOME, the state directory
 * of a systemd unit, or the home directory.
 * NULL if that is unknown.  The caller frees it.  Exported for the tests.
 */
char	*spoolpath_default(const char *home, const char *xdg_state_home,
	    const char *state_directory, uid_t, bool elevated,
	    const char *system);

#endif
