/* attack.h - what a process that was taken over tries */

#ifndef FAULT_ATTACK_H
#define FAULT_ATTACK_H

#include <sys/types.h>

#define ATTACK_PIDS	32

/* Where and at what it tries. */
struct attack {
	pid_t		 parent;	/* of the process */
	pid_t		 bystander;	/* another of the same user */
	pid_t		 family[ATTACK_PIDS];	/* those of heloise, but it */
	int		 nfamily;
	int		 relay;		/* its port */
	int		 other;		/* a port where another listens */
	const char	*conf;		/* the configuration */
	const char	*spool;
	const char	*dir;		/* of the user, with a file "victim" */
};

struct attempt {
	const char	*name;
	/* 0: it was done, ATTEMPT_NONE, or an errno. */
	int		(*make)(const struct attack *, const struct attempt *);
	long		 call, arg[5];	/* for those that are just a call */
};

#define ATTEMPT_NONE	254	/* there is nothing to try it with */

extern const struct attempt	attempts[];
extern const size_t		nattempts;

#endif
