/* sendmail.h - one message on stdin, from reading it to the exit status */

#ifndef SUBMIT_SENDMAIL_H
#define SUBMIT_SENDMAIL_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Everything `heloise -t` does: split into dispatcher and agent, read the
 * message, deliver or queue it, say what went wrong.  Returns the exit
 * status.  Wipes the password from this process.
 */
int	sendmail_run(const struct options *, struct config *,
	    const struct config_source *);

/* The same where there is no configuration to send with: say why. */
int	sendmail_refuse(const struct options *, struct config *,
	    const struct config_source *, const struct fault *);

#endif
