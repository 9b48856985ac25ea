/* readfile.c - all of a file, up to a limit */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "system/readfile.h"

int
readfile_rest(int fd, struct buf *out)
{
	ssize_t n;
	size_t room;
	char more;

	for (;;) {
		room = out->max - out->len;
		room = room < 4096 ? room : 4096;
		(void)buf_reserve(out, room);
		n = room > 0 ? read(fd, out->p + out->len, room) :
		    read(fd, &more, 1);
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno;
		if (room == 0)
			return EFBIG;
		out->len += (size_t)n;
	}
	out->p[out->len] = '\0';
	return 0;
}

int
readfile_whole(const char *path, bool special, struct buf *out,
    struct stat *st, struct fault *f)
{
	int fd, flags, err = 0;

	/* A pipe without a writer must not block. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return fault_errno(f, ST_CONFIG, errno, VD_PERM, "%s", path);
	if (fstat(fd, st) == -1)
		err = errno;
	else if (S_ISDIR(st->st_mode))
		err = EISDIR;
	else if (!S_ISREG(st->st_mode) && !special)
		err = EINVAL;
	else if ((flags = fcntl(fd, F_GETFL)) == -1 ||
	    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		err = errno;
	else
		err = readfile_rest(fd, out);
	(void)close(fd);
	if (err == EINVAL)
		return fault_set(f, ST_CONFIG, FD_ERRNO, err, VD_PERM,
		    "%s: not a regular file", path);
	if (err != 0)
		return fault_errno(f, ST_CONFIG, err, VD_PERM, "%s", path);
	return 0;
}
