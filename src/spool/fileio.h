/* fileio.h - reads, writes and locks that a signal does not cut short */

#ifndef SPOOL_FILEIO_H
#define SPOOL_FILEIO_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/*
 * Each returns 0, or the errno of what went wrong.  A file that ends before
 * all n octets were read gives ENODATA.
 */
int	fileio_write(int fd, off_t at, const void *, size_t n);
int	fileio_read(int fd, off_t at, void *, size_t n);
int	fileio_sync(int fd);

/* The descriptor is closed also on an error. */
int	fileio_close(int fd);

/*
 * Lock the file exclusively; EWOULDBLOCK if another process has the lock.
 * With wait set, wait for it; EINTR if a signal came first.
 */
int	fileio_lock(int fd, bool wait);

/* The user as whom files are made and accessed: see priv_work_as(). */
uid_t	fileio_uid(void);

/* Make changes of the directory survive a crash. */
int	fileio_sync_dir(int dir);

#endif
