/* rate.c - the value of `rate`: so many messages in so much time */

#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/rate.h"

/* "m", "minute", "1m", "90s"; -1 if it is none of these or zero. */
static long long
rate_seconds(const char *p)
{
	static const struct { const char *unit; long long seconds; } units[] = {
		{ "s", 1 }, { "sec", 1 }, { "second", 1 },
		{ "m", 60 }, { "min", 60 }, { "minute", 60 },
		{ "h", 3600 }, { "hour", 3600 },
		{ "d", 86400 }, { "day", 86400 },
	};
	long long v;
	size_t i;

	for (i = 0; i < NITEMS(units); i++)
		if (ascii_is(p, strlen(p), units[i].unit))
			return units[i].seconds;
	v = duration_parse(p);
	return v == 0 ? -1 : v;
}

bool
rate_parse(const char *value, struct rate *r)
{
	const char *p = value;
	long long seconds;
	int n = 0;

	*r = (struct rate){ 0 };
	if (value == NULL)
		return true;
	while (ascii_digit(*p) && n <= RATE_MOST)
		n = n * 10 + (*p++ - '0');
	p += strspn(p, " ");
	if (n < 1 || n > RATE_MOST || *p++ != '/')
		return false;
	p += strspn(p, " ");
	if ((seconds = rate_seconds(p)) == -1)
		return false;
	*r = (struct rate){ .messages = n, .ms = seconds * 1000 };
	return true;
}
