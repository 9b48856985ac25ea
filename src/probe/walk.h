/* walk.h - one walk to a relay and back, step by step, without a message */

#ifndef PROBE_WALK_H
#define PROBE_WALK_H

#include "agent/transport.h"
#include "probe/output.h"

struct walk {
	/* what to walk with; borrowed */
	struct transport	*transport;		/* located */
	struct envelope	*env;		/* loses its verdicts of before */
	struct output	*display;
	bool		 near;		/* the relay is on this host */
	enum helo_known	 helo_known;
	bool		 trace;		/* if it fails, the dialogue */

	/* how it went */
	struct fault	 fault;		/* the first, or VD_OK */
	struct conninfo	 conninfo;
	char		 pin[PIN_TEXT];	/* of a certificate that is refused */
	bool		 mistaken;	/* the TLS mode is wrong; this is */
	enum client_tls	 mode;		/* the right one */

	/* its own */
	struct client	*client;
	struct client_mail mail;
	struct tls_facts tls;
	bool		 begun;		/* the transaction */
	bool		 tls_told, quit_told;
	long long	 since;		/* the step began */
};

/*
 * Connect, log in, name sender and recipients, take that back and leave,
 * showing each step.  What fails because of TLS is looked at again.
 */
void	walk_run(struct walk *);

#endif
