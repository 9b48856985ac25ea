/* send.h - one message on stdin, from reading it to the exit status */

#ifndef SEND_H
#define SEND_H

#include "config/config.h"
#include "options.h"

/*
 * Everything `heloise -t` does: split into keeper and courier, read the
 * message, deliver or queue it, say what went wrong.  Returns the exit
 * status.  Wipes the password from this process.
 */
int	send_mail(const struct options *, struct config *,
	    const struct config_source *);

/* The same where there is no configuration to send with: say why. */
int	send_refused(const struct options *, struct config *,
	    const struct config_source *, const struct fault *);

#endif
