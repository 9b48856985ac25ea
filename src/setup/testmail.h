/* testmail.h - sends a message to its sender */

#ifndef SETUP_TESTMAIL_H
#define SETUP_TESTMAIL_H

#include "config/config.h"

/*
 * Send a message to this address with the configuration path, in a process
 * of its own, and say what became of it.  0, or an exit status: EX_UNAVAILABLE
 * where the relay refuses it for good.
 */
int	testmail_send(const struct config_source *, const char *path,
	    const char *address);

#endif
