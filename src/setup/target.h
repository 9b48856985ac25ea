/* target.h - where a new configuration goes, and whether it is complete */

#ifndef SETUP_TARGET_H
#define SETUP_TARGET_H

#include "cli/options.h"
#include "config/config.h"

/*
 * The path: of --write, of -C, or the system's file for root and the user's
 * for others.  To be freed; NULL with a fault if there is no home directory.
 */
char	*target_path(const struct options *, const struct config_source *,
	    struct fault *);

/* Is there a file already? */
bool	target_exists(const char *path);

/* Is it a file without any setting, as the package has it? */
bool	target_is_vacant(const char *path);

/*
 * The name that a file gets when it is replaced: PATH.old, PATH.old.1 and so
 * on, the first that is free.  To be freed.
 */
char	*target_old(const char *path);

/*
 * Write the text to a new file that only its owner can read.  If it is the
 * system's, its group can, too, in an installation for all users; in others
 * all users can, if it has no secret.
 * Missing directories are made for the user's own file.  A file that is there
 * is replaced only if replace is set or if it is vacant, and stays as
 * target_old(), which is said.  -1 with a fault.
 */
int	target_write(const char *path, const struct config_source *,
	    const struct buf *text, bool replace, struct fault *);

/* Is it the system's file, with a secret that no group shares? */
bool	target_is_private(const char *path, const struct config_source *,
	    const struct buf *text);

/*
 * In an installation for all users, can its group read the files with the
 * password that the system's file names?  If not, it says so on stdout.
 */
bool	target_group_reads(const char *path, const struct config_source *,
	    const struct buf *text);

/* Say on stdout who can read the system's file, with this text, and send. */
void	target_say_readers(const char *path, const struct config_source *,
	    const struct buf *text);

/*
 * What would a delivery say to this text as a configuration file?  Append a
 * line for each mistake; returns how many.
 */
size_t	target_judge(const char *path, const struct config_source *,
	    const struct buf *text, struct buf *out);

#endif
