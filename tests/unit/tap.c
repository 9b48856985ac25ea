/* tap.c - say "ok" and "not ok" (Test Anything Protocol) */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

static int ran, failed;

static bool __attribute__((__format__(__printf__, 2, 0)))
report(bool good, const char *fmt, va_list ap)
{
	printf("%sok %d - ", good ? "" : "not ", ++ran);
	vprintf(fmt, ap);
	putchar('\n');
	failed += !good;
	return good;
}

bool
ok(bool good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(good, fmt, ap);
	va_end(ap);
	return good;
}

static void
show(const char *label, const char *s)
{
	printf("# %s ", label);
	if (s == NULL) {
		puts("NULL");
		return;
	}
	putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '\n')
			fputs("\\n", stdout);
		else if (*s == '\r')
			fputs("\\r", stdout);
		else
			putchar(*s);
	}
	puts("\"");
}

bool
is(const char *got, const char *want, const char *fmt, ...)
{
	bool good = got == NULL || want == NULL ? got == want :
	    strcmp(got, want) == 0;
	va_list ap;

	va_start(ap, fmt);
	report(good, fmt, ap);
	va_end(ap);
	if (!good) {
		show("got ", got);
		show("want", want);
	}
	return good;
}

bool
is_int(long long got, long long want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(got == want, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("# got  %lld\n# want %lld\n", got, want);
	return got == want;
}

int
done(void)
{
	printf("1..%d\n", ran);
	if (failed > 0)
		printf("# %d of %d failed\n", failed, ran);
	return failed > 0;
}
