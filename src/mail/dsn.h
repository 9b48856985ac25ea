/* dsn.h - the text of a bounce (RFC 3464) */

#ifndef MAIL_DSN_H
#define MAIL_DSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

#define DSN_WHOLE	65536	/* octets: no larger message comes back */
#define DSN_HEADER	65536	/* octets of its header that do */

/* A recipient who did not get the message, and why. */
struct dsn_rcpt {
	const char		*addr;
	const char		*orcpt;		/* "rfc822;xtext", or NULL */
	const struct fault	*why;
	char			*hint;		/* a sentence, or NULL */
};

/*
 * The facts.  All addresses passed addr_check(), host is a name of letters,
 * digits, hyphens and dots.
 */
struct dsn {
	/* The bounce itself: its envelope is from <>, to whom it is for. */
	const char		*to;
	const char		*host;		/* that reports */
	const char		*message_id;	/* unique@host */
	const char		*boundary;	/* it stands in no message */
	time_t			 now;
	long			 utc_offset;	/* seconds ahead of UTC */

	/* What became of the message. */
	time_t			 arrival;	/* when we got it */
	unsigned		 tries;
	const struct dsn_rcpt	*rcpt;
	size_t			 nrcpt;

	/* The message, in wire form. */
	const char		*from;		/* its sender */
	const char		*envid;		/* xtext, or NULL */
	enum ret		 ret;
	uint64_t		 size;		/* octets */
	bool			 eightbit;	/* has octets over 127 */
	const char		*head;		/* its header */
	size_t			 head_len;
};

/*
 * Does the whole message come back?  Then it goes, as it is, between head
 * and tail; else its header is in the head already.  It comes back if it
 * is small, wanted (RFC 3461, 4.3) and given up.
 */
bool	dsn_whole(const struct dsn *);

/*
 * Append the bounce up to the message, and what stands behind it; with the
 * message between they are in wire form.  dsn_head() returns whether all of
 * it has octets over 127.  It takes SMTPUTF8 only to name whom it is for.
 */
bool	dsn_head(struct buf *out, const struct dsn *);
void	dsn_tail(struct buf *out, const struct dsn *);

#endif
