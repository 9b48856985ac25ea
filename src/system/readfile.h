/* readfile.h - all of a file, up to a limit */

#ifndef SYSTEM_READFILE_H
#define SYSTEM_READFILE_H

#include <sys/stat.h>

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * Append the content of a file to out; more than out->max is a fault.  *st
 * is the status of the open file.  A pipe or a device is read only if
 * special is set.  The fault's code is an errno.
 */
int	readfile_whole(const char *path, bool special, struct buf *out,
	    struct stat *st, struct fault *);

/*
 * Append the rest of an open file to out.  Returns 0 or an errno, EFBIG if
 * it is more than out->max.
 */
int	readfile_rest(int fd, struct buf *out);

#endif
