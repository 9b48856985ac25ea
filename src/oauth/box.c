/* box.c - run a function in a process that can reach one port and no file */

#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "oauth/box.h"
#include "system/sandbox.h"

static void
box_timer(long long ms)
{
	const struct itimerval timer = { .it_value = {
	    .tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000) } };

	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

void
box_enter(const int *ports, size_t nports, int dir)
{
	const struct sandbox b = { .dirs = &dir, .ndirs = dir != -1,
	    .ports = ports, .nports = nports, .secret = true };

	box_timer(0);
	sandbox_enter(&b);
}

static bool
box_write(int fd, const void *v, size_t n)
{
	const char *p = v;
	ssize_t done;

	for (; n > 0; p += done, n -= (size_t)done) {
		done = write(fd, p, n);
		if (done == -1 && errno != EINTR)
			return false;
		if (done == -1)
			done = 0;
	}
	return true;
}

/* Close all but 0 to 2 and these two. */
static void
box_close_others(int a, int b)
{
	int i;

	for (i = 3; i < a || i < b; i++)
		if (i != a && i != b)
			(void)close(i);
	closefrom((a > b ? a : b) + 1 > 3 ? (a > b ? a : b) + 1 : 3);
}

static _Noreturn void
box_child(int (*work)(void *, struct buf *, struct fault *), void *ctx,
    int keep, long long prepare, int to)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
	    SIGTSTP, SIGPIPE };
	struct buf out = { .max = 1 << 20, .secret = true };
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(signals); i++)
		(void)signal(signals[i], SIG_IGN);
	(void)signal(SIGALRM, SIG_DFL);
	(void)setsid();
	box_close_others(keep, to);
	box_timer(prepare);
	if (work(ctx, &out, &f) == 0)
		fault_clear(&f);
	else
		buf_clear(&out);
	if (box_write(to, &f, sizeof(f)))
		(void)box_write(to, buf_text(&out), out.len);
	buf_release(&out);
	_exit(EX_OK);
}

static void
box_read(int fd, struct buf *out)
{
	char block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n == -1 && errno != EINTR)
			break;
		if (n > 0)
			buf_add(out, block, (size_t)n);
	}
	explicit_bzero(block, sizeof(block));
}

static int
box_judge(int status, const struct buf *raw, struct buf *out, struct fault *f)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the host of the provider could not be looked up in time");
	if (raw->full || raw->len < sizeof(*f))
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the process that asks for tokens was ended");
	memcpy(f, raw->p, sizeof(*f));
	if (!fault_sane(f))
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the process that asks for tokens is broken");
	if (f->verdict != VD_OK)
		return -1;
	buf_add(out, raw->p + sizeof(*f), raw->len - sizeof(*f));
	return out->full ? fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
	    "the process that asks for tokens says too much") : 0;
}

int
box_run(int (*work)(void *, struct buf *, struct fault *), void *ctx,
    int keep, long long prepare, struct buf *out, struct fault *f)
{
	struct buf raw = { .max = (1 << 20) + sizeof(*f), .secret = true };
	int fds[2], status = 0, rc;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return fault_errno(f, ST_TOKEN, errno, VD_TEMP,
		    "no process can ask for a token");
	if ((pid = fork()) == 0) {
		(void)close(fds[0]);
		box_child(work, ctx, keep, prepare, fds[1]);
	}
	rc = pid == -1 ? errno : 0;
	(void)close(fds[1]);
	if (pid != -1) {
		box_read(fds[0], &raw);
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			;
	}
	(void)close(fds[0]);
	rc = pid == -1 ? fault_errno(f, ST_TOKEN, rc, VD_TEMP,
	    "no process can ask for a token") :
	    box_judge(status, &raw, out, f);
	buf_release(&raw);
	return rc;
}
