/*
 * rss.c - run a command and say how much memory it needed at most
 *
 * usage: rss FILE command...	(FILE gets the kilobytes)
 */

#include <sys/resource.h>
#include <sys/wait.h>

#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct rusage used;
	FILE *out;
	int status;
	pid_t pid;

	if (argc < 3 || (pid = fork()) == -1)
		return 125;
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(126);
	}
	if (wait4(pid, &status, 0, &used) == -1 ||
	    (out = fopen(argv[1], "w")) == NULL)
		return 125;
	fprintf(out, "%ld\n", used.ru_maxrss);
	if (fclose(out) != 0)
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 124;
}
