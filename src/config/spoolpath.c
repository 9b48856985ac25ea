/* spoolpath.c - the place of the spool */

#include <stdlib.h>

#include "base/util.h"
#include "config/spoolpath.h"

char *
spoolpath_default(const char *home, const char *xdg, uid_t uid, bool elevated,
    const char *system)
{
	if (uid == 0 || elevated)
		return xstrdup(system);
	if (xdg != NULL && xdg[0] == '/')
		return xasprintf("%s/heloise", xdg);
	if (home != NULL && home[0] == '/')
		return xasprintf("%s/.local/state/heloise", home);
	return NULL;
}

char *
spoolpath_find(const struct settings *s, const struct config_source *src)
{
	if (s->spool != NULL)
		return xstrdup(s->spool);
	return spoolpath_default(src->elevated ? NULL : getenv("HOME"),
	    src->elevated ? NULL : getenv("XDG_STATE_HOME"), src->uid,
	    src->elevated, SPOOLDIR);
}
