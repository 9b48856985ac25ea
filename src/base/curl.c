/* curl.c - the functions of libcurl, loaded at the first use */

#include "base/curl.h"

#ifdef DLOPEN
#include "base/library.h"
#include "base/util.h"

_Static_assert(sizeof(CURL_SONAME) > 1, "the Makefile did not find libcurl");

/* Debian has the flavour of GnuTLS under a name of its own. */
#define OTHER	"libcurl.so.4"

LIBRARY_NOTE(note, "[{\"feature\":\"oauth\",\"description\":\"OAuth 2.0: asks "
    "the provider for access tokens\",\"priority\":\"suggested\",\"soname\":"
    "[\"" CURL_SONAME "\",\"" OTHER "\"]}]");

struct curl curl;

static int
curl_find(struct fault *f)
{
	static const struct library_call calls[] = {
#define ROW(name)	{ "curl_" #name, offsetof(struct curl, name) },
		CURL_CALLS(ROW)
#undef ROW
	};
	static const struct library library = { .title = "libcurl",
	    .soname = { CURL_SONAME, OTHER, "libcurl-gnutls.so.4" },
	    .advice = "; OAuth needs it: install the package "
	    "libcurl3-gnutls (Debian 12, Ubuntu 22.04), libcurl3t64-gnutls "
	    "(later), libcurl (Fedora, Alpine) or curl (Arch)",
	    .calls = calls, .ncalls = NITEMS(calls) };

	return curl.easy_init != NULL ? 0 :
	    library_load(&library, &curl, sizeof(curl), f);
}

#else

struct curl curl = {
#define ROW(name)	.name = &curl_##name,
	CURL_CALLS(ROW)
#undef ROW
};

static int
curl_find(struct fault *f)
{
	return 0;
}

#endif

int
curl_load(struct fault *f)
{
	if (curl_find(f) == -1) {
		f->stage = ST_TOKEN;
		return -1;
	}
	if (curl.global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "libcurl cannot start");
	return 0;
}
