/* dns.c - queries to the DNS itself: hosts of a service (RFC 2782) */

#include <sys/types.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include "net/dns.h"
#include "net/dnsquery.h"
#include "net/relay.h"

#define ANSWER	16384	/* octets of an answer */
#define HEADER	12	/* of a DNS message (RFC 1035, 4.1.1) */
#define FIXED	10	/* type, class, TTL and length of a record */
#define TRUNCATED 2	/* bit of the third octet of a message */

/* A message and how far it was read. */
struct reader {
	const unsigned char *p, *at, *end;
};

static unsigned
dns_u16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Read a name, which may be compressed. */
static bool
dns_name(struct reader *r, char *out, size_t size)
{
	int used = dn_expand(r->p, r->end, r->at, out, (int)size);

	if (used < 0)
		return false;
	r->at += used;
	return true;
}

static bool
dns_skip_questions(struct reader *r, unsigned n)
{
	char text[NS_MAXDNAME];

	for (; n > 0; n--) {
		if (!dns_name(r, text, sizeof(text)) || r->end - r->at < 4)
			return false;
		r->at += 4;
	}
	return true;
}

/* The data of one SRV record; "." is: the service is not offered. */
static void
dns_take_srv(const struct reader *whole, const unsigned char *data, size_t n,
    void *out)
{
	struct reader r = { .p = whole->p, .at = data + 6, .end = data + n };
	struct dns_srv_list *list = out;
	struct dns_srv *s = &list->v[list->n];

	if (list->n == DNS_SRV_MAX || n < 7)
		return;
	s->priority = (uint16_t)dns_u16(data);
	s->weight = (uint16_t)dns_u16(data + 2);
	s->port = (uint16_t)dns_u16(data + 4);
	/* A compressed name may point back, but not beyond its record. */
	if (s->port != 0 && dns_name(&r, s->host, sizeof(s->host)) &&
	    relay_host_valid(s->host))
		list->n++;
}

/* The data of one MX record; "." is: the domain takes no mail. */
static void
dns_take_mx(const struct reader *whole, const unsigned char *data, size_t n,
    void *out)
{
	struct reader r = { .p = whole->p, .at = data + 2, .end = data + n };
	struct dns_mx_list *list = out;

	if (list->n == DNS_SRV_MAX || n < 3)
		return;
	if (dns_name(&r, list->host[list->n], sizeof(list->host[0])) &&
	    relay_host_valid(list->host[list->n]))
		list->n++;
}

/* Hand over the data of each record of that type to take(). */
static bool
dns_records(const unsigned char *p, size_t n, unsigned wanted,
    void (*take)(const struct reader *, const unsigned char *, size_t,
    void *), void *out)
{
	struct reader r = { .p = p, .at = p + HEADER, .end = p + n };
	char text[NS_MAXDNAME];
	unsigned left, type, class, size;

	if (n < HEADER || !dns_skip_questions(&r, dns_u16(p + 4)))
		return false;
	for (left = dns_u16(p + 6); left > 0; left--) {
		if (!dns_name(&r, text, sizeof(text)) || r.end - r.at < FIXED)
			return false;
		type = dns_u16(r.at);
		class = dns_u16(r.at + 2);
		size = dns_u16(r.at + 8);
		r.at += FIXED;
		if ((size_t)(r.end - r.at) < size)
			return false;
		if (type == wanted && class == ns_c_in)
			take(&r, r.at, size, out);
		r.at += size;
	}
	return true;
}

bool
dns_srv_parse(const unsigned char *p, size_t n, struct dns_srv_list *list)
{
	return dns_records(p, n, ns_t_srv, dns_take_srv, list);
}

bool
dns_mx_parse(const unsigned char *p, size_t n, struct dns_mx_list *list)
{
	return dns_records(p, n, ns_t_mx, dns_take_mx, list);
}

static int
dns_by_priority(const void *a, const void *b)
{
	const struct dns_srv *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	/* RFC 2782: those without weight come first, to have a chance. */
	return (x->weight > y->weight) - (x->weight < y->weight);
}

void
dns_srv_sort(struct dns_srv_list *list, uint32_t (*below)(uint32_t))
{
	struct dns_srv *v = list->v, chosen;
	size_t i, k, end;
	uint32_t sum, pick;

	qsort(v, list->n, sizeof(*v), dns_by_priority);
	for (i = 0; i < list->n; i++) {
		sum = 0;
		for (end = i; end < list->n &&
		    v[end].priority == v[i].priority; end++)
			sum += v[end].weight;
		pick = below(sum + 1);
		for (k = i; k + 1 < end && v[k].weight < pick; k++)
			pick -= v[k].weight;
		chosen = v[k];
		memmove(&v[i + 1], &v[i], (k - i) * sizeof(*v));
		v[i] = chosen;
	}
}

/* The name server, if the system's are not to be used. */
static int
dns_server(const char *resolver, struct sockaddr_in *in, struct fault *f)
{
	struct relay r = { 0 };

	memset(in, 0, sizeof(*in));
	if (resolver == NULL)
		return 0;
	if (!relay_host(resolver, &r) ||
	    inet_pton(AF_INET, r.host, &in->sin_addr) != 1)
		return fault_set(f, ST_RESOLVE, FD_NONE, 0, VD_TEMP,
		    "the resolver cannot be set up");
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)(r.port != 0 ? r.port : 53));
	return 0;
}

static int
dns_failed(struct fault *f, const char *what, int why)
{
	if (why == HOST_NOT_FOUND || why == NO_DATA)
		return 0;
	return fault_set(f, ST_RESOLVE, FD_NONE, 0, VD_TEMP,
	    "the name server has no answer to the question for %s", what);
}

/*
 * A first: a name without an A record seldom has AAAA.  A truncated answer
 * has data, also where none of it fitted.
 */
int
dns_known(const char *host, const char *resolver, bool *known,
    struct fault *f)
{
	static const int types[] = { ns_t_a, ns_t_aaaa };
	unsigned char answer[ANSWER];
	struct dnsquery q = { .quick = true, .answer = answer,
	    .size = sizeof(answer), .name = host };
	size_t i;
	int status = 0;

	*known = false;
	if (dns_server(resolver, &q.server, f) == -1)
		return -1;
	for (i = 0; i < 2 && !*known && status == 0; i++) {
		q.type = types[i];
		if (dnsquery_ask(&q) > 0 || (q.why == NO_DATA &&
		    (answer[2] & TRUNCATED) != 0))
			*known = true;
		else
			status = dns_failed(f, host, q.why);
	}
	return status;
}

/* Ask for records of this type, and hand them over to take(). */
static int
dns_ask(const char *what, const char *resolver, ns_type type,
    void (*take)(const struct reader *, const unsigned char *, size_t,
    void *), void *out, struct fault *f)
{
	unsigned char answer[ANSWER];
	struct dnsquery q = { .answer = answer, .size = sizeof(answer),
	    .name = what, .type = (int)type };
	int n, status = 0;

	if (dns_server(resolver, &q.server, f) == -1)
		return -1;
	n = dnsquery_ask(&q);
	if (n == -1)
		status = dns_failed(f, what, q.why);
	else if (!dns_records(answer, (size_t)n < sizeof(answer) ? (size_t)n :
	    sizeof(answer), type, take, out))
		status = fault_set(f, ST_RESOLVE, FD_NONE, 0, VD_TEMP,
		    "the answer to the question for %s is damaged", what);
	return status;
}

int
dns_srv_lookup(const char *what, const char *resolver,
    struct dns_srv_list *list, struct fault *f)
{
	list->n = 0;
	if (dns_ask(what, resolver, ns_t_srv, dns_take_srv, list, f) == -1)
		return -1;
	dns_srv_sort(list, arc4random_uniform);
	return 0;
}

int
dns_mx_lookup(const char *domain, const char *resolver,
    struct dns_mx_list *list, struct fault *f)
{
	list->n = 0;
	return dns_ask(domain, resolver, ns_t_mx, dns_take_mx, list, f);
}
