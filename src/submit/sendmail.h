/* sendmail.h - one message on stdin, from reading it to the exit status */

#ifndef SUBMIT_SENDMAIL_H
#define SUBMIT_SENDMAIL_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Everything that `heloise -t` does: start the agent, read the message,
 * deliver or queue it, report faults.  Returns the exit status.  Wipes all
 * passwords from this process.
 */
int	sendmail_run(const struct options *, struct config *,
	    const struct config_source *);

/* In its place when the configuration cannot be used: report the fault. */
int	sendmail_refuse(const struct options *, struct config *,
	    const struct config_source *, const struct fault *);

#endif
