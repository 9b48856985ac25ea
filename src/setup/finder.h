/* finder.h - the relays that may take the mail of an address */

#ifndef SETUP_FINDER_H
#define SETUP_FINDER_H

#include <stdbool.h>
#include <stddef.h>

#include "hint/service.h"

#define FINDER_MAX	32

/* How it was found. */
enum finder_source {
	FINDER_TABLE,		/* a provider of the table */
	FINDER_SRV,		/* the DNS of the domain names it */
	FINDER_GUESS		/* a usual name in the domain */
};

struct candidate {
	enum finder_source source;
	const struct service *service;	/* of the table, or NULL */
	char		 host[256];
	int		 port;
	bool		 implicit;	/* TLS; else STARTTLS */
	bool		 foreign;	/* not within the address's domain */
};

struct finder {
	struct candidate v[FINDER_MAX];
	size_t		 n;
};

/*
 * Find relays for an address, the best first: those of its provider, or else
 * those that its domain names in the DNS (RFC 6186 and 8314), or else usual
 * names.  resolver is as for dns_srv_lookup(); a name server without an
 * answer counts as one that knows nothing.
 */
void	finder_find(struct finder *, const char *address,
	    const char *resolver);

/* Add usual names in a domain.  Exported for the tests. */
void	finder_guess(struct finder *, const char *domain);

#endif
