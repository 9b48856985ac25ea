/* t_mail_fold.c - lines of a header that are too long */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "mail/fold.h"
#include "tap.h"

static void
test_longest(void)
{
	is_int((long long)fold_longest("", 0), 0, "nothing");
	is_int((long long)fold_longest("ab\r\n", 4), 2, "a line");
	is_int((long long)fold_longest("a\r\n bcd\r\ne\r\n", 12), 4, "three");
	is_int((long long)fold_longest("\r\n", 2), 0, "an empty one");
}

/*
 * A field is its name, then a piece of text so many times, and an end;
 * wanted are a number of lines and the longest; and unfolded it is as
 * before, but for the blanks that were put in.
 */
static const struct {
	const char	*name;
	const char	*piece;
	size_t		 times;
	const char	*end;
	long long	 lines;
	long long	 longest;
	bool		 blanks;	/* were put in */
} fields[] = {
	{ "Subject: ", "word ", 300, "end", 21, 75, false },
	{ "Subject: ", "word\r\n ", 300, "end", 21, 75, false },
	{ "Subject:", "word ", 300, "end", 21, 75, false },
	{ "To: ", "a@x.test, ", 200, "b@x.test", 29, 73, false },
	{ "To: ", "a@x.test,", 200, "b@x.test", 2, 909, true },
	{ "To:", "a@x.test;", 200, "b@x.test", 2, 909, true },
	{ "To: ", "\"a\\ b\"@x, ", 200, "c@x.test", 29, 73, false },
	{ "References: ", "<a@x.test>", 200, "", 3, 912, true },
	{ "X-Data: ", "a", 2500, "", 3, 908, true },
	{ "X-Data: ", "{\"a\",", 500, "", 3, 908, true },
	{ "X-Data: ", "a ", 1000, "b", 27, 76, false },
	{ "Subject: ", "a ", 1, "b", 1, 12, false },
	{ "X-Data: b                                                  ",
	    "a", 990, "", 2, 991, true },
	/* Where nothing can be done. */
	{ "To: ", "a", 2500, "", 2, 2501, false },
	{ "Message-ID: ", "a", 2500, "", 2, 2501, false },
	/* One word that fits, alone. */
	{ "Message-ID: ", "a", 990, "", 2, 991, false },
};

static void
bare(struct buf *out, const char *p, size_t n, bool blanks)
{
	size_t i;

	buf_clear(out);
	for (i = 0; i < n; i++)
		if (p[i] != '\r' && p[i] != '\n' && !(blanks && p[i] == ' '))
			buf_add(out, p + i, 1);
}

static long long
count(const char *s, char c)
{
	long long n = 0;

	for (; (s = strchr(s, c)) != NULL; s++)
		n++;
	return n;
}

static void
fold(struct buf *out, const struct buf *in)
{
	struct field fld;
	size_t at = 0;

	buf_clear(out);
	if (header_next(in->p, in->len, &at, &fld) && at == in->len)
		fold_field(out, &fld);
}

static void
test_fields(void)
{
	struct buf in = { .max = 1 << 16 }, out = { .max = 1 << 16 };
	struct buf a = { .max = 1 << 16 }, b = { .max = 1 << 16 };
	size_t i, k;

	for (i = 0; i < NITEMS(fields); i++) {
		buf_clear(&in);
		buf_adds(&in, fields[i].name);
		for (k = 0; k < fields[i].times; k++)
			buf_adds(&in, fields[i].piece);
		buf_adds(&in, fields[i].end);
		buf_adds(&in, "\r\n");
		fold(&out, &in);
		is_int(count(buf_text(&out), '\n'), fields[i].lines,
		    "lines of %zu", i);
		is_int((long long)fold_longest(out.p, out.len),
		    fields[i].longest, "the longest");
		ok(strstr(buf_text(&out), "\\\r\n") == NULL,
		    "no backslash before a fold");
		k = strcspn(buf_text(&in), ":") + 1;
		bare(&a, in.p + k, in.len - k, true);
		k = strcspn(out.p, ":") + 1;
		bare(&b, out.p + k, out.len - k, true);
		is(buf_text(&b), buf_text(&a), "all of it is there");
		if (!fields[i].blanks) {
			bare(&a, in.p, in.len, false);
			bare(&b, out.p, out.len, false);
			ok(b.len - a.len <= 1, "and nothing more");
		}
		buf_clear(&in);
		buf_add(&in, out.p, out.len);
		fold(&out, &in);
		is(buf_text(&out), buf_text(&in), "the same again");
	}
	buf_release(&in);
	buf_release(&out);
	buf_release(&a);
	buf_release(&b);
}

static void
test_subject(void)
{
	struct buf in = { .max = 1 << 16 }, out = { .max = 1 << 16 };
	size_t k;

	buf_adds(&in, "Subject: Re: ");
	for (k = 0; k < 2000; k++)
		buf_adds(&in, "a");
	buf_adds(&in, " end\r\n");
	fold(&out, &in);
	ok(fold_longest(out.p, out.len) <= 76, "a word of a subject");
	ok(memmem(out.p, out.len, "Re:\r\n =?UTF-8?Q?aaa", 19) != NULL,
	    "is encoded");
	ok(memmem(out.p, out.len, "aaa?= end\r\n", 11) != NULL,
	    "and the rest is not");
	buf_clear(&in);
	buf_adds(&in, "Subject: a");
	for (k = 0; k < 2000; k++)
		buf_adds(&in, " ");
	buf_adds(&in, "b");
	for (k = 0; k < 2000; k++)
		buf_adds(&in, " ");
	buf_adds(&in, "\r\n");
	fold(&out, &in);
	is(buf_text(&out), "Subject: a b\r\n", "endless white space");
	buf_release(&in);
	buf_release(&out);
}

int
main(void)
{
	test_longest();
	test_fields();
	test_subject();
	return done();
}
