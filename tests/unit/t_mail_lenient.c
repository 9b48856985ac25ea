/*
 * t_mail_lenient.c - read address fields as people and programs write them
 *
 * t_mail_repair.c has more: what is read here is written there.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/lenient.h"
#include "tap.h"

#define OE	"\303\266"		/* in UTF-8 */

/* "spec=name" with "|" between; "!" for a fault. */
static const struct {
	const char	*text;
	bool		 single;
	const char	*want;
} lists[] = {
	{ "a@x, b@y", false, "a@x|b@y" },
	{ "\"a@b\" <c@d>", false, "c@d=a@b" },
	{ "\"b@x.test\"", false, "b@x.test" },
	{ "\"b b@x.test\"", false, "\"b b@x.test\"" },
	{ "=?UTF-8?B?SsO2IDxhQHgudGVzdD4=?=", false, "a@x.test=J" OE },
	{ "=?UTF-8?Q?a=40x.test?=, b@y", false, "a@x.test|b@y" },
	{ "=?UTF-8?Q?Ann_=3Ca@x.test=3E?=", false, "a@x.test=Ann" },
	{ "=?UTF-8?Q?J=C3=B6?= <b@y>", false, "b@y==?UTF-8?Q?J=C3=B6?=" },
	{ "=?KOI8-R?Q?J=C3=B6_=3Ca=40x.test=3E?=", false,
	    "=?KOI8-R?Q?J=C3=B6_=3Ca=40x.test=3E?=" },
	{ "=?UTF-8?Q?a=40x.test=2C_b=40y.test?=", false,
	    "=?UTF-8?Q?a=40x.test=2C_b=40y.test?=" },
	{ "Sch" OE "ne, Philipp <p@x>", false, "p@x=Sch" OE "ne, Philipp" },
	{ "Sch" OE "ne Zeit, Jo <p@x>", false, "p@x=Sch" OE "ne Zeit, Jo" },
	{ "a@y, van Dam, Jo, Dr. <p@x>, joe, b@y", false,
	    "a@y|p@x=van Dam, Jo, Dr.|joe|b@y" },
	{ "=?UTF-8?Q?J=C3=B6?= =?UTF-8?Q?J=C3=B6?=, Jo <p@x>", false,
	    "p@x==?UTF-8?Q?J=C3=B6?= =?UTF-8?Q?J=C3=B6?= , Jo" },
	{ "Joe Public a@x, b@x", false, "a@x=Joe Public|b@x" },
	{ "b@x ;J" OE " a@x", false, "b@x|a@x=J" OE },
	{ "\"c\" c@x, b@x", false, "c@x=c|b@x" },
	{ "b@x, \"c \\\" d\"\r\n c@x", false, "b@x|c@x=c \" d" },
	{ "\"c@x\" c@x", false, "c@x|c@x" },
	{ "\"c\"c@x", false, "!" },
	{ "\"c\" d c@x", false, "c@x=c d" },
	{ "<a@x> Joe", true, "a@x=Joe" },
	{ "<a@x>Joe Q. Public, <b@x>\r\n \"P\" (c), c@x", false,
	    "a@x=Joe Q. Public|b@x=P|c@x" },
	{ "<a@x (y) > .", false, "a@x" },
	{ "Joe (y) <a@x (z)> Public", false, "a@x=Joe Public" },
	{ "<> Joe", false, "" },
	{ "Joe a@x, b@x", false, "!" },		/* two of them? */
	{ "Joe Public a@x y, b@x", false, "!" },
	{ "van Dam, joe", false, "!" },
	{ "van Dam, p@x, Jo <q@x>", false, "!" },
	{ "a@b.c d@e.f", false, "a@b.c|d@e.f" },
	{ "a@b.c\r\n d@e.f, g@h", false, "a@b.c|d@e.f|g@h" },
	{ "<a@b.c> <d@e.f>", false, "a@b.c|d@e.f" },
	{ "a@b.c d@e.f x", false, "!" },
	{ "a@b.c\nRCPT TO:<d@e.f>", false, "!" },
	{ "a@b.c\r\nd@e.f", false, "!" },
	{ "a@x;b@x", false, "a@x|b@x" },
	{ "Joe <a@x", false, "a@x=Joe" },
	{ "Joe <a@x, Ann <b@x", false, "a@x=Joe|b@x=Ann" },
	{ "Joe a@x>", true, "a@x=Joe" },
	{ "Joe a@x >", true, "!" },
	{ "<<a@x>>", false, "a@x" },
	{ "mailto:a@x", false, "a@x" },
	{ "Joe <MAILTO:a@x>", false, "a@x=Joe" },
	{ "\"mailto:joe\" <a@x>", false, "a@x=mailto:joe" },
	{ "Backup: web1 <a@x>", true, "a@x=Backup: web1" },
	{ "Backup: a@x", true, "a@x=Backup:" },
	{ "Backup: web1 <a@x>;", true, "a@x=web1" },
	{ "Backup: web1 <a@x>", false, "a@x=web1" },
	{ "\"", false, "!" },
	{ "<", true, "!" },
	{ "=?UTF-8?Q?" "?=", false, "=?UTF-8?Q?" "?=" },
};

static void
test_lists(void)
{
	struct buf b = { .max = 4096 };
	struct lenient r;
	struct fault f;
	size_t i, k, n;
	char *copy;

	for (i = 0; i < NITEMS(lists); i++) {
		buf_clear(&b);
		fault_clear(&f);
		n = strlen(lists[i].text);
		copy = xmalloc(n);
		memcpy(copy, lists[i].text, n);
		if (lenient_list(&r, copy, n, lists[i].single, NULL, &f) == -1)
			buf_adds(&b, "!");
		for (k = 0; b.len == 0 || b.p[0] != '!'; k++) {
			if (k == r.list.n)
				break;
			buf_addf(&b, "%s%s", k > 0 ? "|" : "",
			    r.list.v[k].spec);
			if (r.list.v[k].name != NULL)
				buf_addf(&b, "=%s", r.list.v[k].name);
		}
		is(buf_text(&b), lists[i].want, "%s", lists[i].text);
		lenient_release(&r);
		free(copy);
	}
	buf_release(&b);
}

static const struct {
	const char	*arg;
	const char	*want;		/* NULL: refused */
} paths[] = {
	{ "", "" },
	{ " ", "" },
	{ "<>", "" },
	{ " < > ", "" },
	{ "MAILER-DAEMON <>", "" },
	{ "a@x.test", "a@x.test" },
	{ "<a@x.test>", "a@x.test" },
	{ " <a@x.test> ", "a@x.test" },
	{ "Joe <a@x.test>", "a@x.test" },
	{ "\"Joe, J\" <a@x.test>", "a@x.test" },
	{ "a@x.test (Joe)", "a@x.test" },
	{ "root", "root" },
	{ "<root>", "root" },
	{ "-x@x.test", "-x@x.test" },
	{ "bounces+bob\\=dest@x.test", "bounces+bob=dest@x.test" },
	{ "\"q\\\"l\"@x.test", "\"q\\\"l\"@x.test" },
	{ "a@x.test,", "a@x.test" },
	{ "a@x.test, b@x.test", NULL },
	{ "T: a@x.test;", NULL },
	{ "T:a@x.test", NULL },
	{ ",", NULL },
	{ "T:;", NULL },
	{ "(x)", NULL },
	{ "a b", NULL },
	{ "<a@x.test", "a@x.test" },
	{ "a@x.test\r\nDATA", NULL },
	{ "a@x.test\nRCPT TO:<b@x.test>", NULL },
	{ "a@x.test\n", "a@x.test" },
	{ "a@x.test\r\n\n", "a@x.test" },
	{ "Public, Joe <a@x.test>", "a@x.test" },
	{ "M\303\274ller, Jo <a@x.test>", "a@x.test" },
	{ "\"a@x.test\"", "a@x.test" },
	{ "mailto:a@x.test", "a@x.test" },
	{ "=?UTF-8?Q?J=C3=B6_=3Ca=40x.test=3E?=", "a@x.test" },
};

static void
test_paths(void)
{
	struct fault f = { 0 };
	size_t i;
	char *spec;

	for (i = 0; i < NITEMS(paths); i++) {
		spec = NULL;
		if (lenient_path(&spec, paths[i].arg, &f) == -1)
			ok(spec == NULL, "nothing comes of a fault");
		is(spec, paths[i].want, "path %s", paths[i].arg);
		free(spec);
	}
}

int
main(void)
{
	test_lists();
	test_paths();
	return done();
}
