/* file.c - the aliases file, and the files it includes */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "alias/file.h"
#include "system/readfile.h"

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
	if (st.st_nlink != 1)
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

	/* A pipe without a writer must not block. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
	    O_NOFOLLOW);
	if (fd == -1 && errno == ELOOP)
		return afile_refuse(f, path, "this is a symbolic link");
	if (fd == -1)
		return afile_fail(f, path, errno);
	status = afile_check(fd, path, *owner, f);
	if (status == 0 && (err = readfile_rest(fd, out)) != 0)
		status = afile_fail(f, path, err);
	(void)close(fd);
	return status;
}
