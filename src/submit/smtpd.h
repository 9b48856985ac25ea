/* smtpd.h - -bs: the messages of an SMTP dialogue on stdin and stdout */

#ifndef SUBMIT_SMTPD_H
#define SUBMIT_SMTPD_H

#include "cli/options.h"
#include "config/config.h"

/*
 * The same as sendmail_run(), for each message of the dialogue.  Returns
 * the exit status.  Wipes all passwords from this process.
 */
int	smtpd_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
