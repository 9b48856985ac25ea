/*
 * server.h - the server's side of an SMTP session, without any I/O
 *
 * The caller asks server_step() what is wanted, does it, and says so:
 *
 *	SERVER_SEND	write from s->out; server_sent() as it goes
 *	SERVER_RECV	read; server_feed(), or server_eof() at the end
 *	SERVER_BEGIN	a message with the envelope s->env is about to come:
 *			server_go() or server_refuse()
 *	SERVER_DATA	s->data holds the next octets of the message until
 *			the next step; server_refuse() if they are unwanted
 *	SERVER_END	all of it has come: settle everyone in s->env and
 *			call server_verdict(), or server_refuse()
 *	SERVER_DROP	the message that began is not to be sent
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

/* What the machine itself does next; only smtp/server looks. */
enum server_phase { SP_COMMAND, SP_BEGIN, SP_DATA, SP_END, SP_OVER };

/* Where in a line of the message the next octet stands. */
enum server_at { AT_START, AT_DOT, AT_DOT_CR, AT_TEXT };

/* Borrowed until server_release(). */
struct server_opts {
	const char	*hostname;	/* how we call ourselves */
	const char	*domain;	/* for bare names */
	long long	 max_size;	/* octets of a message; 0 for any */
};

struct server {
	const struct server_opts *o;
	struct envelope	 env;		/* of the message in hand */
	struct buf	 data, out;
	bool		 lost;

	/* the machine's own */
	struct buf	 in, refusal;
	size_t		 used;		/* octets of in that are done with */
	enum server_phase phase;
	unsigned	 errors;	/* since the last message taken */
	bool		 hello;		/* EHLO or HELO was heard */
	bool		 open;		/* MAIL was accepted */
	bool		 named;		/* RCPT was heard since */
	bool		 begun;		/* END or DROP is still owed */
	bool		 drop;		/* and DROP is due */
	bool		 eof;
	bool		 skip;		/* in a line that is too long */
	bool		 crlf;		/* a command has ended in CRLF */
	bool		 waits;		/* DATA was refused just now */

	/* the message: its last line end, last octet and size */
	enum server_at	 at;
	bool		 line_crlf, cr;
	long long	 octets;
};

void		 server_init(struct server *, const struct server_opts *);
void		 server_release(struct server *);
enum server_want server_step(struct server *);

/* n octets from the start of s->out are on their way. */
void		 server_sent(struct server *, size_t n);

/* How many octets server_feed() will take now; not 0 in SERVER_RECV. */
size_t		 server_room(const struct server *);
void		 server_feed(struct server *, const void *, size_t);

/* The client is gone, or will say no more. */
void		 server_eof(struct server *);

/* Let the message come. */
void		 server_go(struct server *);

/*
 * Refuse the message as a whole, with what server_reply_fault() makes of it; in
 * the middle of it the client hears so at its end.
 */
void		 server_refuse(struct server *, const struct fault *);

/* Answer the final dot by the verdicts in s->env: server_reply_verdicts(). */
void		 server_verdict(struct server *, const char *words);

#endif
