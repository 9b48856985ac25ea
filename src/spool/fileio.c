/* fileio.c - reads, writes and locks that a signal does not cut short */

#include <sys/file.h>

#include <errno.h>
#include <unistd.h>

#include "spool/fileio.h"

int
fileio_write(int fd, off_t at, const void *v, size_t n)
{
	const char *p = v;
	ssize_t k;

	while (n > 0) {
		k = pwrite(fd, p, n, at);
		if (k == -1 && errno == EINTR)
			continue;
		if (k <= 0)
			return k == 0 ? ENOSPC : errno;
		p += k;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

int
fileio_read(int fd, off_t at, void *v, size_t n)
{
	char *p = v;
	ssize_t k;

	while (n > 0) {
		k = pread(fd, p, n, at);
		if (k == -1 && errno == EINTR)
			continue;
		if (k <= 0)
			return k == 0 ? ENODATA : errno;
		p += k;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

int
fileio_sync(int fd)
{
	while (fsync(fd) == -1)
		if (errno != EINTR)
			return errno;
	return 0;
}

/* Linux closes a descriptor even when it says EINTR. */
int
fileio_close(int fd)
{
	return close(fd) == -1 && errno != EINTR ? errno : 0;
}

int
fileio_lock(int fd, bool wait)
{
	while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == -1)
		if (errno != EINTR || wait)
			return errno;
	return 0;
}

/* Some file systems cannot sync a directory; that is no error. */
int
fileio_sync_dir(int dir)
{
	int err = fileio_sync(dir);

	return err == EINVAL || err == ENOTSUP ? 0 : err;
}
