/*
 * meter.c - run a command and say what it cost
 *
 * usage: meter [-w] COUNTS MESSAGES command...
 *
 * Standard input is the command's; its output is shown only if it fails.
 * Waits also for what the command has left in the background; with -w until
 * a daemon that it has told has sent so many messages.  If by then the sink with these COUNTS has accepted so many MESSAGES, prints
 *
 *	exit all cpu rss connections flights first last most once
 *
 * which are microseconds until the command ended, until the last of its
 * processes ended, and of processor time of all of them; the most kilobytes
 * that any one of them held; what the sink saw; microseconds until it saw
 * the first MAIL and accepted the last message; the most connections at a
 * time; and how many of the numbers 1 to MESSAGES arrived exactly once.
 * Otherwise the exit status is 1.
 */

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "count.h"

#define LIMIT	120	/* seconds that a command may take */

static pid_t child;

static void
too_long(int sig)
{
	static const char words[] = "meter: the command takes too long\n";

	(void)sig;
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	(void)kill(-child, SIGKILL);
	_exit(1);
}

/* With posix_spawn: a copy of our own memory is not the command's cost. */
static void
start(char **command, int output)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int e;

	if (posix_spawn_file_actions_init(&files) != 0 ||
	    posix_spawn_file_actions_adddup2(&files, output,
	    STDOUT_FILENO) != 0 ||
	    posix_spawn_file_actions_adddup2(&files, output,
	    STDERR_FILENO) != 0 ||
	    posix_spawnattr_init(&attr) != 0 ||
	    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP) != 0)
		errx(1, "out of memory");
	if ((e = posix_spawnp(&child, command[0], &files, &attr, command,
	    environ)) != 0)
		errc(1, e, "%s", command[0]);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
}

static void
show(FILE *output)
{
	char line[1024];

	rewind(output);
	while (fgets(line, sizeof(line), output) != NULL)
		fputs(line, stderr);
}

static long long
cpu_us(const struct rusage *r)
{
	return (long long)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1000000 +
	    r->ru_utime.tv_usec + r->ru_stime.tv_usec;
}

/* When the command ended, its status; returns once all have ended. */
static long long
wait_for_all(int *status)
{
	long long ended = 0;
	pid_t pid;
	int st;

	while ((pid = wait(&st)) != -1 || errno == EINTR)
		if (pid == child) {
			ended = now_ns();
			*status = st;
		}
	return ended;
}

/* With the alarm as the limit. */
static void
wait_for_messages(const volatile struct count *c, long long messages)
{
	while (c->messages < messages)
		(void)usleep(1000);
}

static void
say(const volatile struct count *c, long long begin, long long ended,
    long long all, long long messages)
{
	struct rusage used;

	if (getrusage(RUSAGE_CHILDREN, &used) == -1)
		err(1, "getrusage");
	printf("%lld %lld %lld %ld %lld %lld %lld %lld %lld %lld\n",
	    (ended - begin) / 1000, (all - begin) / 1000, cpu_us(&used),
	    used.ru_maxrss, c->connections, c->flights,
	    c->first == 0 ? 0 : (c->first - begin) / 1000,
	    c->last == 0 ? 0 : (c->last - begin) / 1000, c->most,
	    count_times(c, messages, 1));
}

int
main(int argc, char **argv)
{
	volatile struct count *c;
	long long begin, ended, all, messages;
	bool daemon = false;
	int status = 0;
	FILE *output;

	if (argc > 1 && strcmp(argv[1], "-w") == 0) {
		daemon = true;
		argv++;
		argc--;
	}
	if (argc < 4)
		errx(64, "usage: meter [-w] COUNTS MESSAGES command...");
	if ((c = count_map(argv[1])) == NULL)
		err(1, "%s", argv[1]);
	messages = strtoll(argv[2], NULL, 10);
	if ((output = tmpfile()) == NULL)
		err(1, "tmpfile");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		err(1, "prctl");
	(void)signal(SIGALRM, too_long);
	(void)alarm(LIMIT);
	count_reset(c);
	begin = now_ns();
	start(argv + 3, fileno(output));
	ended = wait_for_all(&status);
	if (daemon && status == 0)
		wait_for_messages(c, messages);
	all = now_ns();
	if (status != 0 || c->messages != messages) {
		show(output);
		errx(1, "%s: status %#x, %lld messages of %lld", argv[3],
		    (unsigned)status, c->messages, messages);
	}
	say(c, begin, ended, all, messages);
	return fflush(stdout) == 0 ? 0 : 1;
}
