/*
 * t_mail_encoding.c - quoted-printable and base64 (RFC 2045, 6.7 and 6.8)
 *
 * Every row is fed whole and octet by octet.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/encoding.h"
#include "tap.h"

#define QP	ENCODING_QP
#define B64	ENCODING_BASE64
#define X10	"xxxxxxxxxx"
#define X70	X10 X10 X10 X10 X10 X10 X10

static const struct {
	enum encoding_kind kind;
	bool		 delimiter;
	const char	*in;
	const char	*out;
} rows[] = {
	{ QP, false, "", "" },
	{ QP, false, "\r\n", "\r\n" },
	{ QP, false, "a b\tc~!\r\n", "a b\tc~!\r\n" },
	{ QP, true, "a\r\nb\r\n", "a\r\nb\r\n" },
	{ QP, false, "a=b\r\n", "a=3Db\r\n" },
	{ QP, false, "\303\266\377\r\n", "=C3=B6=FF\r\n" },
	{ QP, false, "\001\033\177\r\n", "=01=1B=7F\r\n" },
	{ QP, false, "a \r\nb\t\r\n \r\n", "a=20\r\nb=09\r\n=20\r\n" },
	{ QP, false, "a  \r\n", "a =20\r\n" },
	{ QP, false, "-- \r\n--b\r\n", "--=20\r\n--b\r\n" },
	{ QP, false, X70 "12345\r\n", X70 "12345\r\n" },
	{ QP, false, X70 "123456\r\n", X70 "12345=\r\n6\r\n" },
	{ QP, false, X70 "12345-6\r\n", X70 "12345=\r\n=2D6\r\n" },
	{ QP, false, X70 "12345--6\r\n-\r\n",
	    X70 "12345=\r\n=2D-6\r\n-\r\n" },
	{ QP, false, X70 "12\377\r\n", X70 "12=FF\r\n" },
	{ QP, false, X70 "123\377\r\n", X70 "123=\r\n=FF\r\n" },
	{ QP, false, X70 "123 \r\n", X70 "123=20\r\n" },
	{ QP, false, X70 "1234 \r\n", X70 "1234=\r\n=20\r\n" },
	{ QP, false, X70 "12345 \r\n", X70 "12345=\r\n=20\r\n" },
	{ QP, false, X70 "1234 x\r\n", X70 "1234 =\r\nx\r\n" },
	{ B64, false, "", "" },
	{ B64, false, "a\r\n", "YQ0K\r\n" },
	{ B64, true, "a\r\n", "YQ==\r\n" },
	{ B64, true, "a\r\n\r\n", "YQ0K\r\n" },
	{ B64, false, "a\r\nb\r\n", "YQ0KYg0K\r\n" },
	{ B64, true, "\r\n", "" },
	{ B64, true, "\377\376\r\n", "//4=\r\n" },
	{ B64, true, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
	    "12345\r\n", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWZnaGlqa2"
	    "xtbm9wcXJzdHV2d3h5ejEyMzQ1\r\n" },
	{ B64, true, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
	    "123456\r\n", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWZnaGlqa"
	    "2xtbm9wcXJzdHV2d3h5ejEyMzQ1\r\nNg==\r\n" },
};

static void
run(struct buf *out, size_t row, size_t step)
{
	struct encoding t = { .kind = rows[row].kind };
	const char *p = rows[row].in;
	size_t n = strlen(p), k;

	buf_clear(out);
	for (; n > 0; p += k, n -= k) {
		k = n < step ? n : step;
		encoding_feed(&t, out, p, k);
	}
	encoding_end(&t, out, rows[row].delimiter);
}

static void
test_rows(void)
{
	struct buf b = { .max = 4096 };
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		run(&b, i, 4096);
		is(buf_text(&b), rows[i].out, "row %zu", i);
		run(&b, i, 1);
		is(buf_text(&b), rows[i].out, "octet by octet");
	}
	buf_release(&b);
}

/* A line without end takes no memory of its own. */
static void
test_endless(void)
{
	struct buf b = { .max = 1 << 20 };
	struct encoding t = { .kind = QP };
	char block[4096];
	size_t i, total = 0;

	memset(block, 'a', sizeof(block));
	for (i = 0; i < 1000; i++) {
		encoding_feed(&t, &b, block, sizeof(block));
		total += b.len;
		buf_clear(&b);
	}
	encoding_feed(&t, &b, "\r\n", 2);
	encoding_end(&t, &b, false);
	total += b.len;
	is_int((long long)total, 4096000 + 4096000 / 75 * 3 + 2,
	    "4 MB in lines of 75 and \"=\"");
	ok(b.cap < 16384, "no more than a block is held");
	buf_release(&b);
}

int
main(void)
{
	test_rows();
	test_endless();
	return done();
}
