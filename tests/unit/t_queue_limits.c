/* t_queue_limits.c - what a spool may hold */

#include <string.h>

#include "base/util.h"
#include "queue/limits.h"
#include "tap.h"

static const struct {
	const char	*min_free;
	bool		 elevated;
	unsigned	 percent;
	long long	 octets;
} t[] = {
	{ "auto", false, 0, 0 }, { "auto", true, 5, 10 << 20 },
	{ "2%", false, 2, 10 << 20 }, { "20M", true, 0, 20 << 20 },
};

int
main(void)
{
	char value[8];
	struct settings s = { .max_waiting = 7, .max_waiting_size = 9,
	    .min_free = value };
	struct spool_limits l;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		(void)strlcpy(value, t[i].min_free, sizeof(value));
		l = limits_get(&s, t[i].elevated);
		is_int(l.messages, 7, "messages %zu", i);
		is_int(l.octets, 9, "octets %zu", i);
		is_int(l.free_percent, t[i].percent, "percent %zu", i);
		is_int(l.free_octets, t[i].octets, "free octets %zu", i);
	}
	return done();
}
