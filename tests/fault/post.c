/* post.c - a scripted relay, and what has arrived there */

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "post.h"

#define OPTIONS	32

static void
run(const struct post *p, const char *relay, const char *const *options,
    const int in[2], const int out[2])
{
	const char *argv[OPTIONS] = { relay, "--life", "3600", "--store",
	    p->store };
	union {
		const char	**in;
		char		**out;
	} args = { .in = argv };
	size_t i;

	for (i = 0; options[i] != NULL && i + 6 < OPTIONS; i++)
		argv[i + 5] = options[i];
	if (dup2(in[0], STDIN_FILENO) == -1 ||
	    dup2(out[1], STDOUT_FILENO) == -1)
		err(1, "dup2");
	(void)execv(relay, args.out);
	err(1, "%s", relay);
}

void
post_open(struct post *p, const char *relay, const char *dir,
    const char *name, const char *const *options)
{
	int in[2], out[2];

	(void)snprintf(p->store, sizeof(p->store), "%s/%s", dir, name);
	if (mkdir(p->store, 0700) == -1)
		err(1, "%s", p->store);
	if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1 ||
	    (p->pid = fork()) == -1)
		err(1, "start of a relay");
	if (p->pid == 0)
		run(p, relay, options, in, out);
	(void)close(in[0]);
	(void)close(out[1]);
	if ((p->in = fdopen(in[1], "w")) == NULL ||
	    (p->out = fdopen(out[0], "r")) == NULL)
		err(1, "fdopen");
	if (fgets(p->port, sizeof(p->port), p->out) == NULL)
		errx(1, "%s does not say its port", relay);
	p->port[strcspn(p->port, "\n")] = '\0';
}

void
slurp(const char *path, char *text, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t all = 0;
	ssize_t got;

	while (fd != -1 && all + 1 < n &&
	    (got = read(fd, text + all, n - 1 - all)) > 0)
		all += (size_t)got;
	text[all] = '\0';
	if (fd != -1)
		(void)close(fd);
}

void
post_collect(struct post *p, void (*see)(void *, unsigned long, const char *,
    const char *), void *ctx)
{
	static char msg[1 << 20];
	char path[1024], env[8192], line[16];
	struct dirent *entry;
	size_t n;
	DIR *d;

	(void)fputs("sync\n", p->in);
	if (fflush(p->in) != 0 || fgets(line, sizeof(line), p->out) == NULL ||
	    strcmp(line, "idle\n") != 0 || (d = opendir(p->store)) == NULL)
		errx(1, "the relay of %s is gone", p->store);
	while ((entry = readdir(d)) != NULL) {
		n = strlen(entry->d_name);
		if (n < 4 || strcmp(entry->d_name + n - 4, ".msg") != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", p->store,
		    entry->d_name);
		slurp(path, msg, sizeof(msg));
		(void)unlink(path);
		(void)strlcpy(path + strlen(path) - 3, "env", 4);
		slurp(path, env, sizeof(env));
		(void)unlink(path);
		see(ctx, strtoul(entry->d_name, NULL, 10), env, msg);
	}
	(void)closedir(d);
}

int
post_close(struct post *p)
{
	int status = -1;

	(void)fclose(p->in);
	(void)waitpid(p->pid, &status, 0);
	(void)fclose(p->out);
	return status == 0;
}
