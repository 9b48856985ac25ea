/* relay.h - parses the setting `relay` */

#ifndef NET_RELAY_H
#define NET_RELAY_H

#include <stdbool.h>

enum relay_kind {
	RELAY_HOST,		/* a host and its port */
	RELAY_SRV,		/* a domain whose DNS names the hosts */
	RELAY_UNIX,		/* a socket in the file system */
	RELAY_MAILDIR		/* no relay: a maildir that gets the mail */
};

#define RELAY_PATH	1024	/* octets of a path, with its NUL */

struct relay {
	enum relay_kind	kind;
	char	host[256];	/* A-labels or an address, without []; or "" */
	char	path[RELAY_PATH]; /* of a socket or maildir, or "" */
	int	port;		/* 0: not given */
	bool	implicit;	/* smtps:// */
	bool	lmtp;		/* speaks LMTP */
	bool	loopback;	/* localhost, 127.0.0.0/8, ::1 or a socket */
};

/* The forms that relay_parse() takes, for messages. */
#define RELAY_FORMS	"HOST, HOST:PORT, smtp://HOST[:PORT], " \
	"smtps://HOST[:PORT], lmtp://HOST[:PORT], srv:DOMAIN, unix:/PATH, " \
	"lmtp:/PATH or maildir:/DIRECTORY"

/*
 * An IPv6 address stands in [] where a port follows; a name may.  Paths
 * begin with a slash; that of a socket has at most 107 octets.  False if
 * the value is none of RELAY_FORMS.
 */
bool	relay_parse(const char *value, struct relay *);

/* HOST[:PORT]; the port is 0 if it was not given. */
bool	relay_host(const char *value, struct relay *);

/* socks5://HOST[:PORT]; the port is 1080 if it was not given. */
bool	relay_proxy(const char *value, struct relay *);

/* Is it an IPv4 or IPv6 address? */
bool	relay_host_literal(const char *);

/* Can it be looked up: an ASCII name, or an IPv4 or IPv6 address? */
bool	relay_host_valid(const char *);

#endif
