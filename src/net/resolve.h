/* resolve.h - addresses of a relay name */

#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

#define RESOLVE_MAX	16	/* addresses to try at most */
#define RESOLVE_ADDRESS_TEXT 80 /* an IPv6 address with zone, and a port */

struct address {
	struct sockaddr_storage	sa;
	socklen_t		len;
};

/* In the order in which to try them; owns nothing. */
struct addresses {
	struct address	v[RESOLVE_MAX];
	size_t		n;
	struct address	source;	/* local address; any if its len is 0 */
};

/*
 * Look up a host name or address ("192.0.2.1", "2001:db8::1", with or
 * without brackets, with a zone) in family AF_UNSPEC, AF_INET or AF_INET6.
 * The families take turns, the one that the system prefers first (RFC 8305,
 * section 4).  Blocks for as long as the resolver of the system does.
 * Returns 0, or -1 with a fault of FD_GAI: VD_PERM if there is no such
 * name, VD_TEMP if there was no answer.
 */
int	resolve_host(const char *host, unsigned port, int family,
	    struct addresses *, struct fault *);

/*
 * The 4 or 16 bytes of an address in text form, with or without brackets
 * and zone; returns how many, or 0 if it is a name.
 */
size_t	resolve_literal(const char *host, unsigned char ip[16]);

/* An address in text form, with port 0; false if it is none. */
bool	resolve_address_parse(const char *, struct address *);

/* "192.0.2.1 port 587" into at least RESOLVE_ADDRESS_TEXT octets. */
void	resolve_address_text(const struct address *, char *, size_t);

#endif
