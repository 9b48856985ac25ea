/* receive.h - -bs: the messages of an SMTP dialogue on stdin and stdout */

#ifndef RECEIVE_H
#define RECEIVE_H

#include "config/config.h"
#include "options.h"

/*
 * What send_mail() does, for each message of the dialogue.  Returns the
 * exit status.  Wipes the password from this process.
 */
int	receive_smtp(const struct options *, struct config *,
	    const struct config_source *);

#endif
