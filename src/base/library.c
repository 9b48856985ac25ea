/* library.c - functions of a shared library, loaded at the first use */

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "base/util.h"

static void *
library_open(const struct library *l)
{
	void *opened = NULL;
	size_t i;

	for (i = 0; opened == NULL && i < NITEMS(l->soname) &&
	    l->soname[i] != NULL; i++)
		opened = dlopen(l->soname[i], RTLD_LAZY);
	return opened;
}

int
library_load(const struct library *l, void *table, size_t size,
    struct fault *f)
{
	void *opened = library_open(l), *symbol;
	char *found;
	size_t i;

	if (opened == NULL)
		return fault_set(f, ST_TLS, FD_TLS, 0, VD_PERM,
		    "%s cannot be loaded: %s%s", l->title, dlerror(),
		    l->advice);
	found = xcalloc(1, size);
	for (i = 0; i < l->ncalls; i++) {
		if ((symbol = dlsym(opened, l->calls[i].name)) == NULL) {
			free(found);
			return fault_set(f, ST_TLS, FD_TLS, 0, VD_PERM,
			    "%s is too old: %s", l->title, dlerror());
		}
		memcpy(found + l->calls[i].at, &symbol, sizeof(symbol));
	}
	memcpy(table, found, size);
	free(found);
	return 0;
}
