/* dns.h - queries to the DNS itself: hosts of a service (RFC 2782) */

#ifndef NET_DNS_H
#define NET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define DNS_SRV_MAX	8	/* hosts to try at most */

struct dns_srv {
	uint16_t	priority, weight, port;
	char		host[256];
};

struct dns_srv_list {
	struct dns_srv	v[DNS_SRV_MAX];
	size_t		n;
};

/*
 * Look up NAME ("_submissions._tcp.example.org"); the hosts are in the order
 * in which to try them.  resolver is "ADDRESS[:PORT]", IPv4, or NULL for
 * those of the system.  The list is empty if the service does not exist, or
 * the domain does not offer it.  -1 with a fault of VD_TEMP if there was no
 * answer.  Blocks for as long as the resolver does.
 */
int dns_srv_lookup(const char *name, const char *resolver,
    struct dns_srv_list *, struct fault *);

/* The hosts that take the mail of a domain, in no order. */
struct dns_mx_list {
	char		host[DNS_SRV_MAX][256];
	size_t		n;
};

/*
 * Look up the MX records of a domain (RFC 5321, section 5.1), as
 * dns_srv_lookup() does.
 */
int	dns_mx_lookup(const char *domain, const char *resolver,
	    struct dns_mx_list *, struct fault *);

/*
 * Does the DNS, without hosts(5), know an address of that name?  -1 with a
 * fault: there was no answer within some seconds.
 */
int	dns_known(const char *host, const char *resolver, bool *known,
	    struct fault *);

/*
 * Add the SRV records of a DNS message; false if it is not one.  Hosts that
 * are no host names are left out.  Exported for the tests.
 */
bool	dns_srv_parse(const unsigned char *p, size_t n, struct dns_srv_list *);

/* The same for MX records. */
bool	dns_mx_parse(const unsigned char *p, size_t n, struct dns_mx_list *);

/*
 * Sort: the lowest priority first, and among equals at random by weight.
 * below(n) is any number under n.  Exported for the tests.
 */
void	dns_srv_sort(struct dns_srv_list *, uint32_t (*below)(uint32_t));

#endif
