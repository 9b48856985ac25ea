/* dump.h - the settings in force and their origins, as text */

#ifndef CONFIG_DUMP_H
#define CONFIG_DUMP_H

#include "config/config.h"

/*
 * A line "key value # origin" for each row; secrets are not shown.  With
 * brief, no value is that a file sets.
 */
void	config_dump(const struct config *, bool brief, struct buf *);

/*
 * The same as JSON: an object with "settings", and "accounts" of {name,
 * origin, settings}.  A setting is {key, set, value, origin, meaning}; value
 * is null if it is not set or not shown, meaning is null or text.
 */
void	config_dump_json(const struct config *, bool brief, struct buf *);

#endif
