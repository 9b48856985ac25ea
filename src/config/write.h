/* write.h - what the environment says, as a configuration file */

#ifndef CONFIG_WRITE_H
#define CONFIG_WRITE_H

#include "config/config.h"

/*
 * Append the lines of a file that says what the environment and the flags
 * have said, secrets too.  -1 with a fault if a file cannot say it.
 */
int config_write_text(const struct config *, struct buf *out, struct fault *);

/*
 * Write them to a file that does not exist yet, which only we can read.
 * *made is false if there is one: it stays as it is.
 */
int	config_write(const struct config *, const char *path, bool *made,
	    struct fault *);

#endif
