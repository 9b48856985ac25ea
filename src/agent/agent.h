/* agent.h - the agent's process: jobs from the dispatcher to the relays */

#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "agent/transfer.h"
#include "config/config.h"

/* Borrowed. */
struct agent_opts {
	const struct config *config;
	const char	*fqdn;		/* the host's name, or NULL */
	bool		 trace;		/* the dialogue on stderr */
	bool		 transcript;	/* only that of a failure */
	bool		 progress;	/* of large messages, on a terminal */
	bool		 single;	/* there will be but one message */
};

/*
 * Be the agent at one end of a ipc_pair(), until the dispatcher leaves.
 * Takes the passwords, looks up the relays of all accounts that may be
 * needed and gives up the file system when the first message comes, not
 * before; then the process can only connect to the relays' ports.  What
 * one account cannot deliver goes to its fallbacks, in their order; the
 * deadline is for all of them together.  Descriptors 0 and 1 are given up,
 * 2 also unless the dialogue is shown, so that nobody waits for us to close
 * them.
 */
void	agent_run(int sock, const struct agent_opts *);

#endif
