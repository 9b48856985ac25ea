/* transport.h - from settings to a connection, and what a client needs on it */

#ifndef AGENT_TRANSPORT_H
#define AGENT_TRANSPORT_H

#include "agent/route.h"
#include "agent/session.h"
#include "config/setting.h"
#include "net/connect.h"
#include "report/conninfo.h"
#include "smtp/heloname.h"

/*
 * The way to one relay.  The steps are taken in their order; who walks it
 * reads it, and runs session and client on the wire that is open then.
 */
struct transport {
	const struct settings *set;	/* borrowed, as all below */
	const char	*fqdn;		/* the host's name, or NULL */
	struct route	 route;
	char		 what[FAULT_WHAT];	/* "relay.example.org:587" */
	struct client_opts client;
	struct session	 session;
	struct trust	*trust;
	struct connection connection;
	struct stream	 stream;
	char		 helo[HELONAME_MAX], why[HELONAME_WHY];
	long long	 limit;		/* clock_ms() when all ends; 0: never */
};

/* Whom to talk to and how, and the certificates that TLS will need. */
int	transport_prepare(struct transport *, const struct settings *,
	    const char *fqdn, struct fault *);

/* Look up the relay; after this the file system is not needed any more. */
int	transport_locate(struct transport *, struct fault *);

/* The HELO name for this sender; the local end's address may be not known. */
void	transport_introduce(struct transport *, const char *sender);

/* Connect to the first of the addresses that answers. */
int	transport_open(struct transport *, const char *sender, struct fault *);

/* Or go on with this connection. */
void	transport_adopt(struct transport *, const struct connection *,
	    const char *sender);
void	transport_release(struct transport *);

/* Now, or so many seconds from now, but not after all ends. */
long long transport_within(const struct transport *, long long seconds);

/* What is known now; the client may be NULL if there was none yet. */
void	transport_describe(const struct transport *, const struct client *,
	    struct conninfo *);

#endif
