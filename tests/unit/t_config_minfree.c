/* t_config_minfree.c - a part of a file system, or a size */

#include "base/util.h"
#include "config/minfree.h"
#include "tap.h"

static const struct {
	const char	*value;
	bool		 good;
	unsigned	 percent;
	long long	 octets;
	bool		 shared;
} values[] = {
	{ "5%", true, 5, 10 << 20, false }, { "0%", true, 0, 0, false },
	{ "99%", true, 99, 10 << 20, false }, { "100%", false, 0, 0, false },
	{ "99999999999%", false, 0, 0, false }, { "%", false, 0, 0, false },
	{ "5 %", false, 0, 0, false }, { "5%x", false, 0, 0, false },
	{ "200M", true, 0, 200 << 20, false }, { "0", true, 0, 0, false },
	{ "", false, 0, 0, false }, { "x", false, 0, 0, false },
	{ "-1", false, 0, 0, false },
	{ "auto", true, 0, 0, false }, { "auto", true, 5, 10 << 20, true },
	{ "0", true, 0, 0, true }, { "7%", true, 7, 10 << 20, true },
};

int
main(void)
{
	unsigned percent;
	long long octets;
	size_t i;
	bool good;

	for (i = 0; i < NITEMS(values); i++) {
		good = minfree_parse(values[i].value, values[i].shared,
		    &percent, &octets);
		is_int(good, values[i].good, "'%s'", values[i].value);
		if (!good)
			continue;
		is_int(percent, values[i].percent, "percent");
		is_int(octets, values[i].octets, "octets");
	}
	return done();
}
