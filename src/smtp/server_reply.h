/* server_reply.h - formats the replies of the server */

#ifndef SMTP_SERVER_REPLY_H
#define SMTP_SERVER_REPLY_H

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

/*
 * Append a reply (RFC 5321, 4.2), with as many lines as the text has or
 * needs.  esc is the enhanced status code (RFC 2034) for lines that do not
 * begin with one of the right class; NULL adds none.
 */
void	server_reply_add(struct buf *, int code, const char *esc,
	    const char *text);

/*
 * Append the refusal of a message.  A relay's reply about the message keeps
 * its code and text.  Other faults become 451, 452 if the spool has no room for
 * it (RFC 5321, 4.2.3), 552 if it is over max-size, or 554 if something else
 * is wrong with it; so does 421, which would end the session with the caller.
 */
void	server_reply_fault(struct buf *, const struct fault *);

/*
 * Append the reply to a whole message: 250 and the words if all recipients
 * have VD_OK.  Else it refuses with the reason of one recipient, and lists
 * the results of the others.  A recipient without a verdict counts as failed.
 */
void	server_reply_verdicts(struct buf *, const struct envelope *,
	    const char *words);

#endif
