/* session.h - lets smtp/client and net/wire talk until a decision is due */

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
	long long	 timeout;	/* ms for each reply; 0: RFC 5321's */
	long long	 limit;		/* clock_ms() when all ends; 0: never */

	/*
	 * Asked when the relay does not greet: does the port speak TLS from
	 * the start?  NULL: not asked.
	 */
	bool		(*sniff)(void *);
	void		*sniff_ctx;

	long long	 shook;		/* ms that the TLS handshake took */

	/* its own */
	long long	 due;		/* clock_ms() when patience ends */
	unsigned long	 replies;	/* seen when due was set */
	unsigned long long sent;
	bool		 sending;
};

/*
 * Go on until the machine wants what only its owner can give: CLIENT_IDLE,
 * CLIENT_BODY or CLIENT_OVER.  A reply, a handshake and each 64 KiB of what
 * is sent have their time as a whole, however slowly the octets drip.
 */
enum client_want session_until(struct session *);

#endif
