/*
 * orphans.c - run a command as a process 1 that waits for nothing else
 *
 * usage: unshare --pid --fork --mount-proc orphans command...
 *
 * Then say how many processes there were at its end, how many of these had
 * ended (zombies), and how many zombies there are once all have ended:
 * "2 left, 1 ended, 2 in the end".
 */

#include <sys/wait.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP	10000000	/* ns */
#define STEPS	2000

struct count {
	int	all, zombies;
};

static int
is_zombie(const char *pid)
{
	char path[300], text[600], *end;
	size_t n = 0;
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if ((in = fopen(path, "r")) != NULL) {
		n = fread(text, 1, sizeof(text) - 1, in);
		(void)fclose(in);
	}
	text[n] = '\0';
	end = strrchr(text, ')');
	return end != NULL && strncmp(end, ") Z", 3) == 0;
}

/* All processes but this one. */
static struct count
processes(void)
{
	struct count c = { 0, 0 };
	struct dirent *e;
	DIR *d = opendir("/proc");

	while (d != NULL && (e = readdir(d)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]) &&
		    strcmp(e->d_name, "1") != 0) {
			c.all++;
			c.zombies += is_zombie(e->d_name);
		}
	if (d != NULL)
		(void)closedir(d);
	return c;
}

int
main(int argc, char **argv)
{
	const struct timespec step = { .tv_nsec = STEP };
	struct count c, end;
	int status, i;
	pid_t pid;

	if (argc < 2 || getpid() != 1 || (pid = fork()) == -1)
		return 125;
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(126);
	}
	if (waitpid(pid, &status, 0) != pid)
		return 125;
	c = end = processes();
	for (i = 0; i < STEPS && end.all > end.zombies; i++) {
		(void)nanosleep(&step, NULL);
		end = processes();
	}
	(void)printf("%d left, %d ended, %d in the end%s\n", c.all, c.zombies,
	    end.zombies, end.all > end.zombies ? ", more live" : "");
	(void)fflush(stdout);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 124;
}
