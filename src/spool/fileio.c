/* fileio.c - reads, writes and locks that a signal does not cut short */

#include <sys/file.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "spool/fileio.h"

/*
 * The same from proc(5), for root: a filter of system calls, such as
 * SystemCallFilter=~@privileged of systemd, may end a process for setfsuid(2).
 * Then it has not changed the user before.
 */
static uid_t
fileio_uid_read(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[128], *last;
	uid_t uid = 0;

	/* The last number of the line is for files. */
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "Uid:", 4) == 0 &&
		    (last = strrchr(line, '\t')) != NULL)
			uid = (uid_t)strtoul(last, NULL, 10);
	if (status != NULL)
		(void)fclose(status);
	return uid;
}

uid_t
fileio_uid(void)
{
	/* Only root accesses files as another user. */
	if (geteuid() != 0)
		return geteuid();
	if (portable_filtered())
		return fileio_uid_read();
	return portable_file_uid();
}

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
