/* agent.h - the delivery agent: messages from dispatcher to relays */

#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "config/config.h"
#include "oauth/place.h"

/* Borrowed. */
struct agent_opts {
	const struct config *config;
	const struct place *place;	/* of tokens */
	const char	*fqdn;		/* the host's name, or NULL */
	bool		 trace;		/* the dialogue on stderr */
	bool		 transcript;	/* only that of a failure */
	bool		 progress;	/* of large messages, on a terminal */
	bool		 single;	/* there will be only one message */
	bool		 opener;	/* start other agents: see below */
};

/*
 * Be the agent at one end of an ipc_pair(), until the dispatcher ends; or
 * until the message has been accepted, if single is set.
 * When the first message comes, get all accounts ready that may be needed
 * and enter the sandbox: then the process can only connect to the relays.
 * Messages that one account cannot deliver go to its fallbacks, in their
 * order; the deadline is for all of them together.  Descriptors 0 and 1
 * become /dev/null; so does 2 unless the dialogue is shown.  So no process
 * waits for the agent to close them.
 *
 * An opener gets no messages.  For each IPC_OPEN it starts an agent, a copy
 * of itself with all accounts ready and within the same sandbox.  It ends
 * after the dispatcher and all of its agents.
 */
void	agent_run(int sock, const struct agent_opts *);

#endif
