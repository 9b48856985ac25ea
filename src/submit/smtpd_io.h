/* smtpd_io.h - -bs: drives smtp/server over two descriptors */

#ifndef SUBMIT_SMTPD_IO_H
#define SUBMIT_SMTPD_IO_H

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"
#include "smtp/server.h"

/*
 * What becomes of the messages.  The functions return 0, or -1 with a
 * fault that is told to the client; a message that begin() took ends with
 * one end() or one drop(), whatever end() or data() returned.  The envelope
 * stays where it is until then, and is the machine's to release.
 */
struct smtpd_io_work {
	/* A message is about to come.  Its domains and names are whole. */
	int	(*begin)(void *, struct envelope *, struct fault *);

	/* The next octets of it, as the client has them. */
	int	(*data)(void *, const char *, size_t, struct fault *);

	/*
	 * That was all: deliver or queue it, settle everyone in the
	 * envelope (VD_OK is whoever got it or will get it from the queue)
	 * and add what the client should hear when that is everyone.
	 */
	int	(*end)(void *, struct buf *words, struct fault *);

	/* It is not to be sent: the client is gone, or was told so. */
	void	(*drop)(void *);
	void	*ctx;
};

/*
 * Hold a dialogue from its greeting to its end.  Returns an exit status:
 * EX_TEMPFAIL if the client left in the middle of a transaction or did not
 * take its replies.  A message that has come whole is delivered all the
 * same.  SIGPIPE must be ignored.
 */
int	smtpd_io_run(int in, int out, const struct server_opts *,
	    const struct smtpd_io_work *);

#endif
