/* t_base_portable.c - what stands in for what a system lacks */

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "tap.h"

static void
memory_file(void)
{
	struct stat st;
	char b[4] = "";
	int fd = portable_memory_file(), again;

	ok(fd != -1 && fstat(fd, &st) == 0 && st.st_nlink == 0,
	    "a file without a name");
	ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "is not inherited");
	ok(write(fd, "abc", 3) == 3, "can be written");
	again = portable_reopen(fd);
	ok(again != -1 && (fcntl(again, F_GETFD) & FD_CLOEXEC) != 0,
	    "and opened again, not to be inherited");
	ok(pread(again, b, 3, 0) == 3 && memcmp(b, "abc", 3) == 0,
	    "with the same contents");
#ifdef PORTABLE_LINUX
	ok(write(again, "x", 1) == -1 && errno == EBADF, "read-only");
	ok(lseek(again, 0, SEEK_CUR) == 0, "from its beginning");
#endif
	(void)close(again);
	(void)close(fd);
	is_int(portable_reopen(fd), -1, "not if it is closed");
}

static void
unnamed(void)
{
	int fd = portable_unnamed(AT_FDCWD, "/tmp"), err = errno;
#ifdef PORTABLE_LINUX
	struct stat st;

	if (fd == -1 && err == EOPNOTSUPP)
		ok(true, "no unnamed file # SKIP not on this file system");
	else
		ok(fd != -1 && fstat(fd, &st) == 0 && st.st_nlink == 0 &&
		    (st.st_mode & 0777) == 0600, "an unnamed file");
#else
	ok(fd == -1 && err == EOPNOTSUPP, "the system has none");
#endif
	(void)close(fd);
	ok(portable_unnamed(AT_FDCWD, "/nowhere") == -1, "nor in nothing");
}

static void
small(void)
{
	static const struct { const char *s; size_t n; int at; } t[] = {
		{ "a<b<c", 5, 3 }, { "a<b<c", 3, 1 }, { "<", 1, 0 },
		{ "<", 0, -1 }, { "abc", 3, -1 }, { "a\0<", 3, 2 },
	};
	const char *p;
	char b[2];
	size_t i;
	int pair[2];

	for (i = 0; i < NITEMS(t); i++) {
		p = portable_memrchr(t[i].s, '<', t[i].n);
		is_int(p != NULL ? p - t[i].s : -1, t[i].at, "memrchr %zu", i);
	}
	ok(!portable_elevated(), "no privileges were gained");
	ok(portable_pair(pair) == 0 && send(pair[0], "a", 1, 0) == 1 &&
	    send(pair[0], "b", 1, 0) == 1 && recv(pair[1], b, 2, 0) == 1,
	    "a pair of sockets keeps messages apart");
	ok((fcntl(pair[0], F_GETFD) & FD_CLOEXEC) != 0, "is not inherited");
	is_int(portable_round_trip(pair[0]), -1, "a socket without TCP");
	(void)close(pair[0]);
	(void)close(pair[1]);
}

int
main(void)
{
	memory_file();
	unnamed();
	small();
	return done();
}
