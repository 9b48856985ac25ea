/* spoolpath.c - the place of the spool */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/spoolpath.h"

char *
spoolpath_default(const char *home, const char *xdg, const char *state,
    uid_t uid, bool elevated, const char *system)
{
	if (uid == 0 || elevated)
		return xstrdup(system);
	if (xdg != NULL && xdg[0] == '/')
		return xasprintf("%s/heloise", xdg);
	/* A unit may have several, with colons between. */
	if (state != NULL && state[0] == '/')
		return xasprintf("%.*s/heloise", (int)strcspn(state, ":"),
		    state);
	if (home != NULL && home[0] == '/')
		return xasprintf("%s/.local/state/heloise", home);
	return NULL;
}

char *
spoolpath_find(const struct settings *s, const struct config_source *src)
{
	if (s->spool != NULL)
		return xstrdup(s->spool);
	if (src->elevated)
		return xstrdup(SPOOLDIR);
	return spoolpath_default(getenv("HOME"), getenv("XDG_STATE_HOME"),
	    getenv("STATE_DIRECTORY"), src->uid, false, SPOOLDIR);
}
