/* t_agent_progress.c - how far a message has come, in words */

#include "base/util.h"
#include "agent/progress.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		size_t		 done, total;
		long long	 ms;
		const char	*want;
	} t[] = {
		{ 0, 5000000, 0, "0.0 of 5.0 MB (0 %)" },
		{ 1250000, 5000000, 499, "1.2 of 5.0 MB (25 %)" },
		{ 1250000, 5000000, 500, "1.2 of 5.0 MB (25 %), 2500 kB/s, "
		  "2 s left" },
		{ 1000, 3600000, 1000, "0.0 of 3.6 MB (0 %), 1 kB/s, "
		  "59 min 59 s left" },
		{ 1000, 7200000, 1000, "0.0 of 7.2 MB (0 %), 1 kB/s, "
		  "1 h 59 min left" },
		{ 100000000, 200000000, 1000, "100.0 of 200.0 MB (50 %), "
		  "100 MB/s, 1 s left" },
		{ 5000000, 5000000, 1000, "5.0 of 5.0 MB (100 %), 5000 kB/s, "
		  "0 s left" },
		{ 0, 5000000, 100000, "0.0 of 5.0 MB (0 %)" },
	};
	struct buf b = { .max = 256 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&b);
		progress_text(&b, t[i].done, t[i].total, t[i].ms);
		is(buf_text(&b), t[i].want, "row %zu", i);
	}
	buf_release(&b);
	return done();
}
