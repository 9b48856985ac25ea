/* groupread.h - can the members of a group read a file? */

#ifndef ADMIN_GROUPREAD_H
#define ADMIN_GROUPREAD_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/buf.h"

/*
 * Can a process read the file, if it belongs to root's users in nothing but
 * this group?  False, and a line without its end is appended: what shuts it
 * out, and a command for root.  A file that does not exist is no matter.
 */
bool	groupread_can(const char *path, gid_t, struct buf *why);

#endif
