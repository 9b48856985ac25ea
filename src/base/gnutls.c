/* gnutls.c - the functions of GnuTLS, loaded at the first use */

#include "base/gnutls.h"

#ifdef DLOPEN
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/util.h"

_Static_assert(sizeof(GNUTLS_SONAME) > 1, "the Makefile did not find GnuTLS");

#define JSON "[{\"feature\":\"tls\",\"description\":\"TLS, and logins that " \
	"hash\",\"priority\":\"required\",\"soname\":[\"" GNUTLS_SONAME "\"]}]"

/*
 * ldd(1) cannot see this library, so a note names it for packagers: "ELF
 * dlopen metadata" of the UAPI group.
 */
static const struct {
	uint32_t	owner_size, size, type;
	char		owner[4];
	_Alignas(uint32_t) char json[sizeof(JSON)];
} note __attribute__((__used__, __section__(".note.dlopen"),
    __aligned__(sizeof(uint32_t)))) = {
	.owner_size = 4, .size = sizeof(JSON), .type = 0x407c0c0a,
	.owner = "FDO", .json = JSON,
};

struct gnutls gnutls;

int
gnutls_load(struct fault *f)
{
	static const struct { const char *name; size_t at; } calls[] = {
#define ROW(name)	{ "gnutls_" #name, offsetof(struct gnutls, name) },
		GNUTLS_CALLS(ROW)
#undef ROW
	};
	struct gnutls found;
	void *library, *symbol;
	size_t i;

	if (gnutls.init != NULL)
		return 0;
	if ((library = dlopen(GNUTLS_SONAME, RTLD_LAZY)) == NULL)
		return fault_set(f, ST_TLS, FD_TLS, 0, VD_PERM,
		    "GnuTLS cannot be loaded: %s", dlerror());
	for (i = 0; i < NITEMS(calls); i++) {
		if ((symbol = dlsym(library, calls[i].name)) == NULL)
			return fault_set(f, ST_TLS, FD_TLS, 0, VD_PERM,
			    "GnuTLS is too old: %s", dlerror());
		memcpy((char *)&found + calls[i].at, &symbol, sizeof(symbol));
	}
	gnutls = found;
	return 0;
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
