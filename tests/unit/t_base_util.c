/* t_base_util.c - memory that cannot fail, numbers with units, time, UTF-8 */

#include <sys/wait.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "tap.h"

static const struct {
	const char	*text;
	long long	 want;
} durations[] = {
	{ "0", 0 }, { "90", 90 }, { "90s", 90 }, { "15m", 900 },
	{ "3h", 10800 }, { "5d", 432000 }, { "2w", 1209600 },
	{ "1h30m", 5400 }, { "1d1h1m1s", 90061 }, { "1m30", 90 },
	{ "007", 7 }, { "3650d", 315360000 }, { "315360000", 315360000 },
	{ "3651d", -1 }, { "315360001", -1 }, { "3650d1", -1 },
	{ "99999999999999999999", -1 }, { "9999999999999999w", -1 },
	{ "", -1 }, { "s", -1 }, { "-1", -1 }, { "+1", -1 }, { " 1", -1 },
	{ "1 ", -1 }, { "1 h", -1 }, { "1x", -1 }, { "1S", -1 },
	{ "1.5h", -1 }, { "1h ", -1 }, { "1hh", -1 }, { "0x10", -1 },
}, sizes[] = {
	{ "0", 0 }, { "20971520", 20971520 }, { "512k", 524288 },
	{ "512K", 524288 }, { "20M", 20971520 }, { "1G", 1073741824 },
	{ "0G", 0 }, { "4294967296G", 1LL << 62 },
	{ "4294967297G", -1 }, { "9999999999999999", 9999999999999999 },
	{ "10000000000000000", -1 }, { "9999999999999999G", -1 },
	{ "", -1 }, { "k", -1 }, { "M", -1 }, { "-1", -1 }, { "-1k", -1 },
	{ "1kk", -1 }, { "1 k", -1 }, { "1kb", -1 }, { "1T", -1 },
	{ "1g", -1 }, { "1m", -1 }, { " 1", -1 }, { "1.5M", -1 },
};

static void
numbers(void)
{
	size_t i;

	for (i = 0; i < NITEMS(durations); i++)
		is_int(duration_parse(durations[i].text), durations[i].want,
		    "duration \"%s\"", durations[i].text);
	for (i = 0; i < NITEMS(sizes); i++)
		is_int(size_parse(sizes[i].text), sizes[i].want,
		    "size \"%s\"", sizes[i].text);
}

static const struct {
	const char	*text;
	size_t		 len;		/* 0: malformed */
	uint32_t	 c;
} sequences[] = {
	{ "a", 1, 'a' }, { "\177", 1, 127 }, { "\302\200", 2, 0x80 },
	{ "\337\277", 2, 0x7ff }, { "\340\240\200", 3, 0x800 },
	{ "\355\237\277", 3, 0xd7ff }, { "\356\200\200", 3, 0xe000 },
	{ "\357\277\277", 3, 0xffff }, { "\360\220\200\200", 4, 0x10000 },
	{ "\364\217\277\277", 4, 0x10ffff }, { "ab", 1, 'a' },
	{ "\200", 0, 0 }, { "\277", 0, 0 }, { "\300\200", 0, 0 },
	{ "\301\277", 0, 0 }, { "\302", 0, 0 }, { "\302a", 0, 0 },
	{ "\340\237\277", 0, 0 }, { "\340\240", 0, 0 },
	{ "\340\240a", 0, 0 }, { "\355\240\200", 0, 0 },
	{ "\355\277\277", 0, 0 }, { "\360\217\277\277", 0, 0 },
	{ "\360\220\200", 0, 0 }, { "\364\220\200\200", 0, 0 },
	{ "\365\200\200\200", 0, 0 }, { "\370\210\200\200\200", 0, 0 },
	{ "\376", 0, 0 }, { "\377", 0, 0 }, { "", 0, 0 },
};

static void
utf8(void)
{
	const char *s;
	uint32_t c;
	size_t i, n;

	for (i = 0; i < NITEMS(sequences); i++) {
		s = sequences[i].text;
		c = 0;
		n = utf8_next((const unsigned char *)s, strlen(s), &c);
		ok(n == sequences[i].len && (n == 0 || c == sequences[i].c),
		    "sequence %zu", i);
		ok(utf8_valid(s, strlen(s)) == (n > 0 || s[0] == '\0'),
		    "sequence %zu as text", i);
	}
	ok(utf8_valid("a\0\303\266", 4), "a NUL is a character");
	ok(!utf8_valid("ab\303", 3), "cut off at the end");
	ok(ascii_only("", 0) && ascii_only("a\0\177", 3), "ASCII");
	ok(!ascii_only("a\303\266", 3) && !ascii_only("\200", 1),
	    "not ASCII");
}

static void
memory(void)
{
	char *s = xstrndup("abcdef", 3), *t = xasprintf("%s-%d", s, 7);
	int *v = xcalloc(100, sizeof(*v)), i, sum = 0;

	is(s, "abc", "xstrndup");
	is(t, "abc-7", "xasprintf");
	for (i = 0; i < 100; i++)
		sum += v[i] != 0;
	ok(sum == 0, "xcalloc is zero");
	v[99] = 42;
	v = xreallocarray(v, 1000, sizeof(*v));
	ok(v[99] == 42, "xreallocarray keeps");
	free(s);
	free(t);
	free(v);
	s = xmalloc(0);
	ok(s != NULL, "nothing is something");
	s = xrealloc(s, 0);
	ok(s != NULL, "also when it was something");
	free(s);
}

/* What is too much ends the process, with a status that means: later. */
static void
no_memory(void)
{
	int status = 0;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		(void)xreallocarray(NULL, SIZE_MAX / 2, 4);
		_exit(0);
	}
	ok(pid > 0 && waitpid(pid, &status, 0) == pid &&
	    WIFEXITED(status) && WEXITSTATUS(status) == EX_TEMPFAIL,
	    "a product that does not fit");
}

int
main(void)
{
	long long now = clock_ms();

	numbers();
	utf8();
	memory();
	no_memory();
	ok(now > 0 && clock_ms() >= now, "the clock does not go back");
	return done();
}
