/* t_mail_highbit.c - where a message has octets over 127 */

#include <string.h>

#include "base/util.h"
#include "mail/highbit.h"
#include "tap.h"

#define OE	"\303\266"
#define A50	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char	*text;
	bool		 header, body, malformed;
	const char	*first;
} rows[] = {
	{ "A: b\r\n\r\nc\r\n", false, false, false, "" },
	{ "A: b\r\nB: " OE "\r\nC: " OE OE "\r\n\r\nc\r\n", true, false, false,
	    "B: " OE },
	{ "B: " OE "\r\ndkim-signature: v=1\r\n\r\n", true, false, false,
	    "B: " OE },
	{ "A: b\r\n\r\nDKIM-Signature: v=1\r\n", false, false, false, "" },
	{ "A: b\r\n\r\nc\r\n" OE " d\r\n", false, true, false, OE " d" },
	{ "A: \366\r\n\r\n\366\r\n", true, true, true, "A: \366" },
	{ "A: \303\r\n\266\r\n\r\n", true, false, true, "A: \303" },
	{ "A: \342\202\254 \360\237\230\200\r\n\r\n\377\r\n", true, true,
	    false, "A: \342\202\254 \360\237\230\200" },
	{ "A: \355\240\200\r\n\r\n", true, false, true, "A: \355\240\200" },
	{ "A: \300\200\r\n\r\n", true, false, true, "A: \300\200" },
	{ "\r\n" A50 A50 OE "\r\n", false, true, false, A50 A50 },
};

int
main(void)
{
	size_t i, k, step;

	for (i = 0; i < NITEMS(rows); i++)
		for (step = 1; step < 1000; step *= 500) {
			const char *p = rows[i].text;
			struct highbit h = { .line.max = HIGHBIT_LINE };

			for (; *p != '\0'; p += k) {
				k = strlen(p) < step ? strlen(p) : step;
				highbit_feed(&h, p, k);
			}
			ok(h.header == rows[i].header && h.body ==
			    rows[i].body && h.malformed == rows[i].malformed,
			    "row %zu by %zu", i, step);
			is(h.first, rows[i].first, "its first line");
			ok(h.dkim == (strstr(rows[i].text, "\ndkim-") != NULL),
			    "signed");
			highbit_release(&h);
		}
	return done();
}
