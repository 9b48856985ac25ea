/* units.c - times and sizes as people write them */

#include "base/util.h"
#include "config/units.h"

void
units_time(struct buf *out, long long v)
{
	static const struct { char unit; long long secs; } units[] = {
		{ 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 },
	};
	size_t i;

	for (i = 0; i < NITEMS(units); i++) {
		if (v >= units[i].secs)
			buf_addf(out, "%lld%c", v / units[i].secs,
			    units[i].unit);
		v %= units[i].secs;
	}
}

void
units_size(struct buf *out, long long v)
{
	static const char units[] = " kMG";
	size_t i = 0;

	while (i < 3 && v % 1024 == 0) {
		v /= 1024;
		i++;
	}
	buf_addf(out, "%lld", v);
	if (i > 0)
		buf_addf(out, "%c", units[i]);
}
