/* date.c - RFC 5322 dates from a given time */

#include <stdint.h>

#include "mail/date.h"

#define YEAR_0		(-62167219200LL)	/* 1 Jan 0, 00:00:00 */
#define YEAR_9999	253402300799LL		/* 31 Dec 9999, 23:59:59 */

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
	time_t local;
	struct tm tm;

	if (hm > 99 * 60 + 59)
		zone = hm = 0;
	local = (time_t)date_clamp(date_clamp(t) + zone * 60);
	(void)gmtime_r(&local, &tm);
	buf_addf(out, "%.3s, %d %.3s %04d %02d:%02d:%02d %c%02ld%02ld",
	    days + tm.tm_wday * 3, tm.tm_mday, months + tm.tm_mon * 3,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    zone < 0 ? '-' : '+', hm / 60, hm % 60);
}
