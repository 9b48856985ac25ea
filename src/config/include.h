/* include.h - the files that a line `include` names */

#ifndef CONFIG_INCLUDE_H
#define CONFIG_INCLUDE_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/* Does it hold one of "*?["? */
bool	include_is_pattern(const char *path);

struct include_list {
	char		**path;		/* by their names */
	size_t		 n;
};

/*
 * The files: path itself, or if it is a pattern, those that match it;
 * these may be none, but a directory that cannot be read is a fault of
 * ST_CONFIG.  The list is to be released in any case.
 */
int	include_find(struct include_list *, const char *path, struct fault *);
void	include_release(struct include_list *);

/*
 * Why this file is not safe for privileges that the caller does not have, and
 * what to do: others than root can change it or put another one in its place.
 * NULL: it is safe; else to be freed.  st is the status of the open file.
 */
char	*include_unsafe(const char *path, const struct stat *);

/* Does the file, or a directory above it, belong to another user than root? */
bool	include_foreign(const char *path, const struct stat *);

#endif
