/* t_queue_backoff.c - when to try next, and when to give up */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/util.h"
#include "queue/backoff.h"
#include "tap.h"

#define NOW	1795255262

static const struct settings usual = { .retry_min = 60,
    .retry_max = 10800, .expire = 432000 };

static const struct {
	const char	*text;
	long long	 want;
} asks[] = {
	{ "Greylisted, please try again in 5 minutes", 300 },
	{ "try again in 300 seconds", 300 },
	{ "Please try again in 300s", 300 },
	{ "try again in 1 hour", 3600 },
	{ "Try Again In 2 Hours.", 7200 },
	{ "try again after 90 sec", 90 },
	{ "greylisted for 4 min", 240 },
	{ "Greylisting in action, please come back in 00:04:59", 299 },
	{ "come back in 01:00:00", 3600 },
	{ "come back in 04:59", 299 },
	{ "wait 10 minutes", 600 },
	{ "wait at least 10 minutes", 600 },
	{ "retry in\n30 seconds", 30 },
	{ "retry in 0 seconds", 0 },
	{ "retry in 15-minute steps", 900 },
	{ "try again in a while, say in 20 minutes", 1200 },
	{ "retry in 1d", 86400 },
	{ "Try again later", -1 },
	{ "try again", -1 },
	{ "Greylisted", -1 },
	{ "", -1 },
	{ "in", -1 },
	{ "again in", -1 },
	{ "again in 5", -1 },
	{ "again in 5 minutesX", -1 },
	{ "again in 5 apples", -1 },
	{ "again in 5:", -1 },
	{ "again in 5:1", -1 },
	{ "again in 1:02:03:04", -1 },
	{ "again in 1:234", -1 },
	{ "again in -5 minutes", -1 },
	{ "again in 12345678 seconds", -1 },
	{ "again in 99999999999999999999 days", -1 },
	{ "again within 5 minutes", -1 },
	{ "rate limit of 100 messages in 60 minutes", -1 },
};

static void
test_asked(void)
{
	size_t i;

	for (i = 0; i < NITEMS(asks); i++)
		is_int(backoff_asked(asks[i].text), asks[i].want,
		    "asked: %.40s", asks[i].text +
		    (strchr(asks[i].text, '\n') != NULL ? 9 : 0));
}

static const struct {
	unsigned	 tries;
	enum domain	 domain;
	const char	*text;
	uint32_t	 random;
	long long	 want;		/* seconds from now */
} nexts[] = {
	{ 1, FD_ERRNO, "", 0, 60 },
	{ 2, FD_ERRNO, "", 0, 120 },
	{ 3, FD_ERRNO, "", 0, 240 },
	{ 8, FD_ERRNO, "", 0, 7680 },
	{ 9, FD_ERRNO, "", 0, 10800 },
	{ 4000000000u, FD_ERRNO, "", 0, 10800 },
	{ 0, FD_ERRNO, "", 0, 60 },
	{ 1, FD_ERRNO, "", UINT32_MAX, 75 },
	{ 1, FD_ERRNO, "", UINT32_MAX / 2, 67 },
	{ 9, FD_ERRNO, "", UINT32_MAX, 13500 },
	{ 1, FD_SMTP, "try again in 5 minutes", 0, 300 },
	{ 8, FD_SMTP, "try again in 5 minutes", 0, 300 },
	{ 9, FD_SMTP, "try again in 5 minutes", 0, 10800 },
	{ 1, FD_SMTP, "try again in 1 second", 0, 60 },
	{ 1, FD_SMTP, "try again in 12 hours", 0, 10800 },
	{ 1, FD_SMTP, "try again in 5 minutes", UINT32_MAX, 375 },
	{ 1, FD_TLS, "try again in 5 minutes", 0, 60 },
};

static void
test_next(void)
{
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(nexts); i++) {
		fault_clear(&f);
		fault_set(&f, ST_RCPT, nexts[i].domain, 450, VD_TEMP, "%s",
		    nexts[i].text);
		is_int(backoff_next(&usual, nexts[i].tries, &f, NOW,
		    nexts[i].random) - NOW, nexts[i].want,
		    "try %u, %s", nexts[i].tries, nexts[i].text);
	}
}

/* Odd settings still give a delay. */
static void
test_settings(void)
{
	static const struct {
		long long	 min, max;
		unsigned	 tries;
		long long	 want;
	} t[] = {
		{ 0, 0, 1, 1 },
		{ -5, -5, 7, 1 },
		{ 600, 60, 1, 600 },
		{ 600, 60, 9, 600 },
		{ 100, 150, 2, 150 },
		{ 315360000, 315360000, 99, 315360000 },
	};
	struct fault f;
	size_t i;

	fault_clear(&f);
	for (i = 0; i < NITEMS(t); i++) {
		const struct settings s = { .retry_min = t[i].min,
		    .retry_max = t[i].max };

		is_int(backoff_next(&s, t[i].tries, &f, NOW, 0) - NOW,
		    t[i].want, "settings %lld %lld", t[i].min, t[i].max);
	}
}

static void
test_due(void)
{
	is_int(backoff_due(&usual, 0, NOW), 0, "never tried: at once");
	is_int(backoff_due(&usual, NOW - 5, NOW), NOW - 5, "overdue");
	is_int(backoff_due(&usual, NOW + 13500, NOW), NOW + 13500,
	    "the longest delay there is");
	is_int(backoff_due(&usual, NOW + 13501, NOW), NOW,
	    "longer: the clock was set back");
	is_int(backoff_due(&usual, INT64_MAX, NOW), NOW, "the end of time");
	is_int(backoff_due(&usual, INT64_MAX, -5), -5, "before 1970");
}

#define NEVER	LLONG_MIN
#define YEARS	1700000000LL	/* in seconds */

static void
test_expired(void)
{
	static const struct {
		long long	 submitted, since, next, want;
		const char	*name;
	} t[] = {
		{ -9, NEVER, NEVER, -9, "since submission" },
		{ -9, -3, -1, -3, "since note" },
		{ 9, NEVER, NEVER, 0, "submission to come" },
		{ 9, -3, -1, -3, "submission to come, kept in the note" },
		{ -9, 3, -1, 0, "note to come" },
		{ -400000, -400000, -108000, -400000, "30 hours count" },
		{ -400000, -400000, -108001, -399999, "one more does not" },
		{ -YEARS, -YEARS, 60 - YEARS, -108060,
		    "the clock was set ahead before the second try" },
		{ -YEARS, NEVER, NEVER, -108000, "and before the first" },
		{ -YEARS, -9, NEVER, -9, "released, not tried since" },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		is_int(backoff_since(&usual, NOW + t[i].submitted,
		    t[i].since == NEVER ? 0 : NOW + t[i].since,
		    t[i].next == NEVER ? 0 : NOW + t[i].next, NOW) - NOW,
		    t[i].want, "%s", t[i].name);
	ok(!backoff_expired(&usual, NOW - 431999, NOW), "not yet");
	ok(backoff_expired(&usual, NOW - 432000, NOW), "five days");
	ok(!backoff_expired(&usual, NOW + 1, NOW), "clock set back");
	ok(!backoff_expired(&usual, INT64_MAX, NOW), "far future");
}

static void
test_busy(void)
{
	struct fault f = { .stage = ST_WAIT, .verdict = VD_TEMP };

	ok(backoff_busy(&f), "no connection is free");
	(void)fault_set(&f, ST_GREETING, FD_SMTP, 421, VD_TEMP,
	    "Too many connections");
	ok(backoff_busy(&f), "the relay has too many");
	(void)fault_set(&f, ST_CONNECT, FD_NONE, 0, VD_TEMP,
	    "too many connections");
	ok(!backoff_busy(&f), "the relay is down");
}

static void
test_soon(void)
{
	static const struct {
		long long	 min, waited;
		uint32_t	 random;
		long long	 want;
	} t[] = {
		{ 60, 0, 0, 2 },
		{ 60, 0, UINT32_MAX, 1 },
		{ 60, 10, 0, 5 },
		{ 60, 100, 0, 50 },
		{ 60, 1000, 0, 60 },
		{ 60, 1000, UINT32_MAX, 30 },
		{ 60, -5, 0, 2 },
		{ 1, 0, UINT32_MAX, 1 },
		{ 0, 1000, 0, 1 },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		const struct settings s = { .retry_min = t[i].min };

		is_int(backoff_soon(&s, NOW - t[i].waited, NOW,
		    t[i].random) - NOW, t[i].want,
		    "soon: retry-min %lld, waited %lld", t[i].min,
		    t[i].waited);
	}
}

static void
test_pause(void)
{
	static const struct {
		unsigned	 n;
		long long	 most;
		uint32_t	 random;
		long long	 want;
	} t[] = {
		{ 0, 200, 0, 50 },
		{ 1, 200, 0, 100 },
		{ 2, 200, 0, 200 },
		{ 3, 200, 0, 200 },
		{ 4000000000u, 200, 0, 200 },
		{ 0, 200, UINT32_MAX, 26 },
		{ 3, 200, UINT32_MAX, 101 },
		{ 9, 4000, 0, 4000 },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		is_int(backoff_pause(t[i].n, t[i].most, t[i].random),
		    t[i].want, "pause %u of at most %lld", t[i].n,
		    t[i].most);
}

int
main(void)
{
	test_busy();
	test_soon();
	test_pause();
	test_asked();
	test_next();
	test_settings();
	test_due();
	test_expired();
	return done();
}
