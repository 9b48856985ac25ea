/* t_mail_addr.c - one address: check, quote, qualify */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "tap.h"

#define A16	"aaaaaaaaaaaaaaaa"
#define A63	A16 A16 A16 "aaaaaaaaaaaaaaa"

static const char control[] =
    "it contains a control character or malformed UTF-8";
static const char local[] = "the part before the \"@\" is malformed";
static const char domain[] = "its domain is malformed";

static const struct {
	const char	*spec;
	const char	*want;		/* NULL: it is an address */
} checks[] = {
	{ "a@x.test", NULL },
	{ "A.b-c_d+e/f@x.test", NULL },
	{ "!#$%&'*+-/=?^_`{|}~@x.test", NULL },
	{ "-a@x.test", NULL },
	{ "a@x", NULL },
	{ "a@1.2.3.4", NULL },
	{ "a@x-y.test", NULL },
	{ "a@x_y.test", NULL },
	{ "a@xn--mnchen-3ya.test", NULL },
	{ "a@m\303\274nchen.test", NULL },
	{ "j\303\266rg@m\303\274nchen.test", NULL },
	{ "\"a b\"@x.test", NULL },
	{ "\"a@b\"@x.test", NULL },
	{ "\"<>\"@x.test", NULL },
	{ "\"\\\"\\\\\"@x.test", NULL },
	{ "\"j\303\266\"@x.test", NULL },
	{ "\"\"@x.test", NULL },
	{ "a@[192.0.2.1]", NULL },
	{ "a@[IPv6:::1]", NULL },
	{ "a@[ipv6:2001:db8::192.0.2.1]", NULL },
	{ A63 "a@x.test", NULL },
	{ "a@" A63 ".test", NULL },
	{ "a@" A63 "." A63 "." A63 "." A16 A16 A16 "aaaaaaaaaaaa", NULL },
	{ "", "it is empty" },
	{ "root", "it has no domain" },
	{ "\"a@b\"", "it has no domain" },
	{ "\"a@b", "it has no domain" },
	{ "@x.test", local },
	{ "a@", domain },
	{ "@", local },
	{ ".a@x.test", local },
	{ "a.@x.test", local },
	{ "a..b@x.test", local },
	{ "a b@x.test", local },
	{ " a@x.test", local },
	{ "<a@x.test", local },
	{ "a@x.test>", domain },
	{ "a@x.test> AUTH=<", domain },
	{ "a@x.test SIZE=1", domain },
	{ "a>b@x.test", local },
	{ "a,b@x.test", local },
	{ "a;b@x.test", local },
	{ "a:b@x.test", local },
	{ "a(b)@x.test", local },
	{ "a\\b@x.test", local },
	{ "a\"b\"@x.test", local },
	{ "\"a\"b@x.test", local },
	{ "\"a\"\"b\"@x.test", local },
	{ "\"a\\\"@x.test", "it has no domain" },
	{ "\"\\\303\266\"@x.test", local },
	{ "a@b@x.test", domain },
	{ "a@x.test.", domain },
	{ "a@.x.test", domain },
	{ "a@x..test", domain },
	{ "a@-x.test", domain },
	{ "a@x-.test", domain },
	{ "a@x.test-", domain },
	{ "a@x,y", domain },
	{ "a@x/y", domain },
	{ "a@\"x\"", domain },
	{ "a@x.test\\", domain },
	{ "a@" A63 "a.test", domain },
	{ "a@[192.0.2.256]", domain },
	{ "a@[192.0.2]", domain },
	{ "a@[192.0.2.1", domain },
	{ "a@[192.0.2.1]x", domain },
	{ "a@[ 192.0.2.1]", domain },
	{ "a@[]", domain },
	{ "a@[", domain },
	{ "a@[IPv6:]", domain },
	{ "a@[IPv6:1.2.3.4]", domain },
	{ "a@[2001:db8::1]", domain },
	{ "a@[IPv6:fe80::1%eth0]", domain },
	{ "a@[IPv6:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]",
	    domain },
	{ "a@[x-tag:y]", domain },
	{ "a\rb@x.test", control },
	{ "a@x.test\r\nRCPT TO:<b@x.test>", control },
	{ "a@x.test\n", control },
	{ "\"a\r\nb\"@x.test", control },
	{ "\"a\\\rb\"@x.test", control },
	{ "\"a\tb\"@x.test", control },
	{ "a\033[2J@x.test", control },
	{ "a\177@x.test", control },
	{ "a@x\302\205.test", control },
	{ "a\342\200\250@x.test", control },
	{ "j\366rg@x.test", control },
	{ "a@x\300\256test", control },
	{ "a\355\240\200@x.test", control },
	{ A63 "aa@x.test", "more than 64 octets before the \"@\"" },
	{ "a@" A63 "." A63 "." A63 "." A16 A16 A16 "aaaaaaaaaaaaa",
	    "it is longer than 254 octets" },
};

static void
test_checks(void)
{
	struct fault f;
	size_t i;
	int ret;

	for (i = 0; i < NITEMS(checks); i++) {
		fault_clear(&f);
		ret = addr_check(checks[i].spec, &f);
		is(ret == 0 ? NULL : f.text, checks[i].want, "check %zu", i);
	}
	(void)addr_check("a\033@x.test", &f);
	is(f.what, "a?@x.test", "the address is named and printable");
}

static const struct {
	const char	*spec;
	const char	*want;		/* qualified, in ASCII; NULL: fault */
	bool		 utf8;
} domains[] = {
	{ "a@b.test.", "a@b.test", false }, { "a@b.test..", NULL, false },
	{ "a@.", NULL, false }, { "a@b\xc3\xb6.test.", "a@xn--b-1ga.test",
	    false },
	{ "", "", false },
	{ "root", "root@our.test", false },
	{ "a@X.test", "a@X.test", false },
	{ "\"a@b\"", "\"a@b\"@our.test", false },
	{ "a@m\303\274nchen.test", "a@xn--mnchen-3ya.test", false },
	{ "a@M\303\234NCHEN.test", "a@xn--mnchen-3ya.test", false },
	{ "j\303\266@m\303\274nchen.test", "j\303\266@m\303\274nchen.test",
	    true },
	{ "j\303\266@x.test", "j\303\266@x.test", true },
	{ "j\303\266", NULL, true },
	{ "a@", NULL, false },
	{ "a@\303\274..test", NULL, true },
	{ "a@x\377.test", NULL, true },
};

static void
test_domains(void)
{
	struct fault f = { 0 };
	size_t i;
	char *spec;

	for (i = 0; i < NITEMS(domains); i++) {
		spec = xstrdup(domains[i].spec);
		addr_qualify(&spec, "our.test");
		/* Some mappings fail at once, some make what then fails. */
		if (addr_ascii_domain(&spec, &f) == -1 ||
		    (*spec != '\0' && addr_check(spec, &f) == -1))
			is(NULL, domains[i].want, "domain %zu", i);
		else {
			is(spec, domains[i].want, "domain %zu", i);
			ok(addr_needs_utf8(spec) == domains[i].utf8,
			    "UTF-8 %zu", i);
		}
		free(spec);
	}
}

/* By addr_complete(); NULL: refused. */
static const struct {
	const char	*spec;
	const char	*want;
} completes[] = {
	{ "joe", "joe@our.test" }, { "a@x.test.", "a@x.test" },
	{ "john..doe@x.test", "\"john..doe\"@x.test" },
	{ "john.@x.test", "\"john.\"@x.test" },
	{ ".john@x.test", "\".john\"@x.test" },
	{ "john..doe", "\"john..doe\"@our.test" },
	{ "john..doe@", NULL },
	{ "..@x.test", "\"..\"@x.test" },
	{ "a b..c@x.test", NULL }, { "@x.test", NULL },
	{ "a..b@x..test", NULL },
	{ "j\303\266..k@x.test", "\"j\303\266..k\"@x.test" },
	{ "J\303\266", NULL }, { "=?UTF-8?Q?J=C3=B6?=", NULL },
};

static void
test_completes(void)
{
	struct fault f = { 0 };
	size_t i;
	char *spec;

	for (i = 0; i < NITEMS(completes); i++) {
		spec = xstrdup(completes[i].spec);
		is(addr_complete(&spec, "our.test", &f) == 0 ? spec : NULL,
		    completes[i].want, "complete %s", completes[i].spec);
		free(spec);
	}
}

static const struct {
	const char	*spec;
	int		 want;
} ats[] = {
	{ "", -1 }, { "a", -1 }, { "a@b", 1 }, { "@", 0 }, { "a@b@c", 1 },
	{ "\"@\"@b", 3 }, { "\"\\\"@\"@b", 5 }, { "\"@", -1 },
	{ "\"\\", -1 },
};

static void
test_at(void)
{
	const char *at;
	size_t i;

	for (i = 0; i < NITEMS(ats); i++) {
		at = addr_at(ats[i].spec);
		is_int(at != NULL ? at - ats[i].spec : -1, ats[i].want,
		    "at in %s", ats[i].spec);
	}
}

static void
test_local(void)
{
	struct buf b = { .max = 8192 };

	addr_add_local(&b, "joe");
	addr_add_local(&b, "CORP\\joe");
	is(buf_text(&b), "joe\"CORP\\\\joe\"", "login names");
	buf_release(&b);
}

static const struct {
	const char	*host;
	const char	*want;		/* NULL: it is no domain */
} hosts[] = {
	{ "vm.example.org", "vm.example.org" },
	{ "vm.example.org.", "vm.example.org" }, { "vm", "vm" },
	{ "fe4776b94017..", NULL }, { "my pc", NULL }, { "bob's-mac", NULL },
	{ "-bad-", NULL }, { "", NULL }, { ".", NULL },
};

static void
test_hosts(void)
{
	char got[256];
	bool good;
	size_t i;

	for (i = 0; i < NITEMS(hosts); i++) {
		good = addr_host_domain(hosts[i].host, got, sizeof(got));
		ok(good == (hosts[i].want != NULL), "host %s", hosts[i].host);
		is(got, good ? hosts[i].want : "localhost", "its domain");
	}
}

int
main(void)
{
	test_checks();
	test_domains();
	test_completes();
	test_at();
	test_local();
	test_hosts();
	return done();
}
