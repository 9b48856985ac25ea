/* trial.h - one run of the program with one fault, and what came of it */

#ifndef FAULT_TRIAL_H
#define FAULT_TRIAL_H

#include "place.h"

/*
 * What the relay TAKES says to good@, slow@ and bad@example.org: 250, 451,
 * 550.  The others take everybody.
 */
enum person { GOOD, SLOW, BAD, PERSON__MAX };

#define LETTERS	3
#define LARGE	262144		/* two blocks of the agent's */

struct scenario {
	const char	*name;
	const char	*args[8];	/* beside the configuration */
	enum relay	 relay;
	unsigned	 to[LETTERS];	/* bits of persons; 0: no such letter */
	bool		 waiting;	/* they are in the queue already */
	bool		 large;		/* LARGE octets each */
	bool		 dialogue;	/* for -bs, to GOOD */
	int		 status;	/* without a fault */
	const char	*roles[6][2];	/* name and role (shim.h) */
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
	bool		 large;		/* one was as large as that */
	char		 words[4096];	/* on stderr */
};

/* The plan is in p->plan, but for what it counts. */
void	trial(struct place *, const struct scenario *, struct outcome *);

#endif
