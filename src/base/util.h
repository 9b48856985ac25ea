/* util.h - memory that cannot fail, units, time, randomness, UTF-8 */

#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * As malloc(3) and friends, but out of memory ends the process with
 * EX_TEMPFAIL: nothing was accepted, the caller may try again.
 */
void	*xmalloc(size_t);
void	*xcalloc(size_t n, size_t size);
void	*xrealloc(void *, size_t);
void	*xreallocarray(void *, size_t n, size_t size);
char	*xstrdup(const char *);
char	*xstrndup(const char *, size_t);
char	*xasprintf(const char *, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/*
 * "90", "90s", "15m", "3h", "5d", and sums such as "1h30m", to seconds.
 * Returns -1 if it is none of these or more than ten years.
 */
long long	duration_parse(const char *);

/* "20971520", "512k", "20M", "1G" (powers of 1024) to octets, else -1. */
long long	size_parse(const char *);

/*
 * Random bits from the kernel, for names and delays; safe after fork().
 * Without them the process ends as it does without memory.
 */
uint32_t	random_bits(void);

/* Milliseconds of the monotonic clock, for deadlines. */
long long	clock_ms(void);

/*
 * Decode one UTF-8 sequence at p[0..n).  Returns its length and stores the
 * code point, or returns 0 if there is no well-formed one (RFC 3629).
 */
size_t	utf8_next(const unsigned char *p, size_t n, uint32_t *c);

/* Is all of it well-formed UTF-8?  Is all of it US-ASCII? */
bool	utf8_valid(const char *, size_t);
bool	ascii_only(const char *, size_t);

/* Is there a NUL in the n octets at s? */
bool	ends_within(const char *s, size_t n);

#endif
