/* file.c - the aliases file, and the files it includes */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alias/file.h"
#include "base/portable.h"
#include "system/priv.h"
#include "system/readfile.h"

#define LINKS	8	/* links in the path of a file at most */

/* May this error of the machine be gone after a while? */
static bool
afile_temporary(int err)
{
	return err == EIO || err == EMFILE || err == ENFILE || err == ENOMEM ||
	    err == ESTALE || err == ETIMEDOUT;
}

static int
afile_fail(struct fault *f, const char *path, int err)
{
	return fault_errno(f, ST_CONFIG, err,
	    afile_temporary(err) ? VD_TEMP : VD_PERM, "%s", path);
}

int
alias_file_load(struct aliases *a, const char *path, uid_t *owner,
    struct buf *mistakes, struct fault *f)
{
	struct buf text = { .max = ALIAS_FILE_MAX };
	struct stat st;
	int status = readfile_whole(path, false, &text, &st, f);

	if (status == -1 && afile_temporary(f->code))
		f->verdict = VD_TEMP;
	if (status == 0 && (st.st_mode & S_IWOTH) != 0)
		status = fault_set(f, ST_CONFIG, FD_ERRNO, EPERM, VD_PERM,
		    "%s: every user may write to this file; run: chmod o-w %s",
		    path, path);
	if (status == 0) {
		(void)aliases_parse(a, path, buf_text(&text), text.len,
		    mistakes);
		*owner = st.st_uid;
	}
	buf_release(&text);
	return status;
}

static int
afile_refuse(struct fault *f, const char *path, const char *why)
{
	return fault_set(f, ST_CONFIG, FD_ERRNO, EPERM, VD_PERM, "%s: %s",
	    path, why);
}

/*
 * work[0..at) is the path before a link, rest that after it: replace the
 * link by its target.  False if that is too long.
 */
static bool
afile_begin_anew(char *work, size_t size, size_t at, const char *target,
    size_t n, const char *rest)
{
	char new[PATH_MAX];
	int k = snprintf(new, sizeof(new), "%.*s%.*s/%s",
	    target[0] == '/' ? 0 : (int)at, work, (int)n, target, rest);

	errno = ENAMETOOLONG;
	return k > 0 && (size_t)k < sizeof(new) &&
	    strlcpy(work, new, size) < size;
}

/*
 * Open the directory of a path without following a link of another user; the
 * last component is left to *name.  A link of root or the owner begins anew
 * with its target in work.  -1 and errno; -2 after such a link.
 */
static int
afile_step(char *work, size_t size, uid_t owner, const char **name)
{
	char target[PATH_MAX], *p = work, *end;
	int dir = open("/", PORTABLE_PATH | O_DIRECTORY | O_CLOEXEC), next;
	struct stat st;
	ssize_t n;

	for (;;) {
		p += strspn(p, "/");
		if (dir == -1 || (end = strchr(p, '/')) == NULL)
			break;
		*end = '\0';
		next = openat(dir, p, PORTABLE_PATH | O_NOFOLLOW | O_CLOEXEC);
		(void)close(dir);
		dir = next;
		if (dir == -1 || fstat(dir, &st) == -1)
			return -1;
		if (S_ISLNK(st.st_mode)) {
			n = readlinkat(dir, "", target, sizeof(target));
			(void)close(dir);
			errno = ELOOP;
			if (n < 1 || (st.st_uid != 0 && st.st_uid != owner))
				return -1;
			return afile_begin_anew(work, size, (size_t)(p - work),
			    target, (size_t)n, end + 1) ? -2 : -1;
		}
		*end = '/';
		p = end;
	}
	*name = *p != '\0' ? p : ".";
	return dir;
}

/* Open a file that no other user's link names. */
static int
afile_open(const char *path, uid_t owner)
{
	char work[PATH_MAX];
	const char *name = NULL;
	int dir, fd, err, i;

	errno = ENAMETOOLONG;
	if (strlcpy(work, path, sizeof(work)) >= sizeof(work))
		return -1;
	for (i = 0; i < LINKS; i++) {
		if ((dir = afile_step(work, sizeof(work), owner, &name)) == -2)
			continue;
		if (dir == -1)
			return -1;
		/* A pipe without a writer must not block. */
		fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		    O_NONBLOCK | O_NOFOLLOW);
		err = errno;
		(void)close(dir);
		errno = err;
		return fd;
	}
	errno = ELOOP;
	return -1;
}

/* Only the owner of the aliases may be able to change the file. */
static int
afile_check(int fd, const char *path, uid_t owner, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return afile_fail(f, path, errno);
	if (!S_ISREG(st.st_mode))
		return afile_refuse(f, path, "not a regular file");
	if (st.st_uid != owner)
		return fault_set(f, ST_CONFIG, FD_ERRNO, EPERM, VD_PERM,
		    "%s: this file belongs to uid %u, not to uid %u as the "
		    "aliases do", path, (unsigned)st.st_uid, (unsigned)owner);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fault_set(f, ST_CONFIG, FD_ERRNO, EPERM, VD_PERM,
		    "%s: others may write to this file; run: chmod go-w %s",
		    path, path);
	if (priv_elevated() && getuid() != 0 && (st.st_mode & S_IROTH) == 0)
		return afile_refuse(f, path, "not all users may read it");
	if (st.st_nlink > 1)
		return afile_refuse(
		    f, path, "this file has a second hard link");
	return 0;
}

int
alias_file_include(void *ctx, const char *path, struct buf *out,
    struct fault *f)
{
	const uid_t *owner = ctx;
	int fd, err, status;

	fd = afile_open(path, *owner);
	if (fd == -1 && errno == ELOOP)
		return afile_refuse(f, path, "this is a symbolic link, or its "
		    "directory is one of another user");
	if (fd == -1)
		return afile_fail(f, path, errno);
	status = afile_check(fd, path, *owner, f);
	if (status == 0 && (err = readfile_rest(fd, out)) != 0)
		status = afile_fail(f, path, err);
	(void)close(fd);
	return status;
}
