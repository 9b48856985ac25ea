/* include.c - the files that a line `include` names */

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/include.h"

/* A directory that does not exist holds no file. */
static int
include_error(const char *path, int err)
{
	return err != ENOENT && err != ENOTDIR;
}

bool
include_is_pattern(const char *path)
{
	return strpbrk(path, "*?[") != NULL;
}

int
include_find(struct include_list *l, const char *path, struct fault *f)
{
	glob_t g = { 0 };
	size_t i;
	int rc;

	*l = (struct include_list){ 0 };
	if (!include_is_pattern(path)) {
		l->path = xcalloc(1, sizeof(*l->path));
		l->path[l->n++] = xstrdup(path);
		return 0;
	}
	errno = 0;
	rc = glob(path, 0, include_error, &g);
	if (rc != 0 && rc != GLOB_NOMATCH) {
		rc = fault_errno(f, ST_CONFIG, errno != 0 ? errno : EIO,
		    VD_PERM, "%s", path);
	} else {
		rc = 0;
		l->path = xcalloc(g.gl_pathc + 1, sizeof(*l->path));
		for (i = 0; i < g.gl_pathc; i++)
			l->path[l->n++] = xstrdup(g.gl_pathv[i]);
	}
	globfree(&g);
	return rc;
}

void
include_release(struct include_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->path[i]);
	free(l->path);
	*l = (struct include_list){ 0 };
}

/* Can only root write to what has this status? */
static bool
include_of_root(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & S_IWOTH) == 0 &&
	    ((st->st_mode & S_IWGRP) == 0 || st->st_gid == 0);
}

/* Can only root put another file in this place? */
static bool
include_place_of_root(const char *path)
{
	char *up = xstrdup(path), *slash;
	struct stat dir;
	bool safe = true, above = false;

	while (safe && (slash = strrchr(up, '/')) != NULL) {
		slash[slash == up] = '\0';
		/* In a directory as /tmp, others keep off a directory. */
		safe = stat(up, &dir) == 0 && (include_of_root(&dir) ||
		    (above && dir.st_uid == 0 && (dir.st_mode & S_ISVTX)));
		above = true;
		if (slash == up)
			break;
	}
	free(up);
	return safe;
}

static bool
include_read_only(const char *path)
{
	struct statvfs there;

	return statvfs(path, &there) == 0 && (there.f_flag & ST_RDONLY) != 0;
}

/*
 * Is the file mounted by itself, read-only, as a container gets one?  Where
 * all is read-only, only this process may be kept from writing.
 */
static bool
include_mounted(const char *path)
{
	char *up = xstrdup(path), *slash = strrchr(up, '/');
	bool is;

	if (slash != NULL)
		slash[slash == up] = '\0';
	is = slash != NULL && include_read_only(path) &&
	    !include_read_only(up);
	free(up);
	return is;
}

char *
include_unsafe(const char *path, const struct stat *st)
{
	char *real;
	bool safe;

	if (!include_of_root(st) && !include_mounted(path))
		return xasprintf("others than root can write to this file; "
		    "run: chown root %s && chmod go-w %s", path, path);
	real = realpath(path, NULL);
	safe = real != NULL && include_place_of_root(path) &&
	    include_place_of_root(real);
	free(real);
	return safe ? NULL : xstrdup("others than root can write to a "
	    "directory above this file");
}
