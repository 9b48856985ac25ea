/* agent.h - the delivery agent: messages from dispatcher to relays */

#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "config/config.h"

/* Borrowed. */
struct agent_opts {
	const struct config *config;
	const char	*fqdn;		/* the host's name, or NULL */
	bool		 trace;		/* the dialogue on stderr */
	bool		 transcript;	/* only that of a failure */
	bool		 progress;	/* of large messages, on a terminal */
	bool		 single;	/* there will be only one message */
};

/*
 * Be the agent at one end of an ipc_pair(), until the dispatcher ends.
 * When the first message comes, get all accounts ready that may be needed
 * and enter the sandbox: then the process can only connect to the relays.
 * Messages that one account cannot deliver go to its fallbacks, in their
 * order; the deadline is for all of them together.  Descriptors 0 and 1
 * become /dev/null; so does 2 unless the dialogue is shown.  So no process
 * waits for the agent to close them.
 */
void	agent_run(int sock, const struct agent_opts *);

#endif
