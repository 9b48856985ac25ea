/*
 * jansson.h - the functions of jansson, loaded at the first use
 *
 * jansson.loadb() is json_loadb().  It reads JSON for OAuth; base/json writes
 * JSON for everything else, without a library.
 */

#ifndef BASE_JANSSON_H
#define BASE_JANSSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/fault.h"

/* The list of them: X(loadb) is for json_loadb. */
#define JANSSON_CALLS(X) \
	X(array_get) X(array_size) X(delete) X(dumps) X(integer) \
	X(integer_value) X(loadb) X(number_value) X(object) X(object_get) \
	X(object_set_new) X(set_alloc_funcs) X(string) X(string_value)

/* Their addresses.  Only jansson_load() changes this. */
struct jansson {
#define JANSSON_CALL(name)	__typeof__(json_##name) *name;
	JANSSON_CALLS(JANSSON_CALL)
#undef JANSSON_CALL
};

extern struct jansson jansson;

/*
 * Load jansson unless it is loaded; from then on it wipes what it frees.  To
 * be called before the process loses access to the file system.  -1 with a
 * fault of ST_TOKEN that says which package is missing.
 */
int	jansson_load(struct fault *);

/* An object from its text, or NULL.  jansson_free() frees it, and NULL. */
json_t	*jansson_parse(const char *, size_t);
void	jansson_free(json_t *);

/* The text or the number of a member; NULL or -1 if there is none. */
const char *jansson_text(const json_t *object, const char *key);
long long jansson_number(const json_t *object, const char *key);

/* Set a member; a text that is NULL or not UTF-8 is not set. */
void	jansson_set_text(json_t *object, const char *key, const char *);
void	jansson_set_number(json_t *object, const char *key, long long);

/* Append the text of an object. */
void	jansson_print(const json_t *object, struct buf *out);

#endif
