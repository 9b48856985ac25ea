/* value.h - the value of a setting: read, shown and copied by its row */

#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/setting.h"

/*
 * Parse value and store it in s, if s is not NULL; a value of a list is
 * added to those in s.  If it is wrong, return false and append to why the
 * expected form ("expected yes or no"), and whether quotes or a comment are
 * the cause.  It never has the value itself, which may be a password in the
 * wrong place.
 */
bool	value_set(const struct setting *, struct settings *s,
	    const char *value, struct buf *why);

/* Copy the value of this row, with its strings. */
void	value_copy(const struct setting *, struct settings *to,
	    const struct settings *from);

/* Back to the built-in value. */
void	value_reset(const struct setting *, struct settings *);

/* Append the value as in a file; "(set)" if it is a secret. */
void	value_show(const struct setting *, const struct settings *,
	    struct buf *);

/*
 * Is this the value of the row with this key, as value_show() writes it, or
 * a word of its list?  With NULL: is it set to anything?  False if there is no
 * such row.
 */
bool	value_is(const struct settings *, const char *key,
	    const char *value);

/* A text, path or list as it is, also a secret; NULL if it is not set. */
const char *value_text(const struct setting *, const struct settings *);

/* All settings: built in, and freed. */
void	values_init(struct settings *);
void	values_release(struct settings *);

#endif
