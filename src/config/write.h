/* write.h - settings of environment and flags, as a configuration file */

#ifndef CONFIG_WRITE_H
#define CONFIG_WRITE_H

#include "config/config.h"

/*
 * Write the settings of environment and flags, also secrets, to a new file
 * that only this user can read.  *made is false if the file exists already:
 * it stays as it is.  -1 with a fault, also if a file cannot hold a setting or
 * there is none to write.
 */
int	config_write(const struct config *, const char *path, bool *made,
	    struct fault *);

#endif
