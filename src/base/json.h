/* json.h - JSON (RFC 8259), written */

#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>

#include "base/buf.h"

/* Append text as a string, printable; NULL as null. */
void	json_string(struct buf *, const char *);

/*
 * Append a member of an object, or with key NULL an element of an array,
 * after a comma unless it is the first there.
 */
void	json_text(struct buf *, const char *key, const char *value);
void	json_number(struct buf *, const char *key, long long);
void	json_bool(struct buf *, const char *key, bool);
void	json_null(struct buf *, const char *key);

/* The same up to its value, which is to follow: "[" or "{", say. */
void	json_key(struct buf *, const char *key);

#endif
