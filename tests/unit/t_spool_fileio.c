/* t_spool_fileio.c - reads, writes and locks that a signal does not cut short
 */

#include <sys/file.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/fileio.h"
#include "tap.h"

static void
nothing(int sig)
{
	(void)sig;
}

static void
test_bytes(int fd)
{
	struct rlimit was, small;
	char text[8] = "", big[64] = "";
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), pipes[2];

	is_int(fileio_write(fd, 4, "five", 5), 0, "write");
	is_int(fileio_read(fd, 4, text, 5), 0, "read");
	is(text, "five", "the same");
	is_int(fileio_read(fd, 4, text, 6), ENODATA, "read over the end");
	is_int(fileio_read(fd, 0, text, 0), 0, "read nothing");
	is_int(fileio_write(full, 0, "x", 1), ENOSPC, "a full disk");
	is_int(fileio_write(-1, 0, "x", 1), EBADF, "no descriptor");
	is_int(fileio_read(-1, 0, text, 1), EBADF, "none to read");
	is_int(fileio_sync(fd), 0, "sync");
	is_int(fileio_sync(-1), EBADF, "sync nothing");
	ok(pipe(pipes) == 0, "a pipe");
	is_int(fileio_sync(pipes[0]), EINVAL, "a pipe cannot be synced");
	is_int(
	    fileio_sync_dir(pipes[0]), 0, "which is no error in a directory");
	is_int(fileio_close(pipes[0]), 0, "close");
	is_int(fileio_close(pipes[0]), EBADF, "close twice");
	(void)close(pipes[1]);
	(void)close(full);

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	small.rlim_cur = 32;
	(void)setrlimit(RLIMIT_FSIZE, &small);
	is_int(fileio_write(fd, 0, big, sizeof(big)), EFBIG,
	    "a short write, then the limit");
	(void)setrlimit(RLIMIT_FSIZE, &was);
}

static void
test_locks(const char *path, int fd)
{
	struct itimerval soon = { { 0, 5000 }, { 0, 5000 } }, off;
	struct sigaction sa;
	int other = open(path, O_RDWR | O_CLOEXEC);

	memset(&off, 0, sizeof(off));
	is_int(fileio_lock(fd, false), 0, "lock");
	is_int(fileio_lock(fd, false), 0, "lock what is ours");
	is_int(fileio_lock(other, false), EWOULDBLOCK, "another cannot");
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = nothing;
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	is_int(fileio_lock(other, true), EINTR, "a signal ends the wait");
	(void)setitimer(ITIMER_REAL, &off, NULL);
	is_int(fileio_close(fd), 0, "close");
	is_int(fileio_lock(other, true), 0, "now it can");
	(void)close(other);
}

int
main(void)
{
	char path[] = "/tmp/t_spool_fileio.XXXXXX";
	int fd = mkstemp(path);

	if (fd == -1)
		return 1;
	test_bytes(fd);
	test_locks(path, fd);
	(void)unlink(path);
	return done();
}
