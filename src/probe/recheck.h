/* recheck.h - a second connection, to see what the first could not show */

#ifndef PROBE_RECHECK_H
#define PROBE_RECHECK_H

#include "agent/transport.h"

struct recheck {
	bool	greeted;	/* an SMTP server was there */
	bool	starttls;	/* and offered STARTTLS */
	bool	tls;		/* TLS came up, and these are its facts: */
	struct tls_facts facts;
	char	banner[512];
	long long ms;		/* that it took */
};

/*
 * Connect once more to where the reach was last, in this mode, and look
 * without believing what is seen: no certificate is verified, and there is
 * no login and no sender.  Takes some seconds at the most.
 */
void	recheck(const struct transport *, enum client_tls, struct recheck *);

#endif
