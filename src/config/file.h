/* file.h - the lines of a configuration file */

#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <sys/stat.h>

#include "config/config.h"

#define CONFIG_FILE_LINE 65536 /* octets of a line at most, without its end */
#define CONFIG_FILE_MAX	1048576	/* octets of a file at most */

/*
 * Read a file; "~/" is in home (NULL if unknown).  Adds mistakes to
 * c->mistakes.  Returns whether there was a file; a missing one is a mistake
 * only if it is src->file.
 */
bool	config_file_load(struct config *c, const struct config_source *src,
	    enum config_level, const char *path, const char *home);

/*
 * Read text[0..n), the content of that file.  Returns whether one of the
 * lines sets a secret.  Exported for the tests.
 */
bool	config_file_text(struct config *, enum config_level, const char *file,
	    const char *home, const char *text, size_t n);

#endif
