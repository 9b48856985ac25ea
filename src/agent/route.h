/* route.h - where a relay is: hosts, a socket, a proxy */

#ifndef AGENT_ROUTE_H
#define AGENT_ROUTE_H

#include <stdbool.h>

#include "base/fault.h"
#include "config/setting.h"
#include "net/connect.h"
#include "net/dns.h"
#include "net/relay.h"

/* One host where the relay may be. */
struct route_hop {
	char		 host[256];
	int		 port;
	bool		 implicit;	/* TLS from the start */
	struct addresses addrs;		/* none behind a proxy */
};

/* In the order in which to try them. */
struct route {
	const struct settings *set;	/* borrowed */
	struct relay	 relay;
	struct route_hop *hop;		/* there is room for one at least */
	size_t		 n;
	size_t		 at;		/* the one tried last */
	struct relay	 proxy;		/* host "" if there is none */
	struct addresses proxy_addrs;
};

/* 0, or -1 with a fault of ST_CONFIG; to be released in any case. */
int	route_prepare(struct route *, const struct settings *, struct fault *);
void	route_release(struct route *);

/*
 * Look up all names.  After this only connections are needed.  0, or -1
 * with a fault of ST_RESOLVE: nothing was found.
 */
int	route_locate(struct route *, struct fault *);

/* Add the TCP ports that route_open() connects to; returns how many. */
size_t	route_ports(const struct route *, int *ports, size_t max);

/* "relay.example.org:587" of the hop tried last, or the socket's path. */
void	route_what(const struct route *, char *, size_t);

/*
 * The name that the relay must prove to have there: `tls-name`, the host,
 * or the domain, if the DNS names hosts outside it (RFC 6186, section 6).
 */
const char *route_name(const struct route *);

/*
 * Connect: to the first hop that answers, or with again set once more to
 * the one tried last.  Deadline of clock_ms() for all together.
 */
int	route_open(struct route *, bool again, long long deadline,
	    struct connection *, struct fault *);

#endif
