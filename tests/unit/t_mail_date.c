/* t_mail_date.c - RFC 5322 dates */

#include <stdint.h>
#include <string.h>
#include <stdlib.h>
#include <time.h>

#include "base/util.h"
#include "mail/date.h"
#include "tap.h"

static const struct {
	long long	 t;
	long		 offset;
	const char	*want;
} rows[] = {
	{ 1795255262, 0, "Sat, 21 Nov 2026 10:01:02 +0000" },
	{ 1795255262, 3600, "Sat, 21 Nov 2026 11:01:02 +0100" },
	{ 1795255262, -18000, "Sat, 21 Nov 2026 05:01:02 -0500" },
	{ 1795255262, 20700, "Sat, 21 Nov 2026 15:46:02 +0545" },
	{ 1795255262, -12600, "Sat, 21 Nov 2026 06:31:02 -0330" },
	{ 1795255262, 50400, "Sun, 22 Nov 2026 00:01:02 +1400" },
	{ 1795255262, 1172, "Sat, 21 Nov 2026 10:20:02 +0019" },
	{ 1795255262, -30, "Sat, 21 Nov 2026 10:01:02 +0000" },
	{ 1795255262, 999999999, "Sat, 21 Nov 2026 10:01:02 +0000" },
	{ 0, 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
	{ 0, -3600, "Wed, 31 Dec 1969 23:00:00 -0100" },
	{ -1, 0, "Wed, 31 Dec 1969 23:59:59 +0000" },
	{ 951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ 951868799, 0, "Tue, 29 Feb 2000 23:59:59 +0000" },
	{ 951868800, 0, "Wed, 1 Mar 2000 00:00:00 +0000" },
	{ 1709164800, 0, "Thu, 29 Feb 2024 00:00:00 +0000" },
	{ 4107542399, 0, "Sun, 28 Feb 2100 23:59:59 +0000" },
	{ 4107542400, 0, "Mon, 1 Mar 2100 00:00:00 +0000" },
	{ 2147483648, 0, "Tue, 19 Jan 2038 03:14:08 +0000" },
	{ 1798761599, 0, "Thu, 31 Dec 2026 23:59:59 +0000" },
	{ 1798761599, 60, "Fri, 1 Jan 2027 00:00:59 +0001" },
	{ -62167219200, 0, "Sat, 1 Jan 0000 00:00:00 +0000" },
	{ 253402300799, 0, "Fri, 31 Dec 9999 23:59:59 +0000" },
	{ 253402300799, 3600, "Fri, 31 Dec 9999 23:59:59 +0100" },
	{ INT64_MAX, 3600, "Fri, 31 Dec 9999 23:59:59 +0100" },
	{ INT64_MIN, -3600, "Sat, 1 Jan 0000 00:00:00 -0100" },
};

static const struct {
	const char	*text;
	bool		 good;
} dates[] = {
	{ "Sat, 21 Nov 2026 10:01:02 +0000", true },
	{ " 21 Nov 2026 10:01 -0130\r\n (x (y))", true },
	{ "sat , 1 nov 26 9:01:60 gmt", true },
	{ "Sat,\r\n 21 Nov 2026 10:01:02 Z", true },
	{ "", false },
	{ "x", false },
	{ "Sam, 21 Nov 2026 10:01:02 +0000", false },
	{ "Sat 21 Nov 2026 10:01:02 +0000", false },
	{ "Saturday, 21 Nov 2026 10:01:02 +0000", false },
	{ "Sat, 21 novembre 2026 10:01:02 +0000", false },
	{ "Sat, 32 Nov 2026 10:01:02 +0000", false },
	{ "31 Nov 2026 10:01:02 +0000", false },
	{ "30 Feb 2026 10:01:02 +0000", false },
	{ "Sat, 0 Nov 2026 10:01:02 +0000", false },
	{ "Sat, 21 Nov 2 10:01:02 +0000", false },
	{ "Sat, 21 Nov 20266 10:01:02 +0000", false },
	{ "Sat, 21 Nov 2026 24:01:02 +0000", false },
	{ "Sat, 21 Nov 2026 10:60:02 +0000", false },
	{ "Sat, 21 Nov 2026 10:01:61 +0000", false },
	{ "Sat, 21 Nov 2026 10:01:02", false },
	{ "Sat, 21 Nov 2026 10:01:02 +00", false },
	{ "Sat, 21 Nov 2026 10:01:02 Europe", false },
	{ "Sat, 21 Nov 2026 10:01:02 +0000 x", false },
	{ "Sat, 21 Nov 2026", false },
	{ "2026-11-21T10:01:02Z", false },
	{ "1795255262", false },
	{ "Sat Nov 21 10:01:02 2026", false },
	{ "Sam, 21 F\303\251vr 2026 10:01:02 +0000", false },
	{ "(x", false },
};

static void
test_valid(void)
{
	size_t i, n;
	char *copy;

	for (i = 0; i < NITEMS(dates); i++) {
		n = strlen(dates[i].text);
		copy = xmalloc(n + 1);
		memcpy(copy, dates[i].text, n);
		ok(date_valid(copy, n) == dates[i].good, "valid: %s",
		    dates[i].text);
		free(copy);
	}
}

int
main(void)
{
	struct buf b = { .max = 64 };
	size_t i;

	test_valid();

	for (i = 0; i < NITEMS(rows); i++) {
		buf_clear(&b);
		date_add(&b, (time_t)rows[i].t, rows[i].offset);
		is(buf_text(&b), rows[i].want, "%lld at %ld", rows[i].t,
		    rows[i].offset);
	}
	buf_release(&b);
	return done();
}
