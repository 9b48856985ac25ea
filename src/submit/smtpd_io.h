/* smtpd_io.h - -bs: drives smtp/server over two descriptors */

#ifndef SUBMIT_SMTPD_IO_H
#define SUBMIT_SMTPD_IO_H

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"
#include "smtp/server.h"

/*
 * Called for each message.  The functions return 0, or -1 with a fault for
 * the reply.  After begin() has returned 0, exactly one end() or
 * drop() follows, also after data() has failed.  The envelope stays where
 * it is until then; the SMTP machine releases it.
 */
struct smtpd_io_work {
	/* A message begins.  All addresses of the envelope have domains. */
	int	(*begin)(void *, struct envelope *, struct fault *);

	/* The next octets of it, as the client sent them. */
	int	(*data)(void *, const char *, size_t, struct fault *);

	/*
	 * The message is complete: deliver or queue it.  Settle every
	 * recipient of the envelope: VD_OK if it has the message or the
	 * queue has it for that recipient.  Append the text of the reply
	 * for the case that all are VD_OK.
	 */
	int	(*end)(void *, struct buf *text, struct fault *);

	/* Do not send it: the client left, or the reply was a refusal. */
	void	(*drop)(void *);
	void	*ctx;

	/* ms without an octet until the dialogue ends with 421; 0: never */
	int	 idle;
};

/*
 * Hold a dialogue from its greeting to its end.  Returns an exit status:
 * EX_TEMPFAIL if the client left in the middle of a transaction or did not
 * read its replies.  A complete message is delivered all the same.  SIGPIPE
 * must be ignored.
 */
int	smtpd_io_run(int in, int out, const struct server_opts *,
	    const struct smtpd_io_work *);

#endif
