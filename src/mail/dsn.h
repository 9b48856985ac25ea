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

#define DSN_WHOLE	65536	/* octets of a message that is returned */
#define DSN_HEADER	65536	/* octets of a header that is returned */

/* A recipient that did not get the message, and the reason. */
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
	/* The bounce; the sender of its envelope is <>. */
	const char		*to;
	const char		*host;		/* the reporting host */
	const char		*message_id;	/* unique@host */
	const char		*boundary;	/* occurs in no message */
	time_t			 now;
	long			 utc_offset;	/* seconds ahead of UTC */

	/* The delivery of the message. */
	time_t			 arrival;	/* when it was submitted */
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
 * Is the whole message returned?  Then it goes unchanged between head and
 * tail; else its header is in the head.  It is returned if it is small and
 * the sender did not ask for RET=HDRS (RFC 3461, 4.3).
 */
bool	dsn_whole(const struct dsn *);

/*
 * Append the bounce before and after the message; with the message between
 * them they are in wire form.  dsn_head() returns whether the bounce has
 * octets over 127.  Only the address to may need SMTPUTF8.
 */
bool	dsn_head(struct buf *out, const struct dsn *);
void	dsn_tail(struct buf *out, const struct dsn *);

#endif
