/* write.h - settings of environment and flags, as a configuration file */

#ifndef CONFIG_WRITE_H
#define CONFIG_WRITE_H

#include "config/config.h"

/*
 * Append lines of a file with the settings of environment and flags, also
 * secrets.  -1 with a fault if a file cannot hold one of them.
 */
int config_write_text(const struct config *, struct buf *out, struct fault *);

/*
 * Write them to a new file that only this user can read.  *made is false if
 * the file exists already: it stays as it is.
 */
int	config_write(const struct config *, const char *path, bool *made,
	    struct fault *);

#endif
