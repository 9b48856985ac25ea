/* json.h - write JSON (RFC 8259) */

#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Append text as a printable string; NULL as null.  Exported for the tests.
 */
void	json_quote(struct buf *, const char *);

/*
 * Append a member of an object, or with key NULL an element of an array,
 * with a comma before it unless it is the first.
 */
void	json_text(struct buf *, const char *key, const char *value);
void	json_number(struct buf *, const char *key, long long);
void	json_bool(struct buf *, const char *key, bool);
void	json_none(struct buf *, const char *key);

/* The same up to the value; the caller appends that, such as "[" or "{". */
void	json_key(struct buf *, const char *key);

#endif
