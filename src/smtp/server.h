/*
 * server.h - the server's side of an SMTP session, without any I/O
 *
 * The caller does what server_step() asks for, and reports it:
 *
 *	SERVER_SEND	write from s->out; server_sent() as it goes
 *	SERVER_RECV	read; server_feed(), or server_eof() at the end
 *	SERVER_BEGIN	a message with the envelope s->env will follow:
 *			server_go() or server_refuse()
 *	SERVER_DATA	s->data holds the next octets of the message until
 *			the next step; server_refuse() to refuse the message
 *	SERVER_END	the message is complete: settle all recipients in
 *			s->env and call server_verdict(), or server_refuse()
 *	SERVER_DROP	the message that began must not be sent
 *	SERVER_OVER	s->lost says whether a transaction was cut off
 *
 * Each server_go() is followed by one SERVER_END or one SERVER_DROP.
 */

#ifndef SMTP_SERVER_H
#define SMTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

#define SERVER_LINE	4096	/* octets of a command, its LF included */
#define SERVER_RCPTS	10000	/* recipients of one message */
#define SERVER_ERRORS	20	/* the last of them ends the session */

enum server_want {
	SERVER_SEND, SERVER_RECV, SERVER_BEGIN, SERVER_DATA, SERVER_END,
	SERVER_DROP, SERVER_OVER
};

/* What the machine does next; private to smtp/server. */
enum server_phase { SP_COMMAND, SP_BEGIN, SP_DATA, SP_END, SP_OVER };

/* Position of the next octet in a line of the message. */
enum server_at { AT_START, AT_DOT, AT_DOT_CR, AT_TEXT };

/* Borrowed until server_release(). */
struct server_opts {
	const char	*hostname;	/* the name of the server */
	const char	*domain;	/* for bare names */
	long long	 max_size;	/* octets of a message; 0 for any */

	/* Can this recipient be used?  0, or -1 with a fault.  Or NULL. */
	int		(*usable)(void *ctx, const char *addr, struct fault *);
	void		*ctx;
};

struct server {
	const struct server_opts *o;
	struct envelope	 env;		/* of the current message */
	struct buf	 data, out;
	bool		 lost;

	/* private to the machine */
	struct buf	 in, refusal;
	size_t		 used;		/* octets of in already read */
	enum server_phase phase;
	unsigned	 errors;	/* since the last message taken */
	bool		 open;		/* MAIL was accepted */
	bool		 named;		/* RCPT was given since */
	bool		 begun;		/* END or DROP must follow */
	bool		 drop;		/* and it is DROP, now */
	bool		 eof;
	bool		 skip;		/* in a line that is too long */
	bool		 crlf;		/* a command has ended in CRLF */
	bool		 refused;	/* the last command was DATA, refused */

	/* the message: its last line end, last octet and size */
	enum server_at	 at;
	bool		 line_crlf, cr;
	long long	 octets;
};

void		 server_init(struct server *, const struct server_opts *);
void		 server_release(struct server *);
enum server_want server_step(struct server *);

/* n octets from the start of s->out were written. */
void		 server_sent(struct server *, size_t n);

/* How many octets server_feed() will take now; not 0 in SERVER_RECV. */
size_t		 server_room(const struct server *);
void		 server_feed(struct server *, const void *, size_t);

/* The client has closed the connection, or its side of it. */
void		 server_eof(struct server *);

/* Accept the message: 354. */
void		 server_go(struct server *);

/*
 * Refuse the whole message by server_reply_fault().  In the middle of it,
 * the reply goes out at its end.
 */
void		 server_refuse(struct server *, const struct fault *);

/* Answer the final dot by the verdicts in s->env: server_reply_verdicts(). */
void		 server_verdict(struct server *, const char *words);

#endif
