/* include.c - the files that a line `include` names */

#include <sys/stat.h>

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

/*
 * The directory above in which others can put another file in the place of
 * path; to be freed.  NULL: there is none.  above: path is root's, so a
 * directory as /tmp will do, where others keep off it.
 */
static char *
include_open_place(const char *path, bool above)
{
	char *up = xstrdup(path), *slash;
	struct stat dir;

	while ((slash = strrchr(up, '/')) != NULL) {
		slash[slash == up] = '\0';
		if (stat(up, &dir) == -1 || !(include_of_root(&dir) ||
		    (above && dir.st_uid == 0 && (dir.st_mode & S_ISVTX))))
			return up;
		above = true;
		if (slash == up)
			break;
	}
	free(up);
	return NULL;
}

/* Is the file mounted by itself, as a container gets one? */
static bool
include_mounted(const char *real, const struct stat *st)
{
	char *up = xstrdup(real);
	const size_t n = (size_t)(strrchr(up, '/') - up);
	struct stat dir;
	bool is;

	up[n > 0 ? n : 1] = '\0';
	is = stat(up, &dir) == 0 && dir.st_dev != st->st_dev;
	free(up);
	return is;
}

/* Why, with what takes the writing from others. */
static char *
include_refuse(const char *why, const char *path, const struct stat *st)
{
	const bool owned = st->st_uid == 0;
	const bool open = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;

	return xasprintf("%s; run: %s%s%s%s%s", why, owned ? "" :
	    "chown root ", owned ? "" : path, !owned && open ? " && " : "",
	    open ? "chmod go-w " : "", open ? path : "");
}

char *
include_unsafe(const char *path, const struct stat *st)
{
	char *real = realpath(path, NULL), *where = NULL, *why = NULL, *text;
	struct stat dir;

	if (real == NULL)
		return xasprintf("cannot find where this file is: %s",
		    strerror(errno));
	if (!include_of_root(st) && !include_mounted(real, st))
		why = include_refuse("others than root can write to this file",
		    path, st);
	else if ((where = include_open_place(path, false)) != NULL ||
	    (where = include_open_place(real, true)) != NULL) {
		text = xasprintf("others than root can write to %s, above "
		    "this file", where);
		why = stat(where, &dir) == 0 ?
		    include_refuse(text, where, &dir) : xstrdup(text);
		free(text);
	}
	free(where);
	free(real);
	return why;
}

bool
include_foreign(const char *path, const struct stat *st)
{
	bool foreign = st->st_uid != 0;
	char *up = xstrdup(path), *slash;
	struct stat dir;

	while (!foreign && (slash = strrchr(up, '/')) != NULL && slash > up) {
		*slash = '\0';
		foreign = stat(up, &dir) == 0 && dir.st_uid != 0;
	}
	free(up);
	return foreign;
}
