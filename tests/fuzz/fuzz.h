/* fuzz.h - what all fuzzers share: a check that ends the run, JSON, text */

#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "broken: %s (%s:%d)\n", #x, __FILE__,	\
		    __LINE__);						\
		abort();						\
	}								\
} while (0)

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Controls end the run; LF and TAB too, unless lines is set. */
static inline void
check_printable(const char *p, size_t n, bool lines)
{
	size_t i;

	for (i = 0; i < n; i++)
		CHECK((unsigned char)p[i] >= ' ' ? p[i] != 127 :
		    lines && (p[i] == '\n' || p[i] == '\t'));
}

#endif
