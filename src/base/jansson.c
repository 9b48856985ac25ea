/* jansson.c - the functions of jansson, loaded at the first use */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/jansson.h"
#include "base/util.h"

#ifdef DLOPEN
#include "base/library.h"

_Static_assert(sizeof(JANSSON_SONAME) > 1,
    "the Makefile did not find jansson");

LIBRARY_NOTE(note, "[{\"feature\":\"oauth\",\"description\":\"OAuth 2.0: reads "
    "what the provider answers\",\"priority\":\"suggested\",\"soname\":[\""
    JANSSON_SONAME "\"]}]");

struct jansson jansson;

static int
jansson_find(struct fault *f)
{
	static const struct library_call calls[] = {
#define ROW(name)	{ "json_" #name, offsetof(struct jansson, name) },
		JANSSON_CALLS(ROW)
#undef ROW
	};
	static const struct library library = { .title = "jansson",
	    .soname = { JANSSON_SONAME },
	    .advice = "; OAuth needs it: install the package libjansson4 "
	    "(Debian, Ubuntu) or jansson (Fedora, Alpine, Arch)",
	    .calls = calls, .ncalls = NITEMS(calls) };

	return jansson.loadb != NULL ? 0 :
	    library_load(&library, &jansson, sizeof(jansson), f);
}

#else

struct jansson jansson = {
#define ROW(name)	.name = &json_##name,
	JANSSON_CALLS(ROW)
#undef ROW
};

static int
jansson_find(struct fault *f)
{
	return 0;
}

#endif

/* The texts are tokens. */
static void
jansson_wipe(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

int
jansson_load(struct fault *f)
{
	if (jansson_find(f) == -1) {
		f->stage = ST_TOKEN;
		return -1;
	}
	jansson.set_alloc_funcs(xmalloc, jansson_wipe);
	return 0;
}

json_t *
jansson_parse(const char *p, size_t n)
{
	json_error_t why;
	json_t *j = jansson.loadb(p, n, JSON_REJECT_DUPLICATES, &why);

	if (j != NULL && json_is_object(j))
		return j;
	jansson_free(j);
	return NULL;
}

void
jansson_free(json_t *j)
{
	if (j != NULL && j->refcount != (size_t)-1 && --j->refcount == 0)
		jansson.delete(j);
}

const char *
jansson_text(const json_t *object, const char *key)
{
	return jansson.string_value(jansson.object_get(object, key));
}

long long
jansson_number(const json_t *object, const char *key)
{
	const json_t *j = jansson.object_get(object, key);
	double d;

	if (j != NULL && json_is_integer(j))
		return jansson.integer_value(j);
	/* Some servers send "3600", or 3600.0. */
	d = j != NULL && json_is_string(j) ?
	    strtod(jansson.string_value(j), NULL) :
	    j != NULL && json_is_number(j) ? jansson.number_value(j) : -1;
	return d >= 0 && d < 1e15 ? (long long)d : -1;
}

void
jansson_set_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		(void)jansson.object_set_new(object, key,
		    jansson.string(text));
}

void
jansson_set_number(json_t *object, const char *key, long long n)
{
	(void)jansson.object_set_new(object, key, jansson.integer(n));
}

void
jansson_print(const json_t *object, struct buf *out)
{
	char *text = jansson.dumps(object, JSON_INDENT(1) |
	    JSON_PRESERVE_ORDER);

	if (text != NULL)
		buf_adds(out, text);
	jansson_wipe(text);
}
