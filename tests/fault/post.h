/* post.h - a scripted relay, and what has arrived there */

#ifndef FAULT_POST_H
#define FAULT_POST_H

#include <sys/types.h>

#include <stdio.h>

struct post {
	pid_t	 pid;
	FILE	*in, *out;
	char	 port[8];
	char	 store[512];
};

/* Start it, with options up to NULL; its store is made as DIR/NAME. */
void	post_open(struct post *, const char *relay, const char *dir,
	    const char *name, const char *const *options);

/*
 * Wait until no connection is open.  Each message that has arrived is read,
 * shown and forgotten: its number (they count up), its envelope and its
 * octets, as strings.
 */
void	post_collect(struct post *, void (*)(void *ctx, unsigned long number,
	    const char *envelope, const char *message), void *ctx);

/* The end of it; false if it had something to complain of. */
int	post_close(struct post *);

/* All of a file that is shorter than n, as a string.  Empty if not there. */
void	slurp(const char *path, char *, size_t n);

#endif
