/* load.h - files and environment to settings */

#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/config.h"

/*
 * Read the sources: the system's file, the user's, and the environment.
 * All mistakes are collected: on -1 they are in c->mistakes, a line each,
 * and in the fault as many of them as fit.
 */
int	config_load(struct config *, const struct config_source *,
	    struct fault *);

/* Where the user's file is, or would be; to be freed, NULL if unknown. */
char	*config_load_user_path(const struct config_source *);

#endif
