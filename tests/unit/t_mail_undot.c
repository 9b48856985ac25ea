/* t_mail_undot.c - the dots of a body that a lone dot ends */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/undot.h"
#include "tap.h"

#define L(S)	S, sizeof(S) - 1

static const struct {
	const char	*in;
	size_t		 n;
	const char	*out;
	size_t		 nout;
	bool		 ended, nul, dot;
} rows[] = {
	{ L("a\nb"), L("a\nb"), false, false, false },
	{ L("..a\n..\n"), L(".a\n.\n"), false, false, false },
	{ L(".a\r\n.b\rc.\n"), L(".a\r\n.b\rc.\n"), false, false, false },
	{ L("a\r..b"), L("a\r.b"), false, false, false },
	{ L("a\n.\nb"), L("a\n"), true, false, false },
	{ L("a\r\n.\r\nb"), L("a\r\n"), true, false, false },
	{ L(".\0\n"), L(""), true, true, false },
	{ L("\0.\na"), L("\0"), true, false, false },
	{ L("\0a\0\n"), L("\0a\0\n"), false, false, false },
	{ L("a\n."), L("a\n"), false, false, true },
};

int
main(void)
{
	size_t i, k, at, step;

	for (i = 0; i < NITEMS(rows); i++)
		for (step = 1; step < 100; step *= 50) {
			struct undot u = UNDOT_START;

			for (at = 0; at < rows[i].n && !u.ended; at += k) {
				k = rows[i].n - at < step ? rows[i].n - at :
				    step;
				undot_feed(&u, rows[i].in + at, k);
			}
			ok(u.text.len == rows[i].nout &&
			    memcmp(buf_text(&u.text), rows[i].out,
			    rows[i].nout) == 0, "row %zu by %zu", i, step);
			ok(u.ended == rows[i].ended && u.nul == rows[i].nul &&
			    u.dot == rows[i].dot, "its facts");
			buf_release(&u.text);
		}
	return done();
}
