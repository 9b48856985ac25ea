/* t_smtp_heloname.c - chooses the HELO name from candidates */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "smtp/heloname.h"
#include "tap.h"

#define L21	"a23456789012345678901"
#define L63	L21 L21 L21
#define HEX32	"0123456789abcdef0123456789abcdef"
#define HEX64	HEX32 HEX32

static const struct {
	const char	*name;
	bool		 valid;
	const char	*doubt;		/* NULL: none */
} names[] = {
	{ "mail.example.org", true, NULL },
	{ "MAIL.Example.ORG", true, NULL },
	{ "a.b", true, NULL },
	{ "1.example.org", true, NULL },
	{ "xn--bcher-kva.example.org", true, NULL },
	{ "a--b.example.org", true, NULL },
	{ "my-host-3.example.org", true, NULL },
	{ "localdomain.example.org", true, NULL },
	{ "lan.example.org", true, NULL },
	{ "planetlan.org", true, NULL },
	{ "[192.0.2.1]", true, NULL },
	{ "[IPv6:2001:db8::1]", true, NULL },
	{ "[ipv6:::1]", true, NULL },
	{ L63 ".org", true, NULL },
	/* everywhere the same */
	{ "localhost", true, "every machine is localhost" },
	{ "LocalHost", true, "every machine is localhost" },
	{ "localhost.localdomain", true, "every machine is localhost" },
	{ "localhost.example.org", true, "every machine is localhost" },
	{ "localhost6.localdomain6", true, "every machine is localhost" },
	{ "localhost4", true, "every machine is localhost" },
	{ "web.local", true, "a name of a private network" },
	{ "WEB.LOCAL", true, "a name of a private network" },
	{ "ip-10-0-0-1.ec2.internal", true, "a name of a private network" },
	{ "nas.lan", true, "a name of a private network" },
	{ "web.localdomain", true, "a name of a private network" },
	{ "web.home.arpa", true, "a name of a private network" },
	{ "web-0.web.default.svc.cluster.local", true,
	    "a name of a private network" },
	/* made for the moment */
	{ "0123456789ab", true, "a container id" },
	{ "DEADBEEF0123", true, "a container id" },
	{ "0123456789ab.example.org", true, "a container id" },
	{ HEX64, false, "a container id" },
	{ "name-5d8f9c7b6-x2x4q", true, "the name of a pod" },
	{ "my-app-7c5ddbdf54-abcde", true, "no dot in it" },
	{ "my-app-7c5ddbdf54-9xkzp", true, "the name of a pod" },
	{ "my-app-7c5ddbdf54-9xkzp.example.org", true, "the name of a pod" },
	/* but not these */
	{ "0123456789abc.example.org", true, NULL },
	{ "0123456789ag.example.org", true, NULL },
	{ "mail-relay-north.example.org", true, NULL },
	{ "x-bcdfghjk-vwxzb.example.org", true, NULL },
	{ "srv-2024-smtp2.example.org", true, NULL },
	{ "web1", true, "no dot in it" },
	/* not names at all */
	{ "", false, NULL },
	{ ".", false, NULL },
	{ "example.org.", false, NULL },
	{ ".example.org", false, NULL },
	{ "a..b", false, NULL },
	{ "-a.example.org", false, NULL },
	{ "a-.example.org", false, NULL },
	{ "a.-b.org", false, NULL },
	{ "my_host.example.org", false, NULL },
	{ "a b.example.org", false, NULL },
	{ "a.example.org\r\nMAIL FROM:<x>", false, NULL },
	{ "b\303\274cher.example.org", false, NULL },
	{ "*.example.org", false, NULL },
	{ "192.0.2.1", false, NULL },
	{ "1234", false, NULL },
	{ L63 "4.org", false, NULL },
	{ L63 "." L63 "." L63 "." L63 ".o", false, NULL },
	{ "[]", false, NULL },
	{ "[192.0.2.1", false, NULL },
	{ "[192.0.2.256]", false, NULL },
	{ "[192.0.2.1]x", false, NULL },
	{ "[2001:db8::1]", false, NULL },
	{ "[IPv6:192.0.2.1]", false, NULL },
	{ "[example.org]", false, NULL },
};

static const struct {
	struct heloname_candidates c;	/* setting, fqdn, sender, literal */
	const char	*name;
	const char	*why;		/* a part of it */
} choices[] = {
	{ { "mail.example.org", "web.example.org", "a@b.org", "[::]" },
	    "mail.example.org", "as set" },
	{ { "localhost", "web.example.org", NULL, NULL },
	    "localhost", "may refuse it (every machine is localhost)" },
	{ { "web1", NULL, NULL, NULL }, "web1", "may refuse it (no dot" },
	{ { "[192.0.2.9]", "web.example.org", NULL, NULL },
	    "[192.0.2.9]", "as set" },
	{ { NULL, "web.example.org", "a@b.org", "[192.0.2.1]" },
	    "web.example.org", "the host's name" },
	{ { "", "web.example.org", "a@b.org", "[192.0.2.1]" },
	    "web.example.org", "the host's name" },
	{ { NULL, "web1", "a@b.org", "[192.0.2.1]" }, "b.org",
	    "the host's name 'web1' was not used (no dot in it); "
	    "the domain of the sender" },
	{ { NULL, "my_host.example.org", "a@b.org", NULL }, "b.org",
	    "(an underscore in it)" },
	{ { NULL, "192.0.2.7", "a@b.org", NULL }, "b.org",
	    "(not a host name)" },
	{ { NULL, "0123456789ab", "a@b.org", NULL }, "b.org",
	    "(a container id)" },
	{ { NULL, HEX64, "a@b.org", NULL }, "b.org", "was not used" },
	{ { NULL, "name-5d8f9c7b6-x2x4q", "a@b.org", NULL }, "b.org",
	    "(the name of a pod)" },
	{ { NULL, "localhost.localdomain", "a@b.org", NULL }, "b.org",
	    "(every machine is localhost)" },
	{ { NULL, "", "a@b.org", NULL }, "b.org", "the domain of the" },
	{ { NULL, NULL, "\"x@y\"@b.org", NULL }, "b.org", "sender" },
	{ { NULL, NULL, "a@web.lan", "[192.0.2.1]" }, "[192.0.2.1]",
	    "the domain of the sender 'web.lan' was not used (a name of "
	    "a private network); the address of this end" },
	{ { NULL, "localhost", "", "[192.0.2.1]" }, "[192.0.2.1]",
	    "the address of this end" },
	{ { NULL, "localhost", "root", "[192.0.2.1]" }, "[192.0.2.1]",
	    "the address of this end" },
	{ { NULL, "localhost", "a@", "[IPv6:2001:db8::1]" },
	    "[IPv6:2001:db8::1]", "the address of this end" },
	/* somebody's address is not ours */
	{ { NULL, NULL, "a@[198.51.100.1]", "[192.0.2.1]" }, "[192.0.2.1]",
	    "the address of this end" },
	{ { NULL, NULL, "a@b\303\274.org", "[192.0.2.1]" }, "[192.0.2.1]",
	    "(not a host name)" },
	{ { NULL, NULL, NULL, "[127.0.0.1]" }, "[127.0.0.1]",
	    "the address of this end" },
	{ { NULL, NULL, NULL, NULL }, "[127.0.0.1]",
	    "there is no better name" },
};

static void
choose(void)
{
	char name[HELONAME_MAX], why[HELONAME_WHY];
	size_t i;

	for (i = 0; i < NITEMS(choices); i++) {
		memset(name, 'x', sizeof(name));
		memset(why, 'x', sizeof(why));
		heloname_choose(&choices[i].c, name, why);
		is(name, choices[i].name, "choice %zu", i);
		ok(strstr(why, choices[i].why) != NULL, "because %s", why);
	}
}

/* However long the candidates are, name and reason have their size. */
static void
long_names(void)
{
	char name[HELONAME_MAX], why[HELONAME_WHY], junk[2000];
	struct heloname_candidates c = { NULL, junk, junk, junk };

	memset(junk, '_', sizeof(junk) - 1);
	junk[500] = '@';
	junk[sizeof(junk) - 1] = '\0';
	heloname_choose(&c, name, why);
	is(name, "[127.0.0.1]", "nothing but junk");
	ok(strlen(why) < HELONAME_WHY && strstr(why, "no better name") != NULL,
	    "and a reason of bounded length");
	c.setting = junk;
	heloname_choose(&c, name, why);
	ok(strlen(name) == HELONAME_MAX - 1, "a setting that was not checked");
}

int
main(void)
{
	const char *doubt;
	size_t i;

	for (i = 0; i < NITEMS(names); i++) {
		ok(heloname_valid(names[i].name) == names[i].valid,
		    "name %zu is %svalid", i, names[i].valid ? "" : "not ");
		doubt = heloname_doubt(names[i].name);
		if (names[i].valid || names[i].doubt != NULL)
			is(doubt, names[i].doubt, "what is against it");
	}
	choose();
	long_names();
	return done();
}
