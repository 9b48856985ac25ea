/* library.h - functions of a shared library, loaded at the first use */

#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * ldd(1) cannot see a library that is loaded by dlopen(3), so a note names it
 * for packagers: "ELF dlopen metadata" of the UAPI group.  text is a string
 * literal, a JSON array.
 */
#define LIBRARY_NOTE(name, text) \
	static const struct { \
		uint32_t	owner_size, size, type; \
		char		owner[4]; \
		_Alignas(uint32_t) char json[sizeof(text)]; \
	} name __attribute__((__used__, __section__(".note.dlopen"), \
	    __aligned__(sizeof(uint32_t)))) = { \
		.owner_size = 4, .size = sizeof(text), .type = 0x407c0c0a, \
		.owner = "FDO", .json = text, \
	}

/* A function of the library, and the offset of its pointer in a table. */
struct library_call {
	const char	*name;
	size_t		 at;
};

struct library {
	const char	*title;		/* "GnuTLS" */
	const char	*soname[3];	/* the first that is there is used */
	const char	*advice;	/* "; install ...", or "" */
	const struct library_call *calls;
	size_t		 ncalls;
};

/*
 * Load it and fill the table of size octets.  -1 with a fault of ST_TLS if
 * the library is missing or has not all of the functions; the table is then
 * unchanged.
 */
int	library_load(const struct library *, void *table, size_t size,
	    struct fault *);

#endif
