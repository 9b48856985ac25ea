/* command.h - -q: runs the queue on request */

#ifndef QUEUE_COMMAND_H
#define QUEUE_COMMAND_H

#include "cli/options.h"
#include "config/config.h"

/*
 * Run the queue once, or every o->interval seconds until SIGTERM or SIGINT.
 * In any mode but MODE_QUEUE_RUN, and if elevated, only messages that are due
 * are tried.
 * Returns the exit status: EX_OK also if nothing could be delivered, or if
 * there is no spool.
 */
int	queue_command(const struct options *, struct config *,
	    const struct config_source *);

#endif
