/* dnsquery.h - one question to a name server, and its answer */

#ifndef NET_DNSQUERY_H
#define NET_DNSQUERY_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>

struct dnsquery {
	const char	*name;		/* complete, not to be searched for */
	int		 type;		/* ns_t_*, of class IN */
	struct sockaddr_in server;	/* sin_family 0: the system's */

	/*
	 * For what is less important than a relay's name: wait for at most 2
	 * seconds, or as long as resolv.conf(5) says where the C library has
	 * no res_nquery().  Do not ask again by TCP for a truncated answer,
	 * because the resolver has no time limit there.
	 */
	bool		 quick;
	unsigned char	*answer;	/* room for it */
	size_t		 size;

	/* Result, if there is no answer: HOST_NOT_FOUND, NO_DATA, others. */
	int		 why;
};

/*
 * Ask, and wait for the answer.  Returns its length, which may be more than
 * size, or -1.  Where the C library cannot be told the server (musl), this
 * asks by UDP, and a truncated answer is none, but for NO_DATA.
 */
int	dnsquery_ask(struct dnsquery *);

#endif
