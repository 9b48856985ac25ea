/* syslog.c - write log lines to syslog, a file or stderr */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "system/syslog.h"

#define FACILITY	(2 << 3)	/* mail */

bool
syslog_is_file(const char *log)
{
	return log[0] == '/';
}

static int
syslog_open_socket(struct syslog *j, const char *path, struct fault *f)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	j->syslog = true;
	if (strlcpy(sa.sun_path, path, sizeof(sa.sun_path)) >=
	    sizeof(sa.sun_path))
		return fault_errno(f, ST_CONFIG, ENAMETOOLONG, VD_PERM,
		    "log: %s", path);
	j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (j->fd == -1)
		return fault_errno(f, ST_CONFIG, errno, VD_TEMP,
		    "log: no socket");
	if (connect(j->fd, (const struct sockaddr *)&sa, sizeof(sa)) == -1)
		return fault_errno(f, ST_CONFIG, errno, VD_TEMP, "log: %s",
		    path);
	return 0;
}

static int
syslog_check_file(int fd, const char *path, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return fault_errno(f, ST_CONFIG, errno, VD_PERM, "log: %s",
		    path);
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "log: %s: this file has several hard links", path);
	if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) ||
	    S_ISCHR(st.st_mode))
		return 0;
	return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
	    "log: %s: not a file", path);
}

static int
syslog_open_file(struct syslog *j, const char *path, struct fault *f)
{
	/* /dev/stdout and /proc/1/fd/2 are links that the kernel makes. */
	bool links = strncmp(path, "/dev/", 5) == 0 ||
	    strncmp(path, "/proc/", 6) == 0;

	j->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOCTTY | O_NONBLOCK | (links ? 0 : O_NOFOLLOW), 0600);
	if (j->fd == -1 && errno == ELOOP)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "log: %s: a symbolic link", path);
	if (j->fd == -1)
		return fault_errno(f, ST_CONFIG, errno, VD_PERM, "log: %s",
		    path);
	return syslog_check_file(j->fd, path, f);
}

int
syslog_open(struct syslog *j, const char *log, const char *socket,
    bool elevated, bool bare, struct fault *f)
{
	int status = 0;

	*j = (struct syslog){ .fd = -1, .bare = bare };
	if (strcmp(log, "none") == 0)
		return 0;
	if (strcmp(log, "stderr") == 0) {
		j->fd = STDERR_FILENO;
		j->borrowed = true;
	} else if (syslog_is_file(log) && !elevated) {
		status = syslog_open_file(j, log, f);
	} else {
		status = syslog_open_socket(j, socket, f);
	}
	if (status == -1)
		syslog_close(j);
	/* A sandbox cannot read the time zone later. */
	tzset();
	return status;
}

void
syslog_close(struct syslog *j)
{
	if (j->fd != -1 && !j->borrowed)
		(void)close(j->fd);
	j->fd = -1;
}

/* The prefix of a line, as syslog(3) sends it, or for people. */
static void
syslog_prefix(struct buf *b, const struct syslog *j, enum syslog_level level,
    time_t now)
{
	struct tm tm;
	char when[64] = "";

	if (j->syslog)
		buf_addf(b, "<%d>", FACILITY | (int)level);
	if (localtime_r(&now, &tm) != NULL && (j->syslog || !j->bare) &&
	    strftime(when, sizeof(when), j->syslog ? "%b %e %T " :
	    "%Y-%m-%dT%T%z ", &tm) > 0)
		buf_adds(b, when);
	if (j->syslog || !j->bare)
		buf_addf(b, "heloise[%d]: ", (int)getpid());
}

/*
 * One write, so that lines of several processes do not mix.  stderr is
 * shared and must stay blocking, so it gets no more than a writable pipe
 * has room for.
 */
static void
syslog_put(const struct syslog *j, const char *p, size_t n)
{
	struct pollfd ready = { .fd = j->fd, .events = POLLOUT };
	size_t most = j->borrowed ? PIPE_BUF : n;
	ssize_t done = 1;

	while (n > 0 && done > 0 && poll(&ready, 1, 0) == 1 &&
	    (ready.revents & POLLOUT) != 0) {
		done = write(j->fd, p, n < most ? n : most);
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
}

void
syslog_write(const struct syslog *j, enum syslog_level level,
    const char *line, size_t n, time_t now)
{
	struct buf b = { .max = 32768 };

	if (j->fd == -1)
		return;
	syslog_prefix(&b, j, level, now);
	buf_add_visible(&b, line, n, false);
	if (j->syslog) {
		(void)send(j->fd, buf_text(&b), b.len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	} else {
		buf_add(&b, "\n", 1);
		syslog_put(j, buf_text(&b), b.len);
	}
	buf_release(&b);
}
