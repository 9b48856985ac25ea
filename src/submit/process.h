/* process.h - sets up the process that takes messages, and its children */

#ifndef SUBMIT_PROCESS_H
#define SUBMIT_PROCESS_H

#include "alias/expand.h"
#include "cli/options.h"
#include "config/config.h"
#include "oauth/place.h"
#include "submit/caller.h"
#include "submit/deliver.h"

/* What all messages of this process have in common. */
struct submitter {
	const struct options *o;
	struct config	*c;
	const struct settings *set;	/* of the account asked for, or base */
	struct caller	 caller;
	struct spool	 spool;		/* deliver.spool is NULL: not open */
	struct fault	 no_spool;	/* why there is none */
	char		*path;		/* of the spool, or NULL */
	struct place	 place;		/* of tokens */
	struct maillog	 log;
	struct deliver	 deliver;
	struct expand	 expand;	/* the aliases */
	int		 null;		/* /dev/null, or -1 */
	pid_t		 agent, runner;	/* children to wait for, or -1 */
};

/* Nothing is open or known after this; all is borrowed. */
void	process_init(struct submitter *, const struct options *,
	    struct config *, const struct config_source *);

/*
 * Check the settings; get the facts about the caller, the host and its
 * aliases.  Closes the descriptors from 3 on, unless a password comes from
 * one.  -1 with a fault of the configuration.
 */
int	process_find(struct submitter *, const struct config_source *,
	    struct fault *);

/*
 * The same; then open log and spool, and start the delivery agent and the
 * process for the runner.  Wipe all passwords from this process and enter
 * the sandbox.  Read input from others only after this.  -1 with a fault for
 * sender_refuse().
 */
int	process_start(struct submitter *, const struct config_source *,
	    struct fault *);

/* There will be no other message: agent and runner may end. */
void	process_dismiss(struct submitter *);

/*
 * End both and wait until they have ended: a parent that never waits would
 * keep them.  A runner that has work goes on, and so does an agent in the
 * middle of a message that is given up.
 */
void	process_release(struct submitter *);

/*
 * Fork a child that finishes the delivery while the caller no longer waits.
 * Agent and runner may go on as long.  -1: there is no child.
 */
pid_t	process_background(struct submitter *);

#endif
