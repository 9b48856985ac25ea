/* t_admin_status.c - the limits of --status, and what they say */

#include "admin/status.h"
#include "base/util.h"
#include "tap.h"

static void
limits(void)
{
	static const struct {
		const char	*text;
		bool		 good;
		long long	 messages, age;
	} rows[] = {
		{ "20", true, 20, -1 }, { "0", true, 0, -1 },
		{ "2h", true, -1, 7200 }, { "20,2h", true, 20, 7200 },
		{ "90s,5", true, 5, 90 }, { "", false, 0, 0 },
		{ "x", false, 0, 0 }, { "-1", false, 0, 0 },
		{ "5,6", false, 0, 0 }, { "1h,2h", false, 0, 0 },
		{ "5,", false, 0, 0 }, { ",5", false, 0, 0 },
		{ "5,1h,2", false, 0, 0 },
		{ "99999999999999999999", false, 0, 0 },
	};
	struct status_limit l;
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		if (status_limit_parse(&l, rows[i].text) != rows[i].good)
			ok(false, "limit '%s'", rows[i].text);
		else
			ok(!rows[i].good || (l.messages == rows[i].messages &&
			    l.age == rows[i].age), "limit '%s'", rows[i].text);
	}
}

static void
judgement(void)
{
	static const struct {
		size_t		 waiting;
		long long	 oldest;
		const char	*warning, *critical;
		enum status_level level;
	} rows[] = {
		{ 0, 0, NULL, NULL, STATUS_OK },
		{ 9, 99999, NULL, NULL, STATUS_OK },
		{ 4, 0, "5", "10", STATUS_OK },
		{ 5, 0, "5", "10", STATUS_WARNING },
		{ 10, 0, "5", "10", STATUS_CRITICAL },
		{ 10, 0, NULL, "10", STATUS_CRITICAL },
		{ 1, 3599, "1h", "2h", STATUS_OK },
		{ 1, 3600, "1h", "2h", STATUS_WARNING },
		{ 1, 7200, "1h", "2h", STATUS_CRITICAL },
		{ 0, 0, "0s", NULL, STATUS_OK },
		{ 1, 7200, "5", "10,2h", STATUS_CRITICAL },
	};
	struct status s = { 0 };
	struct status_limit w, c;
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		w = c = (struct status_limit){ -1, -1 };
		if (rows[i].warning != NULL)
			(void)status_limit_parse(&w, rows[i].warning);
		if (rows[i].critical != NULL)
			(void)status_limit_parse(&c, rows[i].critical);
		s.waiting = rows[i].waiting;
		s.oldest = rows[i].oldest;
		is_int(status_judge(&s, &w, &c), rows[i].level,
		    "%zu waiting, the oldest for %lld s, -w %s -c %s",
		    s.waiting, s.oldest, rows[i].warning != NULL ?
		    rows[i].warning : "none", rows[i].critical != NULL ?
		    rows[i].critical : "none");
	}
}

int
main(void)
{
	limits();
	judgement();
	return done();
}
