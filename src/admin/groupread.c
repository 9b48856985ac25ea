/* groupread.c - can the members of a group read a file? */

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "admin/groupread.h"
#include "base/util.h"
#include "system/identity.h"

/* Do the bits of the group, or else those of all others, hold this one? */
static bool
groupread_allows(const struct stat *st, gid_t gid, mode_t bit)
{
	return (st->st_mode & (st->st_gid == gid ? bit << 3 : bit)) != 0;
}

/* The first directory above the file that shuts the group out, or NULL. */
static char *
groupread_closed(const char *path, gid_t gid)
{
	char *up = xstrdup(path), *slash;
	struct stat st;

	for (slash = up; (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		if (stat(up, &st) == 0 && !groupread_allows(&st, gid, 01))
			return up;
		*slash = '/';
	}
	free(up);
	return NULL;
}

bool
groupread_can(const char *path, gid_t gid, struct buf *why)
{
	char name[256], *dir;
	struct stat st;

	if (stat(path, &st) == -1)
		return true;
	identity_group_of(gid, name, sizeof(name));
	if ((dir = groupread_closed(path, gid)) != NULL) {
		buf_addf(why, "the group %s cannot enter %s for %s, so only "
		    "root can send; run `chmod a+x %s`, or keep the file "
		    "elsewhere", name, dir, path, dir);
		free(dir);
		return false;
	}
	if (groupread_allows(&st, gid, 04))
		return true;
	buf_addf(why, "the group %s cannot read %s, so only root can send; "
	    "run `chgrp %s %s && chmod 640 %s`", name, path, name, path, path);
	return false;
}
