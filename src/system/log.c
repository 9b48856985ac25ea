/* log.c - messages for people, on stderr */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "system/log.h"

#define WAIT	3000	/* ms for a reader of stderr to make room */

/*
 * Nobody reads stderr: drop all other text of this process at once.  The end
 * of a pipe that is for reading refuses every write.
 */
static void
log_give_up(void)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC) == -1)
		return;
	(void)dup2(pipes[0], STDERR_FILENO);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

/*
 * One write for each message, so that processes do not mix theirs.  stderr
 * is shared and must stay blocking, so it gets no more at once than a
 * writable pipe has room for.
 */
static void
log_put(const char *p, size_t n)
{
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t done;
	int got;

	while (n > 0) {
		got = poll(&ready, 1, WAIT);
		if (got == 0)
			log_give_up();
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		done = write(STDERR_FILENO, p, n < PIPE_BUF ? n : PIPE_BUF);
		if (done == -1 && errno != EINTR && errno != EAGAIN)
			return;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
}

static void
log_write(const char *text, size_t n)
{
	struct buf b = { .max = 65536 };

	buf_adds(&b, "heloise: ");
	buf_add_visible(&b, text, n, true);
	buf_add(&b, "\n", 1);
	log_put(buf_text(&b), b.len);
	buf_release(&b);
}

void
log_say(const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_write(text, strlen(text));
}

void
log_fault(const struct fault *f)
{
	struct buf b = { .max = 16384 };

	fault_print(&b, f);
	log_write(buf_text(&b), b.len);
	buf_release(&b);
}

int
log_exit(const struct fault *f)
{
	log_fault(f);
	return fault_exit(f);
}

int
log_flush(int status)
{
	return fflush(stdout) != 0 && status == EX_OK ? EX_IOERR : status;
}

void
log_raw(const char *p, size_t n)
{
	struct buf b = { .max = 1 << 20 };

	buf_add_visible(&b, p, n, true);
	log_put(buf_text(&b), b.len);
	buf_release(&b);
}
