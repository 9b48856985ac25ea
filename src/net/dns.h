/* dns.h - what is asked of the DNS itself: hosts of a service (RFC 2782) */

#ifndef NET_DNS_H
#define NET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define SRV_MAX	8	/* hosts that we are willing to try */

struct srv {
	uint16_t	priority, weight, port;
	char		host[256];
};

struct srv_list {
	struct srv	v[SRV_MAX];
	size_t		n;
};

/*
 * Ask for NAME ("_submissions._tcp.example.org"), in the order in which to
 * try them.  resolver is "ADDRESS[:PORT]", IPv4, or NULL for those of the
 * system.  A service that does not exist, or that the domain says it does
 * not offer, is an empty list; -1 with a fault of VD_TEMP: nobody could
 * tell.  Blocks for as long as the resolver does.
 */
int	srv_lookup(const char *name, const char *resolver, struct srv_list *,
	    struct fault *);

/*
 * Does the DNS, whatever this host believes, know an address of that name?
 * -1 with a fault: nobody could tell, within some seconds.
 */
int	srv_known(const char *host, const char *resolver, bool *known,
	    struct fault *);

/*
 * Add the SRV records of a DNS message; false if it is not one.  Hosts that
 * are no host names are left out.
 */
bool	srv_parse(const unsigned char *p, size_t n, struct srv_list *);

/*
 * Sort: the lowest priority first, and among equals at random by weight.
 * below(n) is any number under n.
 */
void	srv_sort(struct srv_list *, uint32_t (*below)(uint32_t));

#endif
