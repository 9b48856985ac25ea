/* finder.c - the relays that may take the mail of an address */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "net/dns.h"
#include "setup/finder.h"

static struct candidate *
finder_add(struct finder *f, enum finder_source source, const char *host,
    int port, bool implicit)
{
	struct candidate *c = &f->v[f->n];

	if (f->n == FINDER_MAX)
		return NULL;
	*c = (struct candidate){ .source = source, .port = port,
	    .implicit = implicit };
	if (strlcpy(c->host, host, sizeof(c->host)) >= sizeof(c->host))
		return NULL;
	f->n++;
	return c;
}

static void
finder_add_service(struct finder *f, const struct service *s)
{
	struct candidate *c = finder_add(f, FINDER_TABLE, s->host, s->port,
	    s->port == 465);

	if (c != NULL)
		c->service = s;
}

/* The provider that takes the mail of the domain. */
static const struct service *
finder_by_mx(const char *domain, const char *resolver)
{
	const struct service *s = NULL;
	struct dns_mx_list list;
	struct fault f = { 0 };
	size_t i;

	if (dns_mx_lookup(domain, resolver, &list, &f) == -1)
		return NULL;
	for (i = 0; i < list.n && s == NULL; i++)
		s = service_of_mx(list.host[i]);
	return s;
}

static void
finder_srv(struct finder *f, const char *domain, const char *resolver,
    const char *service, bool implicit)
{
	struct dns_srv_list list;
	struct candidate *c;
	struct fault why = { 0 };
	char *name = xasprintf("%s._tcp.%s", service, domain);
	size_t i;

	if (dns_srv_lookup(name, resolver, &list, &why) == 0)
		for (i = 0; i < list.n; i++) {
			c = finder_add(f, FINDER_SRV, list.v[i].host,
			    list.v[i].port, implicit);
			if (c == NULL)
				break;
			c->service = service_of_relay(c->host);
			c->foreign = c->service == NULL &&
			    !ascii_below(c->host, strlen(c->host), domain,
			    strlen(domain));
		}
	free(name);
}

void
finder_guess(struct finder *f, const char *domain)
{
	static const char *const prefix[] = { "smtp.", "mail.", "" };
	static const int port[] = { 465, 587, 25 };
	char host[256];
	size_t i, k;

	for (i = 0; i < NITEMS(prefix); i++)
		for (k = 0; k < NITEMS(port); k++)
			if ((size_t)snprintf(host, sizeof(host), "%s%s",
			    prefix[i], domain) < sizeof(host))
				(void)finder_add(f, FINDER_GUESS, host,
				    port[k], port[k] == 465);
}

void
finder_find(struct finder *f, const char *address, const char *resolver)
{
	const char *at = strrchr(address, '@');
	const char *domain = at != NULL ? at + 1 : address;
	const struct service *s = service_of_domain(domain);

	f->n = 0;
	if (s == NULL)
		s = finder_by_mx(domain, resolver);
	if (s != NULL) {
		finder_add_service(f, s);
		return;
	}
	finder_srv(f, domain, resolver, "_submissions", true);
	finder_srv(f, domain, resolver, "_submission", false);
	if (f->n == 0)
		finder_guess(f, domain);
}
