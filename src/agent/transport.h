/* transport.h - the connection to a relay, as the settings say */

#ifndef AGENT_TRANSPORT_H
#define AGENT_TRANSPORT_H

#include "agent/route.h"
#include "agent/session.h"
#include "config/setting.h"
#include "net/connect.h"
#include "report/conninfo.h"
#include "smtp/heloname.h"

/*
 * A connection to a relay.  The functions are called in their order; then
 * the caller runs session and client on the open stream.
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
	char		 clear[256];	/* why TLS was given up, or "" */
	char		 helo[HELONAME_MAX], why[HELONAME_WHY];
	long long	 limit;		/* clock_ms() when all ends; 0: never */
	long long	 connecting;	/* ms of connect-timeout used */
};

/* Read the settings and load the certificates that TLS will need. */
int	transport_prepare(struct transport *, const struct settings *,
	    const char *fqdn, struct fault *);

/*
 * Look up the relay, within `connect-timeout` and until limit (clock_ms(); 0
 * is never); after this the file system is not needed any more.
 */
int	transport_locate(struct transport *, long long limit, struct fault *);

/* Choose the HELO name for this sender, before or after connecting. */
void	transport_introduce(struct transport *, const char *sender);

/* A try begins, after so many failed ones: see route_begin(). */
void	transport_begin(struct transport *, unsigned tries);

/*
 * Connect to the first of the addresses left that answers.  Until
 * transport_ready() its session has only its share of the time to the limit,
 * so that some is left for the others.
 */
int	transport_open(struct transport *, const char *sender, struct fault *);

/* The session is ready for a message: the address is good. */
void	transport_ready(struct transport *);

/*
 * The session ended with this fault and without a message.  true: close the
 * stream, and transport_open() tries another address.  false: the fault
 * tells of all addresses that failed in this try.
 */
bool	transport_next(struct transport *, struct fault *);

/* In its place: use this connection, which is open. */
void	transport_adopt(struct transport *, const struct connection *,
	    const char *sender);
void	transport_release(struct transport *);

/*
 * After a session that failed: was its TLS opportunistic and to blame, and is
 * there neither a login nor a pin to protect?  Then later connections use no
 * TLS, transport_describe() says why, and the caller should try again.
 */
bool	transport_give_up_tls(struct transport *, const struct client *);

/* The deadline: so many seconds from now, but not after limit. */
long long transport_within(const struct transport *, long long seconds);

/* What is known of the connection; client: NULL before there is one. */
void	transport_describe(const struct transport *, const struct client *,
	    struct conninfo *);

#endif
