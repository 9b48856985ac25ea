/* command.h - the output of a command, bounded and timed */

#ifndef SYSTEM_COMMAND_H
#define SYSTEM_COMMAND_H

#include "base/buf.h"
#include "base/fault.h"

/*
 * Run a command and append its standard output to out, up to out->max.  The
 * line is split at blanks, without quoting and without a shell; the first
 * word is searched in PATH.  Text after "shell:", or "sh -c", goes to
 * /bin/sh unchanged.  It runs in the directory /.  Its standard input is
 * empty, and all other descriptors are closed.  After ms milliseconds the
 * command and the children in its process group are killed.  0, or -1 with a
 * fault of ST_SECRET that holds its standard error.  said, if not NULL, gets
 * its standard error, too.
 */
int	command_run(const char *line, long long ms, struct buf *out,
	    struct buf *said, struct fault *);

#endif
