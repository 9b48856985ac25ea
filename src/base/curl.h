/*
 * curl.h - the functions of libcurl, loaded at the first use
 *
 * curl.easy_init() is curl_easy_init().  Only OAuth needs it.
 */

#ifndef BASE_CURL_H
#define BASE_CURL_H

#include <curl/curl.h>

#include "base/fault.h"

/* The list of them: X(easy_init) is for curl_easy_init. */
#define CURL_CALLS(X) \
	X(easy_cleanup) X(easy_escape) X(easy_getinfo) X(easy_init) \
	X(easy_perform) X(easy_setopt) X(easy_strerror) X(easy_unescape) \
	X(free) X(getdate) X(global_init) X(slist_append) X(slist_free_all) \
	X(url) X(url_cleanup) X(url_get) X(url_set)

/* Their addresses.  Only curl_load() changes this. */
struct curl {
#define CURL_CALL(name)	__typeof__(curl_##name) *name;
	CURL_CALLS(CURL_CALL)
#undef CURL_CALL
};

extern struct curl curl;

/*
 * Load libcurl unless it is loaded, and initialise it.  To be called before
 * any function of it and before the process loses access to the file system.
 * -1 with a fault of ST_TOKEN that says which package is missing.
 */
int	curl_load(struct fault *);

#endif
