/* runner.h - runs the queue in processes of its own */

#ifndef QUEUE_RUNNER_H
#define QUEUE_RUNNER_H

#include <signal.h>

#include "agent/agent.h"
#include "oauth/place.h"
#include "queue/run.h"

struct runner;

/* A queue run: 0 with the result, or -1 with a fault. */
typedef int runner_run(const struct runner *, const struct queue_select *,
    struct queue_result *, struct fault *);

/* Borrowed. */
struct runner {
	const struct config *config;
	const struct place *place;	/* of tokens */
	const char	*spool;		/* its path */
	const char	*host;
	const struct maillog *log;	/* opened for each run */
	bool		 trace, transcript;	/* see struct transfer_opts */
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */

	/*
	 * Read the settings again, as a runner may run for days.  -1 with a
	 * fault if they are wrong; then the old ones stay.
	 */
	int		(*reload)(const void *ctx, struct fault *);
	const void	*ctx;

	/* For runner_loop(): in place of runner_once(), or NULL. */
	runner_run	*once;
	/* For everyone_once(): the directory, its group, the same settings. */
	const char	*top;
	gid_t		 group;
	struct config	*own;
};

/* What a process that runs a queue sends to the one that started it. */
struct runner_report {
	struct queue_result result;
	struct fault	 fault;
};

/*
 * One queue run, with an agent and a dispatcher in sandboxes.  After SIGINT
 * the run goes on, and the result is {0}.
 */
runner_run runner_once;

/*
 * Start a process that waits for an octet on the descriptor returned.  Then it
 * runs the queue until that is empty; or once, without `linger` or if another
 * process does that.  At the end of file it ends.  It holds no descriptor that
 * the caller could wait for.  -1: no process; mail waits for the next run.
 * *pid is the process, or -1.
 */
int	runner_standby(const struct runner *, pid_t *pid);

/* Run the queue every so many seconds, until a signal to stop. */
void	runner_loop(const struct runner *, long long seconds);

#endif
