/* runner.h - runs the queue in processes of its own */

#ifndef QUEUE_RUNNER_H
#define QUEUE_RUNNER_H

#include <signal.h>

#include "agent/agent.h"
#include "queue/run.h"

/* Borrowed by whoever runs. */
struct runner {
	const struct config *config;
	const char	*spool;		/* its path */
	const char	*host;
	const struct maillog *log;	/* whose log is opened for each run */
	bool		 trace, transcript;	/* see struct transfer_opts */
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */

	/*
	 * Read the settings anew: who runs for days is to know of changes.
	 * -1 with a fault if they are wrong now; then the old ones stay.
	 */
	int		(*reload)(const void *ctx, struct fault *);
	const void	*ctx;
};

/*
 * One queue run: an agent and a dispatcher, boxed.  0 with the result, or -1
 * with a fault.
 */
int	runner_once(const struct runner *, const struct queue_select *,
	    struct queue_result *, struct fault *);

/*
 * Start a process that waits: when something is written to the descriptor
 * returned it becomes the lingering runner, which retries until the queue
 * is empty (or, if there is one already, runs once); at the end of file it
 * goes.  It holds nothing that our caller could wait for.  -1: there is
 * none, and mail waits for the next run.
 */
int	runner_spare(const struct runner *);

/* Run the queue every so many seconds, until told to stop. */
void	runner_loop(const struct runner *, long long seconds);

#endif
