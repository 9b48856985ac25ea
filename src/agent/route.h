/* route.h - where a relay is: hosts, a socket, a proxy */

#ifndef AGENT_ROUTE_H
#define AGENT_ROUTE_H

#include <stdbool.h>

#include "base/fault.h"
#include "config/setting.h"
#include "net/connect.h"
#include "net/dns.h"
#include "net/relay.h"

#define ROUTE_HOPS	(2 * DNS_SRV_MAX)	/* at most: of two services */

/* One host where the relay may be. */
struct route_hop {
	char		 host[256];
	int		 port;
	bool		 implicit;	/* TLS from the start */
	struct addresses addrs;		/* none behind a proxy */
	size_t		 first;		/* the address to begin with */
	unsigned	 failed;	/* bit i: address i, in this try */
};

/* In the order in which to try them. */
struct route {
	const struct settings *set;	/* borrowed */
	struct relay	 relay;
	struct route_hop *hop;		/* there is room for one at least */
	size_t		 n;
	size_t		 at;		/* the one tried last */
	size_t		 address;	/* and its address */
	size_t		 first;		/* the one to begin with */
	bool		 good;		/* the last session was usable */
	struct fault	 fault;		/* of this try; see route_next() */
	size_t		 nfault;	/* faults that are in it */
	struct relay	 proxy;		/* host "" if there is none */
	struct addresses proxy_addrs;
	const struct connect_by *by;	/* borrowed, or NULL */
};

/* 0, or -1 with a fault of ST_CONFIG; to be released in any case. */
int	route_prepare(struct route *, const struct settings *, struct fault *);
void	route_release(struct route *);

/* Tell of each address that route_open() may connect to. */
void	route_each(const struct route *, void (*)(void *ctx,
	    const struct address *to, const struct address *source),
	    void *ctx);

/* "relay.example.org:587" of the hop tried last, or the socket's path. */
void	route_what(const struct route *, char *, size_t);

/*
 * The name that the relay must prove to have there: `tls-name`, the host,
 * or the domain, if the DNS names hosts outside it (RFC 6186, section 6).
 */
const char *route_name(const struct route *);

/*
 * May a session go better at another address?  Only if it ended before MAIL,
 * and the fault may lie with the address: no greeting, no TLS, a lost
 * connection, 421.  A fault that the settings or the login cause would be
 * the same at each.
 */
bool	route_fault_of_address(const struct fault *);

/*
 * A try begins, and all addresses are to be tried.  If the last session was
 * usable, it begins with that address; else each of so many failed tries
 * moves the beginning to the next address of each host.
 */
void	route_begin(struct route *, unsigned tries);

/*
 * Connect: to the first address left that answers, or with again set once
 * more to the one tried last.  Deadline of clock_ms() for all together.  A
 * fault tells of all addresses that failed in this try.
 */
int	route_open(struct route *, bool again, long long deadline,
	    struct connection *, struct fault *);

/* How many addresses are left besides the one tried last. */
size_t	route_left(const struct route *);

/*
 * The session at the address tried last ended with this fault.  true: it is
 * noted, and route_open() has another address.  false: the fault now tells
 * of all addresses that failed in this try.  It is VD_TEMP if one of them
 * failed so; but one that is no fault of the address keeps its kind.
 */
bool	route_next(struct route *, struct fault *);

/*
 * The family whose addresses have all failed in this try, although none of
 * the other has: AF_INET or AF_INET6.  AF_UNSPEC: there is none.
 */
int	route_failed_family(const struct route *);

/*
 * The family of all addresses that failed in this try, if the address in use
 * is of the other one; else AF_UNSPEC.
 */
int	route_lost_family(const struct route *);

/* The session is usable, or, after that, has failed nevertheless. */
void	route_settle(struct route *, bool good);

#endif
