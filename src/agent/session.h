/* session.h - connects smtp/client and net/stream until a verdict is due */

#ifndef AGENT_SESSION_H
#define AGENT_SESSION_H

#include "net/stream.h"
#include "smtp/client.h"

struct session {
	struct client	*c;
	struct stream	*w;
	struct tls_opts	 tls;
	bool		 trusted;	/* what client_tls_up() is told */
	bool		 trace;		/* show the dialogue on stderr */

	/*
	 * Wait for the reply to QUIT only for two round trips, 100 to 500
	 * ms; and not at all if the stream's watch has input, or ends and
	 * trace is not set.
	 */
	bool		 hasty;
	long long	 timeout;	/* ms for each reply; 0: RFC 5321's */
	long long	 limit;		/* clock_ms() when all ends; 0: never */

	/*
	 * Called if there is no greeting: does the port speak TLS from the
	 * start?  NULL: not called.
	 */
	bool		(*sniff)(void *);
	void		*sniff_ctx;

	long long	 shook;		/* ms that the TLS handshake took */

	/* internal */
	long long	 due;		/* clock_ms() of the timeout */
	unsigned long	 replies;	/* seen when due was set */
	unsigned long	 settled;	/* messages that the caller knows of */
	unsigned long long sent;
	bool		 sending;
};

/*
 * Go on until the client wants what only the caller can give: CLIENT_IDLE,
 * CLIENT_BODY or CLIENT_OVER.  Also return as soon as a message is over,
 * with whatever the client wants then.  The timeout is for a whole reply, a
 * whole handshake, or each 64 KiB sent, however slowly single octets come.
 */
enum client_want session_until(struct session *);

#endif
