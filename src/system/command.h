/* command.h - the output of a command, bounded and timed */

#ifndef SYSTEM_COMMAND_H
#define SYSTEM_COMMAND_H

#include "base/buf.h"
#include "base/fault.h"

/*
 * Run a command and append what it prints to out, up to out->max.  The line
 * is split at blanks, with no quoting, and no shell is in between: the
 * first word is looked up in PATH.  But what follows "shell:", or "sh -c",
 * is given to /bin/sh as it stands.  Its standard input is empty, all other
 * descriptors are closed, and within ms milliseconds it has ended, or it
 * and the children of its process group are killed.  0, or -1 with a fault
 * of ST_SECRET that has what it said on standard error.
 */
int	command_run(const char *line, long long ms, struct buf *out,
	    struct fault *);

#endif
