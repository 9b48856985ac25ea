/* t_mail_longline.c - the first line that is too long for SMTP */

#include <string.h>

#include "base/util.h"
#include "mail/longline.h"
#include "tap.h"

static const struct {
	const char	*before;
	size_t		 a;		/* then octets of one line */
	const char	*after;
	const char	*first;		/* NULL: none is too long */
} rows[] = {
	{ "", 0, "", NULL },
	{ "", 998, "\r\n", NULL },
	{ "", 999, "\r\n", "" },
	{ "", 5000, "", NULL },
	{ "x\r\n", 998, "\r\nyy\r\n", NULL },
	{ "x\r\n\r\nto ", 996, "\r\n", "to " },
	{ "x\r\nto ", 995, "\r\n", NULL },
	{ "x\r\nto ", 2000, "\r\nx\r\n", "to " },
};

static void
test_row(size_t i, size_t step)
{
	struct longline l = { .found = false };
	char text[6000] = "", want[LONGLINE_KEPT + 1] = "", *p = text;
	size_t n = strlen(rows[i].before), k;

	memcpy(text, rows[i].before, n);
	memset(text + n, 'a', rows[i].a);
	(void)strlcat(text, rows[i].after, sizeof(text));
	for (n = strlen(text); n > 0; p += k, n -= k) {
		k = n < step ? n : step;
		longline_feed(&l, p, k);
	}
	ok(l.found == (rows[i].first != NULL), "row %zu by %zu", i, step);
	if (!l.found)
		return;
	memset(want, 'a', LONGLINE_KEPT);
	memcpy(want, rows[i].first, strlen(rows[i].first));
	is(l.first, want, "its start");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		test_row(i, 1);
		test_row(i, 59);
		test_row(i, 61);
		test_row(i, 6000);
	}
	return done();
}
