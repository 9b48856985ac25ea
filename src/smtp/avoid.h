/* avoid.h - extensions that a relay offers and does not keep */

#ifndef SMTP_AVOID_H
#define SMTP_AVOID_H

#include "smtp/client_state.h"

/* Those that a message can go without. */
#define AVOID_ALL	(CAP_CHUNKING | CAP_PIPELINING | CAP_SIZE | \
			CAP_8BITMIME | CAP_DSN | CAP_SMTPUTF8)

/*
 * The CAP_* that the words of a list mean, such as "chunking dsn"; 0 if a
 * word is none of them.
 */
unsigned avoid_parse(const char *list);

/* Append the words of a set, blanks between. */
void	 avoid_words(unsigned, struct buf *);

/* What to do about a recipient that did not get a message. */
struct avoid {
	unsigned	bit;	/* the CAP_* to do without, or 0 */
	bool		again;	/* the relay cannot have the message: resend */
	bool		anew;	/* the state is not known: reconnect first */
};

/* m is over, and has the verdict f for a recipient. */
struct avoid avoid_advise(const struct client_mail *m, const struct fault *f);

#endif
