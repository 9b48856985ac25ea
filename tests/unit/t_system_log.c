/* t_system_log.c - messages on stderr, and a stderr that nobody reads */

#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "system/log.h"
#include "tap.h"

#define LARGE	300000

/* Have a new pipe as stderr; returns its other end. */
static int
redirect(int *old)
{
	int pipes[2];

	*old = dup(STDERR_FILENO);
	if (*old == -1 || pipe2(pipes, O_CLOEXEC) == -1 ||
	    dup2(pipes[1], STDERR_FILENO) == -1 || close(pipes[1]) == -1)
		abort();
	return pipes[0];
}

/* stderr is as before. */
static void
restore(int old)
{
	if (dup2(old, STDERR_FILENO) == -1 || close(old) == -1)
		abort();
}

/* Fill the pipe that is stderr; returns how much went in. */
static size_t
fill(void)
{
	static const char block[4096];
	int flags = fcntl(STDERR_FILENO, F_GETFL);
	size_t n = 0;

	(void)fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
	while (write(STDERR_FILENO, block, sizeof(block)) > 0)
		n += sizeof(block);
	(void)fcntl(STDERR_FILENO, F_SETFL, flags);
	return n;
}

static size_t
drain(int fd)
{
	static char block[4096];
	size_t all = 0;
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		all += (size_t)n;
	return all;
}

/* The text is dropped after a while, and all later text at once. */
static void
nobody_reads(void)
{
	long long start = clock_ms(), first, second;
	int old, in = redirect(&old);
	size_t full = fill(), got;

	(void)alarm(30);
	log_say("hello");
	first = clock_ms() - start;
	log_raw("there\n", 6);
	second = clock_ms() - start - first;
	(void)alarm(0);
	restore(old);
	ok(first >= 1000 && first < 20000, "given up after %lld ms", first);
	ok(second < 1000, "the next text at once: %lld ms", second);
	got = drain(in);
	is_int((long long)got, (long long)full, "nothing was written");
	(void)close(in);
}

/* A reader that takes its time gets all of a long text. */
static void
slow_reader(void)
{
	char *text = malloc(LARGE);
	int old, in, status = 0;
	size_t full;
	pid_t pid;

	if (text == NULL)
		abort();
	memset(text, 'x', LARGE);
	(void)fflush(stdout);
	in = redirect(&old);
	full = fill();
	if ((pid = fork()) == 0) {
		log_raw(text, LARGE);
		_exit(0);
	}
	restore(old);
	(void)poll(NULL, 0, 200);
	is_int((long long)drain(in), (long long)full + LARGE,
	    "the whole text comes");
	(void)waitpid(pid, &status, 0);
	is_int(status, 0, "the writer ends");
	(void)close(in);
	free(text);
}

int
main(void)
{
	nobody_reads();
	slow_reader();
	return done();
}
