/* date.c - RFC 5322 dates: write one, check one */

#include <stdint.h>

#include "base/ascii.h"
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
	static const char day[] = "SunMonTueWedThuFriSat";
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	long zone = utc_offset / 60, hm = zone < 0 ? -zone : zone;
	time_t local;
	struct tm tm;

	if (hm > 99 * 60 + 59)
		zone = hm = 0;
	local = (time_t)date_clamp(date_clamp(t) + zone * 60);
	(void)gmtime_r(&local, &tm);
	buf_addf(out, "%.3s, %d %.3s %04d %02d:%02d:%02d %c%02ld%02ld",
	    day + tm.tm_wday * 3, tm.tm_mday, month + tm.tm_mon * 3,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    zone < 0 ? '-' : '+', hm / 60, hm % 60);
}

static const char names[] = "sun mon tue wed thu fri sat";
static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec" };
static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

struct date_cursor {
	const char	*p;
	const char	*end;
};

/* White space, folding and comments. */
static void
date_skip(struct date_cursor *c)
{
	size_t depth = 0;

	for (; c->p < c->end; c->p++)
		if (*c->p == '(')
			depth++;
		else if (depth > 0 && *c->p == ')')
			depth--;
		else if (depth == 0 && !ascii_space(*c->p))
			break;
}

static bool
date_take(struct date_cursor *c, char wanted)
{
	date_skip(c);
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

/* A number of min to max digits; -1 if there is none. */
static int
date_number(struct date_cursor *c, size_t min, size_t max)
{
	size_t n = 0;
	int v = 0;

	date_skip(c);
	for (; c->p < c->end && ascii_digit(*c->p) && n < max; n++)
		v = v * 10 + (*c->p++ - '0');
	return n < min || (c->p < c->end && ascii_digit(*c->p)) ? -1 : v;
}

/* A word of letters: its length. */
static size_t
date_word(struct date_cursor *c, const char **word)
{
	date_skip(c);
	*word = c->p;
	while (c->p < c->end && ascii_letter(*c->p))
		c->p++;
	return (size_t)(c->p - *word);
}

/* The month of a name, from 0; -1 if it is none. */
static int
date_month(const char *word, size_t n)
{
	int i;

	for (i = 0; i < 12; i++)
		if (ascii_is(word, n, months[i]))
			return i;
	return -1;
}

static bool
date_in(int v, int min, int max)
{
	return v >= min && v <= max;
}

/* hh:mm or hh:mm:ss; a minute may have a leap second. */
static bool
date_clock(struct date_cursor *c)
{
	if (!date_in(date_number(c, 1, 2), 0, 23) || !date_take(c, ':') ||
	    !date_in(date_number(c, 2, 2), 0, 59))
		return false;
	return !date_take(c, ':') || date_in(date_number(c, 2, 2), 0, 60);
}

/* +hhmm, or a name such as GMT or the Z of the military. */
static bool
date_zone(struct date_cursor *c)
{
	const char *word;

	if (date_take(c, '+') || date_take(c, '-'))
		return date_number(c, 4, 4) != -1;
	return date_in((int)date_word(c, &word), 1, 5);
}

bool
date_valid(const char *p, size_t n)
{
	struct date_cursor c = { p, p + n };
	const char *word;
	int day, month;
	size_t k;

	k = date_word(&c, &word);
	if (k > 0 && (!ascii_listed(names, word, k) || !date_take(&c, ',')))
		return false;
	day = date_number(&c, 1, 2);
	k = date_word(&c, &word);
	month = date_month(word, k);
	if (month == -1 || !date_in(day, 1, days[month]) ||
	    date_number(&c, 2, 4) == -1 || !date_clock(&c) || !date_zone(&c))
		return false;
	date_skip(&c);
	return c.p == c.end;
}
