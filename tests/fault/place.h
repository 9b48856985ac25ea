/* place.h - where a worker works: relays, a spool, and runs of the program */

#ifndef FAULT_PLACE_H
#define FAULT_PLACE_H

#include <stdbool.h>

#include "post.h"
#include "shim.h"

/* MUTE does not answer QUIT.  DOWN is a port where nobody listens. */
enum relay { TAKES, PLAIN, TLS, MUTE, AFTER, RANDOM, RELAY__MAX, DOWN };

struct place {
	const char	*heloise, *shim, *certs;
	char		 dir[256];
	char		 down[8];
	struct post	 post[RELAY__MAX];
	struct shim	*plan;
};

/* One run of the program: DIR/letter on stdin, what it says to DIR/words. */
struct job {
	const char	*port;
	bool		 tls, linger, faulty;
	const char	*const *args;	/* beside the configuration */
};

/*
 * The directory is made, the relays are started.  Processes that lose their
 * parent become children of this one.
 */
void	place_open(struct place *, const char *dir, const char *relay);

/* False if a relay had to complain. */
bool	place_close(struct place *);

void	place_write(const struct place *, const char *name, const char *text);
pid_t	place_start(const struct place *, const struct job *);

/* The processes that it has forked and that live, relays excepted. */
unsigned place_children(const struct place *, pid_t of, pid_t *, unsigned max);

/*
 * Wait until it and all that came of it are gone; false if some had to be
 * killed because they did not go.
 */
bool	place_wait(const struct place *, pid_t, int *status);

/* How many files are in a place of the spool; notes and others too? */
unsigned place_entries(const struct place *, const char *name, bool notes,
	    bool clear);

#endif
