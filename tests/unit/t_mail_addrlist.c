/* t_mail_addrlist.c - parse mailboxes and lists */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "mail/addr.h"
#include "mail/addrlist.h"
#include "tap.h"

/*
 * A list as "spec" or "spec=name" with "|" between, "*" in front of a
 * group's members; "!..." is the fault's text.
 */
static const struct {
	const char	*text;
	const char	*want;
} lists[] = {
	{ "", "" },
	{ " \t ", "" },
	{ ",", "" },
	{ ", ,;,", "" },
	{ "(only a comment)", "" },
	{ "a@x.test", "a@x.test" },
	{ " a@x.test ", "a@x.test" },
	{ "<a@x.test>", "a@x.test" },
	{ "a@x.test,b@x.test", "a@x.test|b@x.test" },
	{ ",a@x.test,, b@x.test,", "a@x.test|b@x.test" },
	{ "a@x.test; b@x.test;", "a@x.test|b@x.test" },
	{ "Joe <a@x.test>; Ann <b@x.test>", "a@x.test=Joe|b@x.test=Ann" },
	{ "root", "root" },
	{ "root (Cron Daemon)", "root=Cron Daemon" },
	{ "\"(Cron Daemon)\" <root>", "root=(Cron Daemon)" },
	{ "Anacron <root>", "root=Anacron" },
	{ "Logwatch", "Logwatch" },
	{ "Joe Q. Public <j@x.test>", "j@x.test=Joe Q. Public" },
	{ "J.R. <j@x.test>", "j@x.test=J.R." },
	{ "\"Public, Joe\" <j@x.test>", "j@x.test=Public, Joe" },
	{ "\"a\\\"b\\\\c\" <j@x.test>", "j@x.test=a\"b\\c" },
	{ "\"a\"b <j@x.test>", "j@x.test=ab" },
	{ "joe@corp <j@x.test>", "j@x.test=joe@corp" },
	{ "joe@corp <\"a\".b@x.test>", "\"a.b\"@x.test=joe@corp" },
	{ "\"Joe\" <a.b@x.test>", "a.b@x.test=Joe" },
	{ "joe@corp, Inc. <j@x.test>", "joe@corp|j@x.test=Inc." },
	{ "Public, Joe <j@x.test>", "Public|j@x.test=Joe" },
	{ "\"<a@y.test>\" <j@x.test>", "j@x.test=<a@y.test>" },
	{ "Joe<j@x.test>", "j@x.test=Joe" },
	{ "<j@x.test> (Joe)", "j@x.test=Joe" },
	{ "<j@x.test> Joe", "j@x.test" },
	{ "j@x.test (Joe (the \\) one), Jr.)",
	    "j@x.test=Joe (the ) one), Jr." },
	{ "Joe (x) <j@x.test> (y)", "j@x.test=Joe" },
	{ "(a, b@y.test) j@x.test", "j@x.test=a, b@y.test" },
	{ "j(a)@(b)x(c).(d)test", "j@x.test=d" },
	{ "<j(a)@x.test>", "j@x.test" },
	{ "j . r @ x . test", "j.r@x.test" },
	{ "< j @ x.test >", "j@x.test" },
	{ "a@x.test,\r\n b@x.test,\r\n\tc@x.test",
	    "a@x.test|b@x.test|c@x.test" },
	{ "Joe\r\n <j@x.test>\r\n ", "j@x.test=Joe" },
	{ "Joe\n <j@x.test>", "j@x.test=Joe" },
	{ "\"Joe\r\n Public\" <j@x.test>", "j@x.test=Joe Public" },
	{ "\"a\r\n b\"@x.test", "\"a b\"@x.test" },
	{ "Team: a@x.test, Joe <b@x.test>;", "*a@x.test|*b@x.test=Joe" },
	{ "Team: a@x.test;, c@x.test", "*a@x.test|c@x.test" },
	{ "Team: a@x.test; c@x.test", "*a@x.test|c@x.test" },
	{ "\"A, B\":a@x.test;", "*a@x.test" },
	{ "Team: a@x.test", "*a@x.test" },
	{ "undisclosed-recipients:;", "" },
	{ "Undisclosed recipients: ;", "" },
	{ "A:;,B:b@x.test;,c@x.test", "*b@x.test|c@x.test" },
	{ "mailto:a@x.test", "*a@x.test" },
	{ "<@a.test,@b.test:c@d.test>", "c@d.test" },
	{ "Joe <@a.test:c@d.test>", "c@d.test=Joe" },
	{ "<@a.test,,@b.test: c@d.test>", "c@d.test" },
	{ "\"q l\"@x.test", "\"q l\"@x.test" },
	{ "<\"q,l\"@x.test>", "\"q,l\"@x.test" },
	{ "\"a@b\"@x.test", "\"a@b\"@x.test" },
	{ "\"a\\\"b\"@x.test", "\"a\\\"b\"@x.test" },
	{ "\"a b\".c@x.test", "\"a b.c\"@x.test" },
	{ "a.\"b\\\"\".c@x.test", "\"a.b\\\".c\"@x.test" },
	{ "<\"a\".\"b\">", "\"a.b\"" },
	{ "j@[192.0.2.1]", "j@[192.0.2.1]" },
	{ "<j@[IPv6:2001:db8::1]>", "j@[IPv6:2001:db8::1]" },
	{ "[a,b] <j@x.test>", "j@x.test=[a,b]" },
	{ "=?UTF-8?Q?J=C3=B6rg?= <j@x.test>",
	    "j@x.test==?UTF-8?Q?J=C3=B6rg?=" },
	{ "=?utf-8?q?Doe,_J._<a@y.test>?= <j@x.test>, b@x.test",
	    "j@x.test==?utf-8?q?Doe,_J._<a@y.test>?=|b@x.test" },
	{ "=?a@x.test", "=?a@x.test" },
	{ "=?a?q?b?=c@x.test", "=?a?q?b?=c@x.test" },
	{ "=?utf-8?q?never ends, <j@x.test>",
	    "!words without a dot or comma between them" },
	{ "J\303\266rg <j@x.test>", "j@x.test=J\303\266rg" },
	{ "j\303\266rg@x.test", "j\303\266rg@x.test" },
	{ "j@m\303\274nchen.test", "j@m\303\274nchen.test" },
	{ "\\root", "root" },
	{ "bounces+bob\\=dest@x.test", "bounces+bob=dest@x.test" },
	{ "<>", "" },
	{ "nobody <>, a@x.test", "=nobody|a@x.test" },
	{ "a..b@x.test", "a..b@x.test" },
	{ "a@b@c", "a@b@c" },
	{ "bob\\@home@x.test",
	    "!words without a dot or comma between them" },
	{ "a b@x.test", "!words without a dot or comma between them" },
	{ "a@x.test b@x.test",
	    "!words without a dot or comma between them" },
	{ "<a b@x.test>", "!words without a dot or comma between them" },
	{ "\"a\"b@x.test", "!words without a dot or comma between them" },
	{ "<a@x.test> b@x.test",
	    "!two addresses without a comma between" },
	{ "<a@x.test> <b@x.test>", "!a second \"<\"" },
	{ "<a@x.test", "!a \"<\" without \">\"" },
	{ "a@x.test>", "!a \">\" without \"<\"" },
	{ "<a@x.test, b@x.test>", "!malformed between \"<\" and \">\"" },
	{ "<<a@x.test>>", "!malformed between \"<\" and \">\"" },
	{ "<@a.test>", "!a route without an address" },
	{ "<@a.test:", "!a \"<\" without \">\"" },
	{ "\"a@x.test", "!a quote that does not end" },
	{ "\"a\\\"", "!a quote that does not end" },
	{ "(a (b) a@x.test", "!a comment that does not end" },
	{ "a@[1.2.3.4", "!a \"[\" without \"]\"" },
	{ "A: B: a@x.test;;", "!a group within a group" },
	{ ": a@x.test", "!a \":\" that does not follow a group name" },
	{ "a@x.test: b@x.test", "!a \":\" that does not follow a group name" },
	{ "<a@x.test>: b", "!a \":\" that does not follow a group name" },
	{ "a@x.test\r\nRCPT TO:<b@x.test>", "!it contains a line end" },
	{ "a@x.test\r\n", "!it contains a line end" },
	{ "a@x.test\n", "!it contains a line end" },
	{ "a@x.test\r b", "!it contains a line end" },
	{ "\r\na@x.test", "!it contains a line end" },
	{ "\"a\r\nb\"@x.test", "!it contains a line end" },
	{ "\"a\\\r\nb\"@x.test", "!it contains a line end" },
	{ "(a\nb) a@x.test", "!it contains a line end" },
	{ "a\\\n@x.test", "!it contains a line end" },
	{ "a\\", "a\\" },
	{ "\\", "\\" },
	{ ")", ")" },
};

static void
show_list(struct buf *out, const struct addr_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		buf_addf(out, "%s%s%s%s%s", i > 0 ? "|" : "",
		    l->v[i].group ? "*" : "", l->v[i].spec,
		    l->v[i].name != NULL ? "=" : "",
		    l->v[i].name != NULL ? l->v[i].name : "");
}

static void
test_lists(void)
{
	struct buf b = { .max = 4096 };
	struct addr_list l;
	struct fault f;
	size_t i, n;
	char *copy;

	for (i = 0; i < NITEMS(lists); i++) {
		buf_clear(&b);
		l = (struct addr_list){ 0 };
		fault_clear(&f);
		/* So that one octet too far is seen. */
		n = strlen(lists[i].text);
		copy = xmalloc(n);
		memcpy(copy, lists[i].text, n);
		if (addrlist_parse(&l, copy, n, &f) == -1)
			buf_addf(&b, "!%s", f.text);
		else
			show_list(&b, &l);
		is(buf_text(&b), lists[i].want, "list %s", lists[i].text);
		free(copy);
		addrlist_release(&l);
	}
	buf_release(&b);
}

static void
test_list_faults(void)
{
	static const char nul[] = "a@x.test\0b";
	struct addr_list l = { 0 };
	struct fault f = { 0 };
	char longest[2048];

	is_int(addrlist_parse(&l, nul, sizeof(nul) - 1, &f), -1, "NUL");
	is(f.text, "it contains a NUL", "NUL is named");
	memset(longest, 'a', sizeof(longest));
	is_int(addrlist_parse(&l, longest, sizeof(longest), &f), -1,
	    "an endless atom");
	is(f.text, "it is too long", "is too long");
	longest[0] = longest[1500] = '"';
	memcpy(longest + 1501, ".b@x.test", 9);
	is_int(addrlist_parse(&l, longest, 1510, &f), -1,
	    "an endless word of a local part");
	is(f.text, "it is too long", "is not left out");
	ok(strlen(f.what) == ADDR_MAX, "and cut where it is named");
	(void)addrlist_parse(&l, "a@x, b c@x, d", 13, &f);
	is(f.what, "b c@x,", "the one at fault is named");
	ok(f.stage == ST_ADDRESS && f.verdict == VD_PERM, "and for good");
	addrlist_release(&l);
}

/* The text with [ ] around mailboxes, ^ at angle, { } around addresses. */
static const struct {
	const char	*text;
	const char	*want;
} offsets[] = {
	{ "root", "[^{root}]" },
	{ "a.b@c.d", "[^{a.b@c.d}]" },
	{ " root , b", " [^{root}] , [^{b}]" },
	{ "root (Cron)", "[^{root} (Cron)]" },
	{ "(Cron) root", "(Cron) [^{root}]" },
	{ "Joe <root>, b", "[Joe ^<{root}>], [^{b}]" },
	{ "\"J\" < root > (x) ,", "[\"J\" ^< {root} > (x)] ," },
	{ "T: a, <b>;", "T: [^{a}], [^<{b}>];" },
	{ "<@a:b>", "[^<@a:{b}>]" },
	{ "a . b @ c", "[^{a . b @ c}]" },
	{ "J\r\n <a>\r\n ", "[J\r\n ^<{a}>]\r\n " },
	{ "J <>", "[J ^<{}>]" },
	{ "<a (x)>", "[^<{a} (x)>]" },
};

static void
test_offsets(void)
{
	struct buf b = { .max = 4096 };
	struct addr_list l;
	struct fault f;
	size_t i, j, at;

	for (i = 0; i < NITEMS(offsets); i++) {
		const char *p = offsets[i].text;

		buf_clear(&b);
		l = (struct addr_list){ 0 };
		(void)addrlist_parse(&l, p, strlen(p), &f);
		for (j = at = 0; j < l.n; j++) {
			const struct addr *a = &l.v[j];

			buf_addf(&b, "%.*s[%.*s^%.*s{%.*s}%.*s]",
			    (int)(a->start - at), p + at,
			    (int)(a->angle - a->start), p + a->start,
			    (int)(a->spec_start - a->angle), p + a->angle,
			    (int)(a->spec_end - a->spec_start),
			    p + a->spec_start,
			    (int)(a->end - a->spec_end), p + a->spec_end);
			at = a->end;
		}
		buf_adds(&b, p + at);
		is(buf_text(&b), offsets[i].want, "offsets %s", p);
		addrlist_release(&l);
	}
	buf_release(&b);
}

static double
parse_time(size_t n, size_t *found)
{
	struct buf b = { .max = 1 << 24 };
	struct addr_list l = { 0 };
	struct fault f;
	struct timespec t0, t1;
	size_t i;

	for (i = 0; i < n; i++)
		buf_addf(&b, "User %zu (x) <u%zu@h.test>,\r\n ", i, i);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	(void)addrlist_parse(&l, b.p, b.len, &f);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	*found = l.n;
	addrlist_release(&l);
	buf_release(&b);
	return (double)(t1.tv_sec - t0.tv_sec) +
	    (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
}

/* Sixteen times the text may take sixteen times as long, not 256 times. */
static void
test_linear(void)
{
	size_t few, many;
	double a = parse_time(10000, &few), b = parse_time(160000, &many);

	is_int((long long)few, 10000, "10,000 mailboxes");
	is_int((long long)many, 160000, "160,000 mailboxes");
	ok(b < 80 * a, "in proportion: %.1f and %.1f ms", a * 1e3, b * 1e3);
}

int
main(void)
{
	test_lists();
	test_list_faults();
	test_offsets();
	test_linear();
	return done();
}
