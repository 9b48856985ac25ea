/* t_net_dns.c - the hosts that a domain names for a service */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "net/dns.h"
#include "tap.h"

/* A question for "a.b" and two records, the second with a pointer. */
static const unsigned char answer[] = {
	0, 1, 0x85, 0x80, 0, 1, 0, 3, 0, 0, 0, 0,
	1, 'a', 1, 'b', 0, 0, 33, 0, 1,
	0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 11,
	0, 20, 0, 5, 2, 0x4b, 2, 'm', 'x', 0xc0, 14,
	0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 9,
	0, 10, 0, 0, 1, 0xd1, 1, 'h', 0,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1,
};

/* A question for "a.b", an MX record for "m.b", and one for ".". */
static const unsigned char mx[] = {
	0, 1, 0x85, 0x80, 0, 1, 0, 2, 0, 0, 0, 0,
	1, 'a', 1, 'b', 0, 0, 15, 0, 1,
	0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 6, 0, 10, 1, 'm', 0xc0, 14,
	0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 3, 0, 0, 0,
};

static void
parse_mx(void)
{
	struct dns_mx_list list = { .n = 0 };
	struct dns_srv_list srv = { .n = 0 };

	ok(dns_mx_parse(mx, sizeof(mx), &list), "MX records");
	is_int((long long)list.n, 1, "one host; \".\" is none");
	is(list.host[0], "m.b", "its name");
	ok(!dns_mx_parse(mx, sizeof(mx) - 1, &list), "cut");
	list.n = 0;
	ok(dns_mx_parse(answer, sizeof(answer), &list) && list.n == 0,
	    "SRV records are no MX records");
	ok(dns_srv_parse(mx, sizeof(mx), &srv) && srv.n == 0,
	    "nor the other way");
}

static void
parse(void)
{
	unsigned char *copy;
	struct dns_srv_list list = { .n = 0 };
	size_t n, i, whole = 0;

	ok(dns_srv_parse(answer, sizeof(answer), &list), "an answer");
	is_int((long long)list.n, 2, "two hosts, and an address");
	is(list.v[0].host, "mx.b", "the first, by a pointer");
	is_int(list.v[0].priority, 20, "priority");
	is_int(list.v[0].weight, 5, "weight");
	is_int(list.v[0].port, 587, "port");
	is(list.v[1].host, "h", "the second");
	is_int(list.v[1].port, 465, "its port");
	/* Cut anywhere, in memory of that size, for the sanitizers. */
	for (n = 0; n < sizeof(answer); n++) {
		copy = xmalloc(n + 1);
		memcpy(copy, answer, n);
		list.n = 0;
		whole += dns_srv_parse(copy, n, &list);
		free(copy);
	}
	is_int((long long)whole, 0, "cut anywhere, it is not whole");
	/* Any octet wrong: no more hosts than there is room for. */
	for (i = 0; i < sizeof(answer); i++)
		for (n = 0; n < 256; n++) {
			copy = xmalloc(sizeof(answer));
			memcpy(copy, answer, sizeof(answer));
			copy[i] = (unsigned char)n;
			list.n = 0;
			(void)dns_srv_parse(copy, sizeof(answer), &list);
			if (list.n > 3)
				ok(false, "%zu %zu", i, n);
			free(copy);
		}
}

static void
denied(void)
{
	static const unsigned char none[] = {
		0, 1, 0x85, 0x80, 0, 0, 0, 1, 0, 0, 0, 0,
		1, 'a', 0, 0, 33, 0, 1, 0, 0, 0, 60, 0, 7,
		0, 0, 0, 0, 0, 25, 0,
	};
	struct dns_srv_list list = { .n = 0 };

	ok(dns_srv_parse(none, sizeof(none), &list) && list.n == 0,
	    "the root is no host");
}

static uint32_t
lowest(uint32_t n)
{
	(void)n;
	return 0;
}

static uint32_t
highest(uint32_t n)
{
	return n - 1;
}

static struct dns_srv_list
four(void)
{
	return (struct dns_srv_list){ .n = 4, .v = {
		{ 20, 0, 1, "late" }, { 10, 1, 1, "light" },
		{ 10, 0, 1, "none" }, { 10, 9, 1, "heavy" } } };
}

static void
sort(void)
{
	struct dns_srv_list l = four();
	unsigned i, heavy = 0;

	dns_srv_sort(&l, lowest);
	is(l.v[0].host, "none", "0: the one without weight");
	is(l.v[3].host, "late", "the priority counts first");
	l = four();
	dns_srv_sort(&l, highest);
	is(l.v[0].host, "heavy", "the highest: the heaviest");
	is(l.v[1].host, "light", "then the next");
	is(l.v[3].host, "late", "and the priority still");
	for (i = 0; i < 2000; i++) {
		l = four();
		dns_srv_sort(&l, arc4random_uniform);
		heavy += strcmp(l.v[0].host, "heavy") == 0;
	}
	/* 9 of 11, as RFC 2782 counts. */
	ok(heavy > 1500 && heavy < 1760, "by weight: %u of 2000", heavy);
	l.n = 0;
	dns_srv_sort(&l, lowest);
	ok(l.n == 0, "an empty list");
}

int
main(void)
{
	parse_mx();
	parse();
	denied();
	sort();
	return done();
}
