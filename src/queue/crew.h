/* crew.h - processes that run the queues of users, some at a time */

#ifndef QUEUE_CREW_H
#define QUEUE_CREW_H

#include "queue/runner.h"

#define CREW		8	/* users whose queues run at a time */

/*
 * What the process of a user does.  It begins as root in a session of its
 * own, becomes the user for good, and runs the queue.
 */
typedef void crew_work(const struct runner *, const struct queue_select *,
    uid_t, struct queue_result *, struct fault *);

/* The process that runs the queue of a user. */
struct crew_one {
	pid_t		 pid;		/* 0: none */
	int		 in;		/* its report comes here */
	long long	 limit;		/* clock_ms() */
};

/* All is borrowed. */
struct crew {
	const struct runner *runner;
	const struct queue_select *select;
	struct queue_result *sum;	/* of the results */
	struct fault	*fault;		/* the first */
	struct crew_one	 one[CREW];
	bool		 left;		/* at SIGINT one was still at work */
};

/* Does the spool at path hold any message?  Its owner may change it at will. */
bool	crew_waits(const char *path);

/* Add to this sum, and keep the first fault. */
void	crew_begin(struct crew *, const struct runner *,
	    const struct queue_select *, struct queue_result *sum,
	    struct fault *);

/*
 * Start the process of a user, once fewer than CREW are at work.  A process
 * that its user stops goes on alone, and nobody waits for it; so does one that
 * takes over ten minutes, or ten seconds after a signal or while others wait
 * for its place.  Its result is not counted.
 */
void	crew_start(struct crew *, uid_t, crew_work *);

/* Wait for all. */
void	crew_end(struct crew *);

#endif
