/* send.h - a submission, from reading it to the exit status */

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

/* -bs: the same for each message of an SMTP dialogue on stdin and stdout. */
int	send_smtp(const struct options *, struct config *,
	    const struct config_source *);

/* What the spool's path is; to be freed by the caller, NULL if unknown. */
char	*send_spool_path(const struct settings *,
	    const struct config_source *);

#endif
