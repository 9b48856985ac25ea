/*
 * f_dns.c - what the hosts of a service must be, whatever the DNS answers
 *
 * Only hosts that can be looked up are taken.  A longer answer does not
 * change what was read of the records before.  Sorting keeps all of them,
 * and their priorities in order.
 */

#include <string.h>

#include "net/dns.h"
#include "net/relay.h"

#include "fuzz.h"

/* Any number below n; the input decides nothing here. */
static uint32_t
below(uint32_t n)
{
	static uint32_t state = 1;

	CHECK(n > 0);
	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

static void
check_hosts(const struct dns_srv_list *l)
{
	size_t i;

	CHECK(l->n <= DNS_SRV_MAX);
	for (i = 0; i < l->n; i++) {
		CHECK(memchr(l->v[i].host, '\0', sizeof(l->v[i].host)));
		CHECK(relay_host_valid(l->v[i].host));
		CHECK(l->v[i].port != 0);
	}
}

static void
check_mx(const uint8_t *p, size_t n)
{
	struct dns_mx_list l = { .n = 0 };
	size_t i;

	(void)dns_mx_parse(p, n, &l);
	CHECK(l.n <= DNS_SRV_MAX);
	for (i = 0; i < l.n; i++)
		CHECK(memchr(l.host[i], '\0', sizeof(l.host[i])) &&
		    relay_host_valid(l.host[i]));
}

static size_t
count(const struct dns_srv_list *l, const struct dns_srv *s)
{
	size_t i, n = 0;

	for (i = 0; i < l->n; i++)
		n += l->v[i].priority == s->priority &&
		    l->v[i].weight == s->weight && l->v[i].port == s->port &&
		    strcmp(l->v[i].host, s->host) == 0;
	return n;
}

static void
check_sort(const struct dns_srv_list *l)
{
	struct dns_srv_list sorted = *l;
	size_t i;

	dns_srv_sort(&sorted, below);
	CHECK(sorted.n == l->n);
	for (i = 0; i < l->n; i++) {
		CHECK(count(&sorted, &l->v[i]) == count(l, &l->v[i]));
		CHECK(i == 0 ||
		    sorted.v[i - 1].priority <= sorted.v[i].priority);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dns_srv_list l = { .n = 0 }, again = { .n = 0 };
	uint8_t *more;
	size_t i;

	if (n > 16384)
		return 0;
	check_mx(p, n);
	if (!dns_srv_parse(p, n, &l)) {
		check_hosts(&l);
		return 0;
	}
	check_hosts(&l);
	check_sort(&l);
	/* What follows the records does not matter. */
	CHECK((more = calloc(1, n + 16)) != NULL);
	memcpy(more, p, n);
	CHECK(dns_srv_parse(more, n + 16, &again));
	CHECK(again.n >= l.n);
	for (i = 0; i < l.n; i++)
		CHECK(strcmp(l.v[i].host, again.v[i].host) == 0 &&
		    l.v[i].port == again.v[i].port);
	free(more);
	return 0;
}
