/* spool.c - the directories of queue messages and their notes */

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "spool/fileio.h"
#include "spool/spool.h"

static const char *const places[SPOOL__MAX] = {
	[SPOOL_QUEUE] = "queue", [SPOOL_FAILED] = "failed",
};

int
spool_trouble(const struct spool *sp, enum spool_place place,
    const char *name, int err, struct fault *f)
{
	return fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s/%s%s%s", sp->path,
	    places[place], name[0] != '\0' ? "/" : "", name);
}

int
spool_unlink(const struct spool *sp, enum spool_place place,
    const char *name, struct fault *f)
{
	if (unlinkat(sp->place[place], name, 0) == -1 && errno != ENOENT)
		return spool_trouble(sp, place, name, errno, f);
	return 0;
}

int
spool_complaint(const struct spool *sp, enum spool_place place,
    const char *name, struct fault *f)
{
	char *why = xstrdup(f->text);

	fault_set(f, ST_SPOOL, f->domain, f->code, VD_TEMP, "%s/%s/%s: %s",
	    sp->path, places[place], name, why);
	free(why);
	return -1;
}

/* Sync the directory that holds path; "." without a slash. */
static int
spool_sync_parent(const char *path)
{
	char *up = xstrdup(path), *slash = strrchr(up, '/');
	int fd, err = 0;

	if (slash != NULL)
		slash[slash == up] = '\0';
	fd = open(slash != NULL ? up : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		err = fileio_sync_dir(fd);
		(void)close(fd);
	} else if (errno != EACCES) {
		err = errno;	/* a directory may be write-only */
	}
	free(up);
	return err;
}

static int
spool_make_directory(const char *path)
{
	if (mkdir(path, 0700) == -1)
		return errno == EEXIST ? 0 : errno;
	return spool_sync_parent(path);
}

/* Make a directory and the missing ones above it. */
static int
spool_make_path(const char *path)
{
	char *part = xstrdup(path), *p;
	struct stat st;
	int err = 0;

	for (p = part + (part[0] == '/'); err == 0 &&
	    (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (stat(part, &st) == -1)
			err = errno == ENOENT ? spool_make_directory(part)
					      : errno;
		*p = '/';
	}
	free(part);
	return err != 0 ? err : spool_make_directory(path);
}

/* Open a directory that only this user may change, or -1. */
static int
spool_open_trusted(
    int at, const char *name, int flags, const char *path, struct fault *f)
{
	struct stat st;
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);

	if (fd == -1)
		return fault_errno(f, ST_SPOOL, errno, VD_TEMP, "%s", path);
	if (fstat(fd, &st) == -1) {
		fault_errno(f, ST_SPOOL, errno, VD_TEMP, "%s", path);
	} else if (st.st_uid != fileio_uid()) {
		fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s belongs to user %lld, not to user %lld", path,
		    (long long)st.st_uid, (long long)fileio_uid());
	} else if ((st.st_mode & 022) != 0) {
		fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "others may write to %s; run: chmod go-w %s", path, path);
	} else {
		return fd;
	}
	(void)close(fd);
	return -1;
}

static int
spool_open_place(struct spool *sp, enum spool_place place, bool create,
    struct fault *f)
{
	char *path = xasprintf("%s/%s", sp->path, places[place]);
	int err = 0;

	if (create && mkdirat(sp->dir, places[place], 0700) == 0)
		err = fileio_sync_dir(sp->dir);
	else if (create && errno != EEXIST)
		err = errno;
	if (err != 0)
		fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s", path);
	else
		sp->place[place] = spool_open_trusted(
		    sp->dir, places[place], O_NOFOLLOW, path, f);
	free(path);
	return sp->place[place] == -1 ? -1 : 0;
}

/*
 * The path led to the directory dir.  If it is a symbolic link, root or this
 * user must have made it: in the directory of all spools another one could
 * take a free name, and also put something else there meanwhile.
 */
static int
spool_check_link(const char *path, int dir, struct fault *f)
{
	struct stat st, opened;

	if (lstat(path, &st) == -1 || fstat(dir, &opened) == -1)
		return fault_errno(f, ST_SPOOL, errno, VD_TEMP, "%s", path);
	if (S_ISLNK(st.st_mode) ? st.st_uid == 0 || st.st_uid == fileio_uid() :
	    st.st_dev == opened.st_dev && st.st_ino == opened.st_ino)
		return 0;
	if (!S_ISLNK(st.st_mode))
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s changes while it is opened", path);
	return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
	    "%s is a symbolic link of user %lld", path, (long long)st.st_uid);
}

int
spool_open(struct spool *sp, const char *path, bool create, struct fault *f)
{
	size_t n = strlen(path);
	struct stat st;
	int err;

	while (n > 1 && path[n - 1] == '/')
		n--;
	*sp = (struct spool){ .dir = -1, .place = { -1, -1 } };
	sp->path = xstrndup(path, n);
	sp->named = stat(SPOOL_FD, &st) == -1;
	if (create && stat(sp->path, &st) == -1 && errno == ENOENT &&
	    (err = spool_make_path(sp->path)) != 0)
		fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s", sp->path);
	else if ((sp->dir = spool_open_trusted(AT_FDCWD, sp->path, 0, sp->path,
	    f)) != -1 && spool_check_link(sp->path, sp->dir, f) == 0 &&
	    spool_open_place(sp, SPOOL_QUEUE, create, f) == 0 &&
	    spool_open_place(sp, SPOOL_FAILED, create, f) == 0)
		return 0;
	spool_close(sp);
	return -1;
}

void
spool_close(struct spool *sp)
{
	size_t i;

	for (i = 0; i < SPOOL__MAX; i++)
		if (sp->place[i] != -1)
			(void)close(sp->place[i]);
	if (sp->dir != -1)
		(void)close(sp->dir);
	free(sp->path);
	*sp = (struct spool){ .dir = -1, .place = { -1, -1 } };
}

void
spool_release(struct spool *sp, struct spool_file *file)
{
	if (file->fd != -1)
		(void)close(file->fd);
	if (file->tmp[0] != '\0')
		(void)unlinkat(sp->place[SPOOL_QUEUE], file->tmp, 0);
	*file = (struct spool_file){ .fd = -1 };
}

bool
spool_is_id(const char *s)
{
	return strspn(s, "0123456789abcdef") == SPOOL_ID - 1 &&
	    s[SPOOL_ID - 1] == '\0';
}

bool
spool_still(const struct spool *sp, enum spool_place place,
    const char *name, const struct stat *st)
{
	struct stat now;

	return fstatat(sp->place[place], name, &now,
	    AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == st->st_dev &&
	    now.st_ino == st->st_ino;
}

bool
spool_there(const struct spool *sp, enum spool_place place, const char *name)
{
	struct stat st;

	return fstatat(sp->place[place], name, &st,
	    AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

DIR *
spool_entries(const struct spool *sp, enum spool_place place, struct fault *f)
{
	int fd = openat(sp->place[place], ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;

	if (d != NULL)
		return d;
	spool_trouble(sp, place, "", errno, f);
	if (fd != -1)
		(void)close(fd);
	return NULL;
}

static int
spool_older(const void *a, const void *b)
{
	return memcmp(a, b, SPOOL_ID);
}

int
spool_list(struct spool *sp, enum spool_place place, char (**ids)[SPOOL_ID],
    size_t *n, struct fault *f)
{
	DIR *d = spool_entries(sp, place, f);
	const struct dirent *entry;
	size_t cap = 0;
	int rc = 0;

	*ids = NULL;
	*n = 0;
	if (d == NULL)
		return -1;
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (!spool_is_id(entry->d_name))
			continue;
		if (*n == cap) {
			cap = cap ? cap * 2 : 64;
			*ids = xreallocarray(*ids, cap, sizeof(**ids));
		}
		memcpy((*ids)[(*n)++], entry->d_name, SPOOL_ID);
	}
	if (errno != 0) {
		rc = spool_trouble(sp, place, "", errno, f);
		free(*ids);
		*ids = NULL;
		*n = 0;
	}
	(void)closedir(d);
	if (*n > 0)
		qsort(*ids, *n, sizeof(**ids), spool_older);
	return rc;
}

bool
spool_any(const struct spool *sp, enum spool_place place)
{
	struct fault f = { 0 };
	DIR *d = spool_entries(sp, place, &f);
	const struct dirent *entry;
	bool any = false;

	while (d != NULL && !any && (entry = readdir(d)) != NULL)
		any = spool_is_id(entry->d_name);
	if (d != NULL)
		(void)closedir(d);
	return any;
}

int
spool_writable(const struct spool *sp, struct fault *f)
{
	if (faccessat(sp->place[SPOOL_QUEUE], ".", W_OK, AT_EACCESS) == -1)
		return spool_trouble(sp, SPOOL_QUEUE, "", errno, f);
	return 0;
}

int
spool_room(const struct spool *sp, struct fault *f)
{
	bool root = geteuid() == 0;	/* it may use what is reserved */
	struct statvfs v;

	/* Some file systems do not count. */
	if (fstatvfs(sp->place[SPOOL_QUEUE], &v) == -1 ||
	    (v.f_blocks > 0 && (root ? v.f_bfree : v.f_bavail) == 0) ||
	    (v.f_files > 0 && (root ? v.f_ffree : v.f_favail) == 0))
		return spool_trouble(sp, SPOOL_QUEUE, "", ENOSPC, f);
	return 0;
}

int
spool_sync(struct spool *sp, struct fault *f)
{
	size_t i;
	int err;

	for (i = 0; i < SPOOL__MAX; i++)
		if ((err = fileio_sync_dir(sp->place[i])) != 0)
			return spool_trouble(sp, (enum spool_place)i, "",
			    err, f);
	return 0;
}

int
spool_runner_lock(struct spool *sp, bool wait, int *fd, struct fault *f)
{
	struct stat st;
	int err = 0;

	*fd = openat(sp->dir, "runner", O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC, 0600);
	if (*fd == -1 || fstat(*fd, &st) == -1)
		err = errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != fileio_uid() ||
	    st.st_nlink != 1)
		err = EPERM;
	else if ((err = fileio_lock(*fd, wait)) == 0)
		return 0;
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
	if (err == EWOULDBLOCK || (err == EINTR && wait))
		return 0;
	return fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s/runner", sp->path);
}
