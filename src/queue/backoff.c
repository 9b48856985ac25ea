/* backoff.c - when to try next, and when to give up */

#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "queue/backoff.h"
#include "smtp/busy.h"

#define BELIEVED	8		/* tries; see backoff_next() */
#define SOON		2		/* seconds, at least */
#define PAUSE		50		/* ms, the first one */
#define GAP		7200		/* seconds; see backoff_since() */
#define LONGEST		315360000LL	/* ten years, the most of a setting */

/* Without one of these, "100 messages in 60 minutes" is no request. */
static bool
backoff_asks_for_patience(const char *text)
{
	static const char *const words[] = {
		"again", "back", "retry", "wait", "greylist", "graylist",
	};
	size_t i;

	for (i = 0; i < NITEMS(words); i++)
		if (strcasestr(text, words[i]) != NULL)
			return true;
	return false;
}

/* Up to seven digits at *p, moving it on; -1 if there are none or more. */
static long long
backoff_number(const char **p)
{
	const char *from = *p;
	long long v = 0;

	while (ascii_digit(**p) && *p - from < 8)
		v = v * 10 + (*(*p)++ - '0');
	return *p == from || *p - from > 7 ? -1 : v;
}

/* "04:59" and "01:04:59", the first number of which is v. */
static long long
backoff_clock_form(const char *p, long long v)
{
	int n = 0;

	while (*p == ':' && ascii_digit(p[1]) && ascii_digit(p[2]) && n++ < 2) {
		v = v * 60 + (p[1] - '0') * 10 + (p[2] - '0');
		p += 3;
	}
	return n == 0 || ascii_digit(*p) || *p == ':' ? -1 : v;
}

/* "300 seconds", "5 min", "1h", "04:59" */
static long long
backoff_delay(const char *p)
{
	static const struct { const char *unit; long long secs; } units[] = {
		{ "s", 1 }, { "sec", 1 }, { "secs", 1 },
		{ "second", 1 }, { "seconds", 1 },
		{ "m", 60 }, { "min", 60 }, { "mins", 60 },
		{ "minute", 60 }, { "minutes", 60 },
		{ "h", 3600 }, { "hr", 3600 }, { "hrs", 3600 },
		{ "hour", 3600 }, { "hours", 3600 },
		{ "d", 86400 }, { "day", 86400 }, { "days", 86400 },
	};
	long long v = backoff_number(&p);
	size_t i, n = 0;

	if (v == -1)
		return -1;
	if (*p == ':')
		return backoff_clock_form(p, v);
	while (*p == ' ' || *p == '-')
		p++;
	while (ascii_letter(p[n]))
		n++;
	for (i = 0; i < NITEMS(units); i++)
		if (ascii_is(p, n, units[i].unit))
			return v * units[i].secs;
	return -1;
}

long long
backoff_asked(const char *text)
{
	static const char *const before[] = {
		"in", "after", "for", "wait", "least", "another", "about",
	};
	const char *p = text, *word;
	long long v;
	size_t i;

	if (!backoff_asks_for_patience(text))
		return -1;
	while (*p != '\0') {
		if (!ascii_letter(*p)) {
			p++;
			continue;
		}
		for (word = p; ascii_letter(*p); p++)
			;
		for (i = 0; i < NITEMS(before); i++)
			if (ascii_is(word, (size_t)(p - word), before[i]))
				break;
		if (i == NITEMS(before))
			continue;
		p += strspn(p, " \n");
		if ((v = backoff_delay(p)) != -1)
			return v;
	}
	return -1;
}

static long long
backoff_within(long long v, long long min, long long max)
{
	return v < min ? min : v > max ? max : v;
}

time_t
backoff_next(const struct settings *s, unsigned tries,
    const struct fault *last, time_t now, uint32_t random)
{
	long long min = backoff_within(s->retry_min, 1, LONGEST);
	long long max = backoff_within(s->retry_max, min, LONGEST);
	long long d = min, asked = -1;
	unsigned i;

	for (i = 1; i < tries && d < max; i++)
		d *= 2;
	d = backoff_within(d, min, max);
	if (last->domain == FD_SMTP)
		asked = backoff_asked(last->text);
	if (asked != -1) {
		asked = backoff_within(asked, min, max);
		if (asked > d || tries <= BELIEVED)
			d = asked;
	}
	d += (long long)((uint64_t)random * (uint64_t)(d / 4 + 1) >> 32);
	return now + (time_t)d;
}

bool
backoff_busy(const struct fault *f)
{
	return f->stage == ST_WAIT || busy_relay(f);
}

time_t
backoff_soon(const struct settings *s, time_t since, time_t now,
    uint32_t random)
{
	long long min = backoff_within(s->retry_min, 1, LONGEST);
	long long d = since > 0 && since < now ? (now - since) / 2 : 0;

	d = backoff_within(d, SOON < min ? SOON : min, min);
	d -= (long long)((uint64_t)random * (uint64_t)(d / 2 + 1) >> 32);
	return now + (time_t)d;
}

long long
backoff_pause(unsigned n, long long most, uint32_t random)
{
	long long d = PAUSE;

	while (n-- > 0 && d < most)
		d *= 2;
	d = backoff_within(d, 1, most);
	return d - (long long)((uint64_t)random * (uint64_t)(d / 2) >> 32);
}

time_t
backoff_due(const struct settings *s, time_t next, time_t now)
{
	long long min = backoff_within(s->retry_min, 1, LONGEST);
	long long max = backoff_within(s->retry_max, min, LONGEST);

	return next > now && now < next - (max + max / 4) ? now : next;
}

/* The most seconds without a try that count for the age of a message. */
static long long
backoff_gap(const struct settings *s)
{
	return s->expire / 4 > GAP ? s->expire / 4 : GAP;
}

time_t
backoff_since(const struct settings *s, time_t submitted, time_t since,
    time_t next, time_t now)
{
	time_t from = now, last;

	if (since > 0 && since <= now)
		from = since;
	else if (submitted <= now && since <= 0)
		from = submitted;
	last = next > from ? next : from;
	if (now - last > backoff_gap(s))
		from += now - last - backoff_gap(s);
	return from;
}

bool
backoff_expired(const struct settings *s, time_t since, time_t now)
{
	return since <= now && since <= now - s->expire;
}
