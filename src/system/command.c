/* command.c - the output of a command, bounded and timed */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "system/command.h"
#include "system/priv.h"

#define STDERR_MAX	1024	/* octets of standard error that are shown */
#define NOT_FOUND	127	/* as the shell has it */

/* A child and what is read from it. */
struct command {
	pid_t		 pid;
	struct pollfd	 p[2];		/* its standard output and error */
	struct buf	*out;
	struct buf	 error;
	bool		 late;
};

static const char *
cmd_after(const char *s, const char *word)
{
	size_t n = strlen(word);

	return strncmp(s, word, n) == 0 ? s + n + strspn(s + n, " \t") : NULL;
}

/* The words of the command and a NULL; freed by cmd_free_words(). */
static char **
cmd_split(const char *line)
{
	const char *script = cmd_after(line, "shell:");
	size_t max = strlen(line) / 2 + 2, n = 0, k;
	char **argv;

	if (script == NULL)
		script = cmd_after(line, "sh -c ");
	if (script != NULL) {
		argv = xcalloc(4, sizeof(*argv));
		argv[0] = xstrdup("/bin/sh");
		argv[1] = xstrdup("-c");
		argv[2] = xstrdup(script);
		return argv;
	}
	argv = xcalloc(max, sizeof(*argv));
	for (;; line += k) {
		line += strspn(line, " \t");
		if ((k = strcspn(line, " \t")) == 0)
			return argv;
		argv[n++] = xstrndup(line, k);
	}
}

static void
cmd_free_words(char **argv)
{
	size_t i;

	for (i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

/* Execute the command in the child. */
static _Noreturn void
cmd_become(char **argv, int out, int err)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE,
	    SIGXFSZ };
	int null = priv_null();
	const char *why;
	size_t i;

	for (i = 0; i < NITEMS(signals); i++)
		(void)signal(signals[i], SIG_DFL);
	(void)setsid();
	/* A file in the caller's directory might be loaded, as by python. */
	if (chdir("/") == -1)
		_exit(NOT_FOUND);
	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(out, STDOUT_FILENO) == -1 || dup2(err, STDERR_FILENO) == -1)
		_exit(NOT_FOUND);
	closefrom(STDERR_FILENO + 1);
	(void)execvp(argv[0], argv);
	why = strerror(errno);
	if (write(STDERR_FILENO, argv[0], strlen(argv[0])) == -1 ||
	    write(STDERR_FILENO, ": ", 2) == -1 ||
	    write(STDERR_FILENO, why, strlen(why)) == -1)
		_exit(NOT_FOUND);
	_exit(NOT_FOUND);
}

/* Descriptors above 2, which dup2() in the child cannot overwrite. */
static int
cmd_pipe_above(int fds[2])
{
	int raw[2], i;

	if (pipe2(raw, O_CLOEXEC) == -1)
		return -1;
	for (i = 0; i < 2; i++) {
		fds[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		(void)close(raw[i]);
	}
	if (fds[0] != -1 && fds[1] != -1)
		return 0;
	for (i = 0; i < 2; i++)
		if (fds[i] != -1)
			(void)close(fds[i]);
	return -1;
}

static int
cmd_start(struct command *c, char **argv)
{
	int out[2], err[2];

	if (cmd_pipe_above(out) == -1)
		return -1;
	if (cmd_pipe_above(err) == -1) {
		(void)close(out[0]);
		(void)close(out[1]);
		return -1;
	}
	if ((c->pid = fork()) == 0)
		cmd_become(argv, out[1], err[1]);
	(void)close(out[1]);
	(void)close(err[1]);
	if (c->pid == -1) {
		(void)close(out[0]);
		(void)close(err[0]);
		return -1;
	}
	c->p[0].fd = out[0];
	c->p[1].fd = err[0];
	return 0;
}

static void
cmd_read(struct command *c, size_t i)
{
	char block[4096];
	ssize_t n = read(c->p[i].fd, block, sizeof(block));

	if (n == -1 && errno == EINTR)
		return;
	if (n > 0)
		buf_add(i == 0 ? c->out : &c->error, block, (size_t)n);
	explicit_bzero(block, sizeof(block));
	if (n > 0 && !(i == 0 && c->out->full))
		return;
	(void)close(c->p[i].fd);
	c->p[i].fd = -1;
}

/* Read until the command has closed both, or time is up. */
static void
cmd_read_all(struct command *c, long long deadline)
{
	long long left;
	size_t i;

	while (c->p[0].fd != -1 || c->p[1].fd != -1) {
		if ((left = deadline - clock_ms()) <= 0) {
			c->late = true;
			break;
		}
		if (poll(c->p, 2, (int)left) < 1)
			continue;
		for (i = 0; i < 2; i++)
			if (c->p[i].fd != -1 && c->p[i].revents != 0)
				cmd_read(c, i);
	}
	for (i = 0; i < 2; i++)
		if (c->p[i].fd != -1)
			(void)close(c->p[i].fd);
}

/* Wait for its end until the deadline, then kill it; returns its status. */
static int
cmd_finish(struct command *c, long long deadline)
{
	int status = 0;
	pid_t got;

	while (!c->late &&
	    (got = waitpid(c->pid, &status, WNOHANG)) != c->pid) {
		if (got == -1 && errno != EINTR)
			return 0;
		if (clock_ms() >= deadline)
			c->late = true;
		else
			(void)poll(NULL, 0, 5);
	}
	if (c->late) {
		(void)kill(-c->pid, SIGKILL);
		(void)kill(c->pid, SIGKILL);
		(void)waitpid(c->pid, &status, 0);
	}
	return status;
}

static int
cmd_failed(struct command *c, const char *name, int status, struct fault *f)
{
	const char *p = buf_text(&c->error);
	size_t n = c->error.len;

	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
		n--;
	(void)fault_set(f, ST_SECRET, FD_NONE, 0, VD_TEMP, "the command %s ",
	    name);
	if (c->late)
		fault_add(f, "took too long");
	else if (WIFSIGNALED(status))
		fault_add(f, "was ended by signal %d", WTERMSIG(status));
	else
		fault_add(f, "ended with status %d", WEXITSTATUS(status));
	if (n > 0)
		fault_add(f, ": %.*s", (int)n, p);
	return -1;
}

int
command_run(const char *line, long long ms, struct buf *out,
    struct buf *said, struct fault *f)
{
	struct command c = { .p = { { .fd = -1, .events = POLLIN },
	    { .fd = -1, .events = POLLIN } }, .out = out,
	    .error = { .max = STDERR_MAX } };
	long long deadline = clock_ms() + ms;
	char **argv = cmd_split(line);
	int status, result = 0;

	if (argv[0] == NULL) {
		cmd_free_words(argv);
		return fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "there is no command to run");
	}
	if (cmd_start(&c, argv) == -1) {
		result = fault_errno(f, ST_SECRET, errno, VD_TEMP,
		    "the command %s cannot be started", argv[0]);
	} else {
		cmd_read_all(&c, deadline);
		status = cmd_finish(&c, deadline);
		if (c.late || (status != 0 && !out->full))
			result = cmd_failed(&c, argv[0], status, f);
		if (said != NULL)
			buf_add(said, buf_text(&c.error), c.error.len);
	}
	buf_release(&c.error);
	cmd_free_words(argv);
	return result;
}
