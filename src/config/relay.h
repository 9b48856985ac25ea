/* relay.h - what the setting `relay` says */

#ifndef CONFIG_RELAY_H
#define CONFIG_RELAY_H

#include <stdbool.h>

struct relay {
	char	host[256];	/* A-labels or an address, without [] */
	int	port;		/* 0: not said */
	bool	implicit;	/* smtps:// */
	bool	loopback;	/* localhost, 127.0.0.0/8 or ::1 */
};

/*
 * HOST, HOST:PORT, smtp://HOST[:PORT] or smtps://HOST[:PORT].  An IPv6
 * address stands in [] where a port follows; a name may.  False if the
 * value is none of these.
 */
bool	relay_parse(const char *value, struct relay *);

/* Could it be looked up: an ASCII name, or an IPv4 or IPv6 address? */
bool	host_valid(const char *);

#endif
