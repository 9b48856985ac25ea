/* t_config_rate.c - the values of `rate` */

#include <stddef.h>

#include "config/rate.h"
#include "tap.h"

static const struct {
	const char	*value;
	int		 messages;	/* 0: it is wrong */
	long long	 ms;
} table[] = {
	{ "30/1m", 30, 60000 }, { "30/m", 30, 60000 },
	{ "30/minute", 30, 60000 }, { "30 / 1m", 30, 60000 },
	{ "500/h", 500, 3600000 }, { "500/HOUR", 500, 3600000 },
	{ "1/s", 1, 1000 }, { "1/90", 1, 90000 },
	{ "2000/1d", 2000, 86400000 }, { "7/1h30m", 7, 5400000 },
	{ "100000/d", 100000, 86400000 },
	{ "100001/d", 0, 0 }, { "99999999999999999999/d", 0, 0 },
	{ "0/m", 0, 0 }, { "-1/m", 0, 0 }, { "30", 0, 0 }, { "30/", 0, 0 },
	{ "/m", 0, 0 }, { "30/0", 0, 0 }, { "30/0s", 0, 0 },
	{ "30/week", 0, 0 }, { "30/mm", 0, 0 }, { "30m", 0, 0 },
	{ "x/m", 0, 0 }, { "30/m/m", 0, 0 }, { "", 0, 0 },
};

int
main(void)
{
	struct rate r;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		is_int(rate_parse(table[i].value, &r),
		    table[i].messages > 0, "'%s'", table[i].value);
		is_int(r.messages, table[i].messages, "messages of '%s'",
		    table[i].value);
		is_int(r.ms, table[i].ms, "the time of '%s'", table[i].value);
	}
	ok(rate_parse(NULL, &r) && r.messages == 0, "none is no limit");
	return done();
}
