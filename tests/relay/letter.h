/* letter.h - a message on its way into the store, and its envelope */

#ifndef RELAY_LETTER_H
#define RELAY_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "conn.h"

/*
 * DIR/N.msg holds the message as it came, less the dots of RFC 5321 4.5.2,
 * and DIR/N.env lines: "helo NAME", "tls TLS1.3", "user NAME" ("-" where
 * there is none), then the MAIL and RCPT commands that were accepted.  The
 * .msg appears last, and whole.
 */
struct letter {
	const char	*dir;		/* NULL: nothing is kept */
	_Atomic unsigned long *last;	/* number used last, by any process */
	struct buf	 helo;
	struct buf	 user;
	struct buf	 env;		/* MAIL and RCPT */
	size_t		 rcpts;
	FILE		*fp;		/* NULL: not begun, or not kept */
	bool		 begun;
	bool		 eightbit;
	size_t		 size;		/* octets so far */
	char		 tmp[4096];
};

void	letter_init(struct letter *, const char *dir,
	    _Atomic unsigned long *last);
void	letter_release(struct letter *);

/* One of the commands that make the envelope. */
void	letter_note(struct letter *, const struct buf *line);

/* Take the body: to CRLF.CRLF; or n octets.  False if cut short. */
bool	letter_data(struct letter *, struct conn *);
bool	letter_octets(struct letter *, struct conn *, size_t n);

/* Into the store; returns its number there, 0 if nothing is kept. */
unsigned long letter_commit(struct letter *, const struct conn *);

/* Forget message and envelope, but not who is speaking. */
void	letter_drop(struct letter *);

#endif
