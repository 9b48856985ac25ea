/*
 * burst.c - start many callers at once, and say what became of their mail
 *
 * usage: burst [-p PID] COUNTS N SECONDS command...
 *
 * Starts the command N times at the same moment.  Standard input of each is
 * the header "X-Bench: I", I from 1 to N, and our own standard input.  Waits
 * until all callers have ended and the sink with these COUNTS has accepted
 * each message, or nobody is left that could send, or the time is over.
 * Then ends the processes that the callers have left.  Prints
 *
 *	last ended most refused once twice denied missing cpu switches pss
 *
 * which are microseconds until the last message arrived and until the last
 * caller ended; the most connections at a time and those that were refused;
 * messages that arrived once, and more often; callers with a status other
 * than 0 whose message arrived, and callers with 0 whose message did not;
 * microseconds of processor time and voluntary context switches of all
 * processes; and the most kilobytes (proportional set size) that all of
 * them had at a time, those below PID included.
 */

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "count.h"

#define CALLERS		1024
#define PROCESSES	8192
#define TEXT		65536	/* octets that the message may have */
#define PAUSE		2000	/* microseconds between looks */
#define SAMPLE		100000000LL	/* nanoseconds between samples of PSS */
#define GRACE		5000000000LL	/* for what is left, once all arrived */

struct caller {
	pid_t	 pid;
	int	 status;
	bool	 ended;
};

struct process {
	pid_t	 pid, parent;
	bool	 is_ours;
};

static struct caller	 caller[CALLERS];
static struct process	 process[PROCESSES];
static size_t		 nprocess;
static int		 n;
static pid_t		 other;		/* -p, or 0 */

/* A file with message number i. */
static int
message(int i, const char *text, size_t size)
{
	char head[32];
	int fd, len = snprintf(head, sizeof(head), "X-Bench: %d\n", i);

	if ((fd = memfd_create("message", MFD_CLOEXEC)) == -1 ||
	    write(fd, head, (size_t)len) != len ||
	    write(fd, text, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) == -1)
		err(1, "message");
	return fd;
}

/* The caller waits until the gate is closed. */
static void
start(int i, int input, const int gate[2], char **command, int output)
{
	char c;

	if ((caller[i].pid = fork()) == -1)
		err(1, "fork");
	if (caller[i].pid != 0) {
		(void)close(input);
		return;
	}
	(void)close(gate[1]);
	if (read(gate[0], &c, 1) != 0 || dup2(input, STDIN_FILENO) == -1 ||
	    dup2(output, STDOUT_FILENO) == -1 ||
	    dup2(output, STDERR_FILENO) == -1)
		_exit(126);
	(void)execvp(command[0], command);
	_exit(127);
}

static void
start_all(char **command, int output)
{
	static char text[TEXT];
	size_t size = fread(text, 1, sizeof(text), stdin);
	int gate[2], i;

	if (pipe2(gate, O_CLOEXEC) == -1)
		err(1, "pipe2");
	for (i = 0; i < n; i++)
		start(i, message(i + 1, text, size), gate, command, output);
	(void)close(gate[0]);
	(void)close(gate[1]);
}

static void
note_end(pid_t pid, int status)
{
	int i;

	for (i = 0; i < n; i++)
		if (caller[i].pid == pid) {
			caller[i].ended = true;
			caller[i].status = status;
		}
}

/* Note who has ended; false if nobody is left. */
static bool
reap(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		note_end(pid, status);
	return pid == 0 || errno != ECHILD;
}

static bool
all_ended(void)
{
	int i;

	for (i = 0; i < n && caller[i].ended; i++)
		;
	return i == n;
}

/* The parent of a process, after its name in /proc/PID/stat; or 0. */
static pid_t
parent_of(const char *pid)
{
	char path[64], line[512], *p;
	int parent = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) != NULL &&
	    (p = strrchr(line, ')')) != NULL &&
	    sscanf(p, ") %*c %d", &parent) != 1)
		parent = 0;
	(void)fclose(f);
	return parent;
}

/* Mark the processes below ourselves, and below the other. */
static void
mark(void)
{
	bool more = true;
	size_t i, k;

	while (more)
		for (more = false, i = 0; i < nprocess; i++) {
			struct process *p = &process[i];

			if (p->is_ours)
				continue;
			p->is_ours = p->parent == getpid() ||
			    (other > 0 && p->parent == other);
			for (k = 0; k < nprocess && !p->is_ours; k++)
				p->is_ours = process[k].is_ours &&
				    process[k].pid == p->parent;
			more = more || p->is_ours;
		}
}

static void
look(void)
{
	struct dirent *e;
	DIR *d;

	nprocess = 0;
	if ((d = opendir("/proc")) == NULL)
		err(1, "/proc");
	while ((e = readdir(d)) != NULL && nprocess < PROCESSES)
		if (isdigit((unsigned char)e->d_name[0]))
			process[nprocess++] = (struct process){
				.pid = (pid_t)strtol(e->d_name, NULL, 10),
				.parent = parent_of(e->d_name)
			};
	(void)closedir(d);
	mark();
}

static long
pss_of(pid_t pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Pss: %ld", &kb) == 1)
			break;
	(void)fclose(f);
	return kb;
}

static long
pss_of_all(void)
{
	long kb = 0;
	size_t i;

	look();
	for (i = 0; i < nprocess; i++)
		if (process[i].is_ours)
			kb += pss_of(process[i].pid);
	return kb;
}

/* End what the callers have left, until nobody is. */
static void
end_all(void)
{
	size_t i;

	other = 0;
	while (reap()) {
		look();
		for (i = 0; i < nprocess; i++)
			if (process[i].is_ours)
				(void)kill(process[i].pid, SIGKILL);
		(void)usleep(PAUSE);
	}
}

/* When the last caller ended; sets pss. */
static long long
wait_for_all(volatile struct count *c, long long limit, long *pss)
{
	long long ended = 0, sampled = 0, arrived = 0, now;
	bool left = true;
	long kb;

	while (left && (now = now_ns()) < limit) {
		left = reap();
		if (ended == 0 && all_ended())
			ended = now;
		if (arrived == 0 && count_times(c, n, 0) == 0)
			arrived = now;
		if (arrived != 0 && ended != 0 && now - arrived > GRACE)
			break;
		if (ended == 0 && now - sampled >= SAMPLE) {
			sampled = now;
			if ((kb = pss_of_all()) > *pss)
				*pss = kb;
		}
		if (left && other > 0 && ended != 0 && arrived != 0)
			break;
		(void)usleep(PAUSE);
		/* A daemon may send what its callers have left to it. */
		if (other > 0 && arrived == 0)
			left = true;
	}
	return ended;
}

static void
report(const volatile struct count *c, long long begin, long long ended,
    long pss)
{
	long long denied = 0, missing = 0, twice;
	struct rusage r;
	int i;

	for (i = 0; i < n; i++) {
		denied += caller[i].status != 0 && c->times[i + 1] > 0;
		missing += caller[i].status == 0 && c->times[i + 1] == 0;
	}
	twice = n - count_times(c, n, 0) - count_times(c, n, 1);
	if (getrusage(RUSAGE_CHILDREN, &r) == -1)
		err(1, "getrusage");
	printf("%lld %lld %lld %lld %lld %lld %lld %lld %lld %ld %ld\n",
	    c->last == 0 ? 0 : (c->last - begin) / 1000,
	    ended == 0 ? 0 : (ended - begin) / 1000, c->most, c->refused,
	    count_times(c, n, 1), twice, denied, missing,
	    (long long)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000 +
	    r.ru_utime.tv_usec + r.ru_stime.tv_usec, r.ru_nvcsw, pss);
}

int
main(int argc, char **argv)
{
	volatile struct count *c;
	long long begin, ended, limit;
	FILE *output;
	long pss = 0;

	if (argc > 2 && strcmp(argv[1], "-p") == 0) {
		other = (pid_t)strtol(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	if (argc < 5)
		errx(64, "usage: burst [-p PID] COUNTS N SECONDS command...");
	if ((c = count_map(argv[1])) == NULL)
		err(1, "%s", argv[1]);
	n = (int)strtol(argv[2], NULL, 10);
	limit = strtoll(argv[3], NULL, 10) * 1000000000LL;
	if (n < 1 || n > CALLERS)
		errx(64, "%s: 1 to %d callers", argv[2], CALLERS);
	if ((output = tmpfile()) == NULL)
		err(1, "tmpfile");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		err(1, "prctl");
	count_reset(c);
	begin = now_ns();
	start_all(argv + 4, fileno(output));
	ended = wait_for_all(c, begin + limit, &pss);
	end_all();
	report(c, begin, ended, pss);
	return fflush(stdout) == 0 ? 0 : 1;
}
