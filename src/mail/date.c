/* date.c - RFC 5322 dates from a given time */

#include <stdint.h>

#include "mail/date.h"

#define DAY		86400
#define YEAR_0		(-62167219200LL)	/* 1 Jan 0, 00:00:00 */
#define YEAR_9999	253402300799LL		/* 31 Dec 9999, 23:59:59 */

struct civil {
	int	year;
	int	month;		/* 0 is January */
	int	day;
};

/*
 * Days since 1 Mar 0 to a date.  Years that begin in March end in the leap
 * day, so that the lengths of months follow one formula; 146097 days make
 * the 400 years after which the calendar repeats.
 */
static struct civil
date_civil(int64_t days)
{
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int doe = (int)(days - era * 146097);
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int m = (5 * doy + 2) / 153;
	struct civil c;

	c.day = doy - (153 * m + 2) / 5 + 1;
	c.month = m < 10 ? m + 2 : m - 10;
	c.year = (int)era * 400 + yoe + (c.month <= 1);
	return c;
}

static int64_t
date_clamp(int64_t t)
{
	return t < YEAR_0 ? YEAR_0 : t > YEAR_9999 ? YEAR_9999 : t;
}

void
date_add(struct buf *out, time_t t, long utc_offset)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	long zone = utc_offset / 60, hm = zone < 0 ? -zone : zone;
	int64_t local, day, sec;
	struct civil c;

	if (hm > 99 * 60 + 59)
		zone = hm = 0;
	local = date_clamp(date_clamp(t) + zone * 60) - YEAR_0;
	day = local / DAY;
	sec = local % DAY;
	c = date_civil(day - 60);		/* and 1 Jan 0 was a Saturday */
	buf_addf(out, "%.3s, %d %.3s %04d %02d:%02d:%02d %c%02ld%02ld",
	    days + (day + 6) % 7 * 3, c.day, months + c.month * 3, c.year,
	    (int)(sec / 3600), (int)(sec / 60 % 60), (int)(sec % 60),
	    zone < 0 ? '-' : '+', hm / 60, hm % 60);
}
