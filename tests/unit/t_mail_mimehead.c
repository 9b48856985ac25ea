/*
 * t_mail_mimehead.c - repair the fields that describe a body
 *
 * The rows have LF line ends for short.  What was repaired stays so.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/mimehead.h"
#include "tap.h"

#define CT	"Content-Type: "
#define CD	"Content-Disposition: "
#define CTE	"Content-Transfer-Encoding: "
#define E	"\303\253"		/* e with diaeresis, in UTF-8 */

static const struct {
	const char	*in;
	const char	*out;		/* NULL: as in */
} rows[] = {
	{ "\n", NULL },
	{ CT "text/plain;\n\tcharset=\"utf-8\" ; name=\"a b;c\"\n\n", NULL },
	{ CD "attachment; filename=\"ci" E "le.txt\"\n\n",
	    CD "attachment;\n filename*=UTF-8''ci%C3%ABle.txt\n\n" },
	{ CD "attachment; filename=ci" E "le datei.txt; size=3\n\n",
	    CD "attachment;\n filename*=UTF-8''ci%C3%ABle%20datei.txt; size=3"
	    "\n\n" },
	{ CD "x; filename=\"\353\"; a=b\n\n",
	    CD "x;\n filename*=ISO-8859-1''%EB; a=b\n\n" },
	{ CD "x; filename=\"" E "\\\"\\\\ " E "\"\n\n", CD
	    "x;\n filename*=UTF-8''%C3%AB%22%5C%20%C3%AB\n\n" },
	{ CD "x; filename=\"" E "\n\n", CD "x;\n filename*=UTF-8''%C3%AB"
	    "\n\n" },
	{ CD "x; filename=\"" E "\"; filename*=UTF-8''%C3%AB\n\n",
	    CD "x; filename*=UTF-8''%C3%AB\n\n" },
	{ CD "x; filename=\"123456789 123456789 " E "123456789 123456789 "
	    "123456789\"\n\n", CD "x;\n filename*0*=UTF-8''123456789%20"
	    "123456789%20%C3%AB123456789%20123;\n filename*1*=456789%20"
	    "123456789\n\n" },
	{ CT "text/plain; name=\"ci" E "le.txt\"\n\n",
	    CT "text/plain;\n name=\"=?UTF-8?Q?ci=C3=ABle=2Etxt?=\"\n\n" },
	{ CT "text/plain; charset=utf-8\n" CD "x; filename=" E "\n\n",
	    CT "text/plain; charset=utf-8;\n name=\"=?UTF-8?Q?=C3=AB?=\"\n"
	    CD "x;\n filename*=UTF-8''%C3%AB\n\n" },
	{ CT "text/plain; name=x\n" CD "x; filename=" E "\n\n",
	    CT "text/plain; name=x\n" CD "x;\n filename*=UTF-8''%C3%AB\n\n" },
	{ CT "text/plain; title=" E "\n\n",
	    CT "text/plain;\n title*=UTF-8''%C3%AB\n\n" },
	{ CD "x; filename*=utf-8''a" E "\n\n", CD
	    "x; filename*=utf-8''a%C3%AB\n\n" },
	{ CD "x; n" E "=" E "; = " E "\n\n", NULL },
	{ CD "x; a.b=\"" E "\"\n\n", CD "x;\n a.b*=UTF-8''%C3%AB\n\n" },
	{ CD "x; a/b=\"" E "\"\n\n", NULL },
	/* Comments. */
	{ CD "x; filename=\"" E "\" (\"); size=3\n\n", CD
	    "x;\n filename*=UTF-8''%C3%AB; size=3\n\n" },
	{ CD "x; filename=\"" E "\" (a\\) (;\" b); size=3\n\n", CD
	    "x;\n filename*=UTF-8''%C3%AB; size=3\n\n" },
	{ CD "x; filename=" E " (1).txt; size=3\n\n", CD
	    "x;\n filename*=UTF-8''%C3%AB%20%281%29.txt; size=3\n\n" },
	{ CD "x; filename=" E "(; size=3\n\n", CD
	    "x;\n filename*=UTF-8''%C3%AB%28; size=3\n\n" },
	{ CTE "8 bit\n\n", CTE "8bit\n\n" },
	{ CTE "utf-8\n\n", CTE "8bit\n\n" },
	{ CTE "plain\n\n", CTE "7bit\n\n" },
	{ CTE " BASE64 \n\n", NULL },
	{ CTE "8bit (x)\n\n", NULL },
	{ CTE "x-uue\n\n", NULL },
	{ CTE "7bit\n" CT "a/b\n" CTE "base64\n" CT "c\n\n",
	    CT "a/b\n" CTE "base64\n\n" },
	{ "Content-Description: " E "\nX: " E "\nContent-ID: <" E ">\n\n",
	    "Content-Description: =?UTF-8?Q?=C3=AB?=\nX: =?UTF-8?Q?=C3=AB?=\n"
	    "Content-ID: <" E ">\n\n" },
	{ CT "a/b\nno field " E "\n\n", NULL },
};

/* A copy with CRLF for LF, or the reverse. */
static char *
convert(const char *p, size_t n, bool wire, size_t *len)
{
	struct buf b = { .max = 65536 };
	char *s;

	for (; n > 0; p++, n--) {
		if (*p == '\n' && wire)
			buf_adds(&b, "\r");
		if (*p != '\r' || wire)
			buf_add(&b, p, 1);
	}
	s = xmalloc(b.len + 1);
	memcpy(s, buf_text(&b), b.len + 1);
	*len = b.len;
	buf_release(&b);
	return s;
}

static void
test_rows(void)
{
	struct buf one = { .max = 65536 }, two = { .max = 65536 };
	const char *want;
	char *in, *got;
	size_t i, n;

	for (i = 0; i < NITEMS(rows); i++) {
		in = convert(rows[i].in, strlen(rows[i].in), true, &n);
		buf_clear(&one);
		buf_clear(&two);
		mimehead_part(&one, in, n);
		mimehead_part(&two, one.p, one.len);
		free(in);
		got = convert(one.p, one.len, false, &n);
		want = rows[i].out != NULL ? rows[i].out : rows[i].in;
		is(got, want, "row %zu", i);
		is(buf_text(&two), buf_text(&one), "the same again");
		free(got);
	}
	buf_release(&one);
	buf_release(&two);
}

static void
test_set_coding(void)
{
	static const char in[] = "A: b\r\n" CTE "7bit\r\n" CTE "x\r\n\r\n";
	struct buf b = { .max = 4096 };

	mimehead_set_coding(&b, in, sizeof(in) - 1, MIME_BASE64);
	is(buf_text(&b), "A: b\r\n" CTE "base64\r\n\r\n", "it is replaced");
	buf_clear(&b);
	mimehead_set_coding(&b, "\r\n", 2, MIME_8BIT);
	is(buf_text(&b), CTE "8bit\r\n\r\n", "it is added");
	buf_release(&b);
}

int
main(void)
{
	test_rows();
	test_set_coding();
	return done();
}
