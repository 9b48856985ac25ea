/* util.c - memory that cannot fail, units, time, randomness, UTF-8 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/util.h"

#define TEN_YEARS	315360000LL

static _Noreturn void
util_leave(const char *message)
{
	(void)!write(STDERR_FILENO, message, strlen(message));
	_exit(EX_TEMPFAIL);
}

static void *
util_memory(void *p)
{
	if (p == NULL)
		util_leave("heloise: out of memory\n");
	return p;
}

void *
xmalloc(size_t n)
{
	return util_memory(malloc(n ? n : 1));
}

void *
xcalloc(size_t n, size_t size)
{
	return util_memory(calloc(n ? n : 1, size ? size : 1));
}

void *
xrealloc(void *old, size_t n)
{
	return util_memory(realloc(old, n ? n : 1));
}

void *
xreallocarray(void *old, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all))
		(void)util_memory(NULL);
	return xrealloc(old, all);
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	return util_memory(n >= 0 ? p : NULL);
}

/* The number at *s, which moves past it; -1 without digits or above 16. */
static long long
util_digits(const char **s)
{
	long long v = 0;
	const char *p = *s;

	while (ascii_digit(*p) && p - *s < 16)
		v = v * 10 + (*p++ - '0');
	if (p == *s || ascii_digit(*p))
		return -1;
	*s = p;
	return v;
}

long long
duration_parse(const char *s)
{
	static const struct { char unit; long long secs; } units[] = {
		{ '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 },
		{ 'd', 86400 }, { 'w', 604800 },
	};
	long long v, sum = 0;
	size_t i;

	do {
		if ((v = util_digits(&s)) == -1 || v > TEN_YEARS)
			return -1;
		for (i = 0; i < NITEMS(units) && units[i].unit != *s; i++)
			;
		if (i == NITEMS(units))
			return -1;
		sum += v * units[i].secs;
		if (sum > TEN_YEARS)
			return -1;
	} while (*s != '\0' && *++s != '\0');
	return sum;
}

long long
size_parse(const char *s)
{
	long long v = util_digits(&s);
	int shift = *s == 'k' || *s == 'K' ? 10 : *s == 'M' ? 20 :
	    *s == 'G' ? 30 : 0;

	if (v == -1 || s[shift > 0] != '\0' || v > (1LL << 62 >> shift))
		return -1;
	return v << shift;
}

uint32_t
random_bits(void)
{
	uint32_t n;

	if (getentropy(&n, sizeof(n)) == -1)
		util_leave("heloise: the kernel has no random numbers\n");
	return n;
}

long long
clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

size_t
utf8_next(const unsigned char *p, size_t n, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, k;

	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	k = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < k)
		return 0;
	*c = p[0] & (0xffu >> (k + 1));
	for (i = 1; i < k; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3fu);
	}
	if (*c < least[k] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return k;
}

bool
utf8_valid(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c;
	size_t k;

	for (; n > 0; p += k, n -= k)
		if ((k = utf8_next(p, n, &c)) == 0)
			return false;
	return true;
}

bool
ascii_only(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x80)
			return false;
	return true;
}

bool
ends_within(const char *s, size_t n)
{
	return memchr(s, '\0', n) != NULL;
}
