/* trial.h - one run of the program with one fault, and what came of it */

#ifndef FAULT_TRIAL_H
#define FAULT_TRIAL_H

#include <stdbool.h>

#include "post.h"
#include "shim.h"

/*
 * The relay of a trial takes good@example.org, says 451 to slow@ and 550 to
 * bad@; the one that comes after it takes everybody.
 */
enum person { GOOD, SLOW, BAD, PERSON__MAX };

enum relay { TAKES, PLAIN, TLS, AFTER, RELAY__MAX, DOWN };

#define LETTERS	3

struct scenario {
	const char	*name;
	const char	*args[8];	/* beside the configuration */
	enum relay	 relay;
	unsigned	 to[LETTERS];	/* bits of persons; 0: no such letter */
	bool		 waiting;	/* they are in the queue already */
	int		 status;	/* without a fault */
	const char	*roles[5][2];	/* name and role (shim.h) */
};

/* Where a worker works. */
struct place {
	const char	*heloise, *shim, *certs;
	char		 dir[256];
	char		 down[8];	/* a port where nobody listens */
	struct post	 post[RELAY__MAX];
	struct shim	*plan;
};

struct outcome {
	int		 status;	/* of wait(2) */
	bool		 hung;
	unsigned	 first[LETTERS][PERSON__MAX];	/* by the relay */
	unsigned	 after[LETTERS][PERSON__MAX];	/* by the one after */
	unsigned	 bounces[LETTERS];
	unsigned	 queued;	/* files left by the run */
	unsigned	 left;		/* and by the run of the queue after */
	unsigned	 failed;	/* messages in failed/ */
	bool		 mangled;	/* something that is not a letter */
	char		 words[4096];	/* on stderr */
};

void	place_open(struct place *, const char *dir, const char *relay);

/* False if a relay had to complain. */
bool	place_close(struct place *);

/* The plan is in p->plan, but for what it counts. */
void	trial(struct place *, const struct scenario *, struct outcome *);

#endif
