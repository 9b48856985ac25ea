/*
 * t_mail_canon.c - lines of a body with CRLF line ends
 *
 * t_mail_message.c has more rows; here is what it cannot see.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/canon.h"
#include "tap.h"

#define L(s)	s, sizeof(s) - 1

static const struct {
	const char	*in;
	size_t		 n;
	bool		 dots;
	const char	*out;
	bool		 nul, bare_cr, ended;
	long long	 longest;
} rows[] = {
	{ L(""), false, "", false, false, false, 0 },
	{ L("a\nbb\r\nc"), false, "a\r\nbb\r\nc\r\n", false, false,
	    false, 2 },
	{ L("a\rb\r\r\nc\r\r"), false, "a\r\nb\r\nc\r\n\r\n", false,
	    true, false, 1 },
	{ L("a\r\r\n\r\0\r\nb"), false, "a\r\n\r\nb\r\n", true, false,
	    false, 1 },
	{ L("a\0b\n"), false, "ab\r\n", true, false, false, 2 },
	{ L("..\r.a\r\r\n.\r\r\nb"), true, ".\r\n.a\r\n", false, true,
	    true, 2 },
	{ L("a\r."), true, "a\r\n", false, true, true, 1 },
};

static void
feed(struct canon *m, struct buf *out, const char *in, size_t n, size_t step)
{
	size_t k;

	for (; n > 0 && !m->ended; in += k, n -= k) {
		k = n < step ? n : step;
		canon_feed(m, out, in, k);
	}
	canon_end(m, out);
}

static void
test_rows(void)
{
	struct buf b = { .max = 4096 };
	size_t i, step;

	for (i = 0; i < NITEMS(rows); i++)
		for (step = 1; step <= 64; step *= 4) {
			struct canon m = { .dot_ends = rows[i].dots };

			buf_clear(&b);
			feed(&m, &b, rows[i].in, rows[i].n, step);
			is(buf_text(&b), rows[i].out, "row %zu by %zu", i,
			    step);
			ok(m.nul == rows[i].nul && m.bare_cr ==
			    rows[i].bare_cr && m.ended == rows[i].ended,
			    "its facts");
			is_int((long long)m.longest, rows[i].longest,
			    "its longest line");
		}
	buf_release(&b);
}

/* CRs are counted, not held, but not without end. */
static void
test_many(void)
{
	struct canon m = { .dot_ends = false };
	struct buf b = { .max = 1 << 20 };
	char crs[5000];

	memset(crs, '\r', sizeof(crs));
	canon_feed(&m, &b, crs, sizeof(crs));
	ok(b.len > 7000 && m.crs > 0, "most of 5,000 CRs are line ends");
	canon_feed(&m, &b, "\n", 1);
	is_int((long long)m.crs, 0, "an LF ends the rest");
	buf_release(&b);
}

int
main(void)
{
	test_rows();
	test_many();
	return done();
}
