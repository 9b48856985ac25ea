/* resolve.c - addresses of a relay name */

#include <sys/types.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "net/resolve.h"

#define HOST_MAX	254	/* RFC 1035, section 2.3.4, and a final dot */

/* Copy a host without the brackets of "[::1]"; false if it cannot be one. */
static bool
resolve_unbracket(const char *host, char *out, size_t size)
{
	size_t n = strlen(host);

	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n == 0 || n >= size)
		return false;
	memcpy(out, host, n);
	out[n] = '\0';
	return true;
}

size_t
resolve_literal(const char *host, unsigned char ip[16])
{
	char text[HOST_MAX + 1], *zone;

	if (!resolve_unbracket(host, text, sizeof(text)))
		return 0;
	if (inet_pton(AF_INET, text, ip) == 1)
		return 4;
	if ((zone = strchr(text, '%')) != NULL)
		*zone = '\0';
	return inet_pton(AF_INET6, text, ip) == 1 ? 16 : 0;
}

/* A name that always means this host (RFC 6761). */
static bool
resolve_is_localhost(const char *host)
{
	static const char local[] = "localhost";
	size_t n = strlen(host);

	if (n > 0 && host[n - 1] == '.')
		n--;
	return ascii_below(host, n, local, sizeof(local) - 1);
}

static int
resolve_refuse(struct fault *f, int e, int family)
{
	switch (e) {
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
		return fault_set(f, ST_RESOLVE, FD_GAI, e, VD_PERM, "%s",
		    family == AF_INET ? "no such host name for IPv4" :
		    family == AF_INET6 ? "no such host name for IPv6" :
		    "no such host name");
#ifdef EAI_ADDRFAMILY
	case EAI_ADDRFAMILY:
		return fault_set(f, ST_RESOLVE, FD_GAI, e, VD_PERM,
		    "the name has no %s address",
		    family == AF_INET6 ? "IPv6" : "IPv4");
#endif
	case EAI_SYSTEM:
		return fault_errno(f, ST_RESOLVE, errno, VD_TEMP,
		    "the resolver failed");
	default:
		return fault_set(f, ST_RESOLVE, FD_GAI, e, VD_TEMP, "%s",
		    gai_strerror(e));
	}
}

/* The order of RFC 8305 for addresses sorted by the system. */
static void
resolve_interleave(struct addresses *a)
{
	struct addresses in = *a;
	bool used[RESOLVE_MAX] = { false };
	size_t i, k;
	int last = AF_UNSPEC;

	for (k = 0; k < in.n; k++) {
		for (i = 0; i < in.n; i++)
			if (!used[i] && in.v[i].sa.ss_family != last)
				break;
		if (i == in.n)		/* only the same family is left */
			for (i = 0; used[i]; i++)
				;
		used[i] = true;
		last = in.v[i].sa.ss_family;
		a->v[k] = in.v[i];
	}
}

static bool
resolve_have(const struct addresses *a, const struct addrinfo *ai)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->v[i].len == ai->ai_addrlen &&
		    memcmp(&a->v[i].sa, ai->ai_addr, ai->ai_addrlen) == 0)
			return true;
	return false;
}

/*
 * Copy addresses of a family, or any with AF_UNSPEC, until there are max.
 * So a name with many of one family leaves room for the other.
 */
static void
resolve_take(struct addresses *a, const struct addrinfo *ai, int family,
    size_t max)
{
	struct address *p;

	for (; ai != NULL && a->n < max; ai = ai->ai_next) {
		if ((family != AF_UNSPEC && ai->ai_family != family) ||
		    ai->ai_addrlen > sizeof(p->sa) || resolve_have(a, ai))
			continue;
		p = &a->v[a->n++];
		memset(p, 0, sizeof(*p));
		memcpy(&p->sa, ai->ai_addr, ai->ai_addrlen);
		p->len = ai->ai_addrlen;
	}
}

int
resolve_host(const char *host, unsigned port, int family, struct addresses *out,
    struct fault *f)
{
	struct addrinfo hints = { .ai_family = family,
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *list;
	char name[HOST_MAX + 1], service[16];
	unsigned char ip[16];
	int e;

	out->n = 0;
	if (!resolve_unbracket(host, name, sizeof(name)))
		return resolve_refuse(f, EAI_NONAME, AF_UNSPEC);
	/*
	 * Look up only families that this host can use; but glibc does not
	 * count loopback addresses as usable.
	 */
	if (resolve_literal(name, ip) > 0)
		hints.ai_flags |= AI_NUMERICHOST;
	else if (!resolve_is_localhost(name))
		hints.ai_flags |= AI_ADDRCONFIG;
	(void)snprintf(service, sizeof(service), "%u", port);
	if ((e = getaddrinfo(name, service, &hints, &list)) != 0)
		return resolve_refuse(f, e, family);
	resolve_take(out, list, list->ai_family, RESOLVE_MAX / 2);
	resolve_take(out, list,
	    list->ai_family == AF_INET6 ? AF_INET : AF_INET6, RESOLVE_MAX);
	resolve_take(out, list, AF_UNSPEC, RESOLVE_MAX);
	freeaddrinfo(list);
	resolve_interleave(out);
	if (out->n == 0)
		return resolve_refuse(f, EAI_NONAME, family);
	return 0;
}

void
resolve_address_text(const struct address *a, char *out, size_t size)
{
	char host[64], port[8];

	if (getnameinfo((const struct sockaddr *)&a->sa, a->len, host,
	    sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		(void)strlcpy(out, "an unknown address", size);
		return;
	}
	(void)snprintf(out, size, "%s port %s", host, port);
}

bool
resolve_address_parse(const char *text, struct address *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(&a->sa, &in, sizeof(in));
		a->len = sizeof(in);
	} else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		memcpy(&a->sa, &in6, sizeof(in6));
		a->len = sizeof(in6);
	}
	return a->len > 0;
}
