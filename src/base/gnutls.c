/* gnutls.c - the functions of GnuTLS, loaded at the first use */

#include "base/gnutls.h"

#ifdef DLOPEN
#include "base/library.h"
#include "base/util.h"

_Static_assert(sizeof(GNUTLS_SONAME) > 1, "the Makefile did not find GnuTLS");

LIBRARY_NOTE(note, "[{\"feature\":\"tls\",\"description\":\"TLS, and logins "
    "that hash\",\"priority\":\"required\",\"soname\":[\"" GNUTLS_SONAME
    "\"]}]");

struct gnutls gnutls;

int
gnutls_load(struct fault *f)
{
	static const struct library_call calls[] = {
#define ROW(name)	{ "gnutls_" #name, offsetof(struct gnutls, name) },
		GNUTLS_CALLS(ROW)
#undef ROW
	};
	static const struct library library = { .title = "GnuTLS",
	    .soname = { GNUTLS_SONAME }, .advice = "", .calls = calls,
	    .ncalls = NITEMS(calls) };

	return gnutls.init != NULL ? 0 :
	    library_load(&library, &gnutls, sizeof(gnutls), f);
}

#else

struct gnutls gnutls = {
#define ROW(name)	.name = &gnutls_##name,
	GNUTLS_CALLS(ROW)
#undef ROW
};

int
gnutls_load(struct fault *f)
{
	return 0;
}

#endif
