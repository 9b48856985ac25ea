/* t_config_units.c - times and sizes as people write them */

#include <string.h>

#include "base/util.h"
#include "config/units.h"
#include "tap.h"

static const struct {
	long long	 n;
	const char	*time, *size;
} table[] = {
	{ 1, "1s", "1" }, { 59, "59s", "59" }, { 60, "1m", "60" },
	{ 90, "1m30s", "90" }, { 3600, "1h", "3600" },
	{ 1024, "17m4s", "1k" }, { 86400, "1d", "86400" },
	{ 97205, "1d3h5s", "97205" }, { 604800, "7d", "604800" },
	{ 1536 * 1024, "18d4h54m24s", "1536k" },
	{ 20971520, "242d17h25m20s", "20M" },
	{ 1LL << 31, "24855d3h14m8s", "2G" },
	{ (1LL << 31) + 1, "24855d3h14m9s", "2147483649" },
};

int
main(void)
{
	struct buf b = { .max = 64 };
	size_t i;

	for (i = 0; i < NITEMS(table); i++) {
		units_time(&b, table[i].n);
		is(buf_text(&b), table[i].time, "%lld seconds", table[i].n);
		if (table[i].n < 315360000)
			is_int(duration_parse(buf_text(&b)), table[i].n,
			    "and back");
		buf_clear(&b);
		units_size(&b, table[i].n);
		is(buf_text(&b), table[i].size, "%lld octets", table[i].n);
		is_int(size_parse(buf_text(&b)), table[i].n, "and back");
		buf_clear(&b);
	}
	buf_release(&b);
	return done();
}
