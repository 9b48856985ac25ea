/* server_reply.h - the replies that we give, as octets for the wire */

#ifndef SMTP_SERVER_REPLY_H
#define SMTP_SERVER_REPLY_H

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

/*
 * Append a reply (RFC 5321, 4.2), with as many lines as the text has or
 * needs.  esc is the enhanced status code (RFC 2034) for lines that do not
 * begin with one of the right class, or NULL for none at all.
 */
void server_reply_add(struct buf *, int code, const char *esc, const char
    *text);

/*
 * Append the refusal of a message.  What the relay said of it goes on as it
 * was said, with its code; anything else is 451, or 554 where the message
 * itself is at fault.  So is a 421, which would speak of our own session.
 */
void	server_reply_fault(struct buf *, const struct fault *);

/*
 * Append the answer to a whole message: 250 and the words if everyone has
 * VD_OK; else the refusal of one who has not, and who else got it or not.
 * Who is not done did not get it.
 */
void	server_reply_verdicts(struct buf *, const struct envelope *,
	    const char *words);

#endif
