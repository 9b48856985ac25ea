/* file.h - the aliases file, and the files it includes */

#ifndef ALIAS_FILE_H
#define ALIAS_FILE_H

#include <sys/types.h>

#include "alias/lookup.h"
#include "base/buf.h"
#include "base/fault.h"

#define ALIAS_FILE_MAX	16777216	/* octets of the aliases file */

/*
 * Read an aliases file: a regular file that is not writable for others.
 * Mistakes in its text are no fault, see aliases_parse().  *owner becomes
 * its owner.  The fault's code is an errno, ENOENT if there is no such file.
 */
int	alias_file_load(struct aliases *, const char *path, uid_t *owner,
	    struct buf *mistakes, struct fault *);

/*
 * The include function of alias_opts; ctx is the uid_t of the owner.  A
 * file must be regular, with one hard link, and its name no symbolic link.
 * Links among its directories must belong to root or that user.  It must
 * belong to that user and not be writable for group or others.
 */
int	alias_file_include(void *ctx, const char *path, struct buf *out,
	    struct fault *);

#endif
