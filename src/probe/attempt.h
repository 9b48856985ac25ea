/* attempt.h - one probe of a relay, step by step, without a message */

#ifndef PROBE_ATTEMPT_H
#define PROBE_ATTEMPT_H

#include "agent/accounts.h"
#include "probe/output.h"

struct attempt {
	/* parameters, borrowed */
	struct account	*account;
	struct transport *transport;	/* its own, located */
	struct envelope	*env;		/* earlier verdicts are cleared */
	struct output	*output;
	bool		 near;		/* the relay is on this host */
	enum helo_known	 helo_known;
	bool		 trace;		/* after a fault print the dialogue */

	/* results */
	struct fault	 fault;		/* the first, or VD_OK */
	struct conninfo	 conninfo;
	char		 pin[PIN_TEXT];	/* of a certificate that is refused */
	bool		 mode_wrong;	/* the relay needs this TLS mode: */
	enum client_tls	 mode;

	/* private */
	struct client	*client;
	struct client_mail mail;
	struct tls_facts tls;
	bool		 begun;		/* the transaction */
	bool		 renewed;	/* a token that was refused */
	unsigned	 avoid;		/* CAP_* that were refused */
	bool		 again;		/* go without them now, */
	bool		 anew;		/* on a new connection */
	bool		 tls_shown, quit_shown;
	long long	 since;		/* start of the step, clock_ms() */
};

/*
 * Connect, log in, name sender and recipients, reset and quit; show each
 * step.  Go on to another address as a delivery does; if all fail, the fault
 * tells of all.  After a fault of TLS at the last one connect a second time
 * to find the cause.
 */
void	attempt_run(struct attempt *);

#endif
