/* route.c - where a relay is: hosts, a socket, a proxy */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/route.h"
#include "base/ascii.h"
#include "base/util.h"
#include "config/config.h"
#include "net/socks.h"

static int
route_family(const struct settings *s, const struct address *source)
{
	if (source->len > 0)
		return source->sa.ss_family;
	return s->family == SETTING_FAMILY_IPV4 ? AF_INET :
	    s->family == SETTING_FAMILY_IPV6 ? AF_INET6 : AF_UNSPEC;
}

int
route_prepare(struct route *r, const struct settings *s, struct fault *f)
{
	struct route_hop *hop = xcalloc(1, sizeof(*hop));

	*r = (struct route){ .set = s, .hop = hop };
	if (s->relay == NULL || !relay_parse(s->relay, &r->relay))
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "no relay is set");
	if (s->proxy != NULL)
		(void)relay_proxy(s->proxy, &r->proxy);
	/* Messages name the relay before it is looked up. */
	(void)strlcpy(hop->host, r->relay.host, sizeof(hop->host));
	hop->port = config_port(s);
	hop->implicit = config_tls_mode(s) == SETTING_TLS_IMPLICIT;
	r->n = 1;
	return 0;
}

void
route_release(struct route *r)
{
	free(r->hop);
	r->hop = NULL;
}

/* Add all hosts of one service; none is no fault. */
static int
route_ask(struct route *r, const char *service, bool implicit, struct fault *f)
{
	struct dns_srv_list list;
	struct route_hop *hop;
	char name[300];
	size_t i;

	(void)snprintf(name, sizeof(name), "%s._tcp.%s", service,
	    r->relay.host);
	if (dns_srv_lookup(name, r->set->resolver, &list, f) == -1)
		return -1;
	r->hop = xreallocarray(r->hop, r->n + list.n + 1, sizeof(*r->hop));
	for (i = 0; i < list.n; i++) {
		hop = &r->hop[r->n++];
		*hop = (struct route_hop){ .port = list.v[i].port,
		    .implicit = implicit };
		(void)strlcpy(hop->host, list.v[i].host, sizeof(hop->host));
	}
	return 0;
}

/* RFC 8314, 5.1: TLS from the start is preferred where both are offered. */
static int
route_find_hops(struct route *r, struct fault *f)
{
	int tls = r->set->tls;

	if (r->relay.kind != RELAY_SRV)
		return 0;
	r->n = 0;
	if ((tls == SETTING_TLS_AUTO || tls == SETTING_TLS_IMPLICIT) &&
	    route_ask(r, "_submissions", true, f) == -1)
		return -1;
	if (tls != SETTING_TLS_IMPLICIT &&
	    route_ask(r, "_submission", false, f) == -1)
		return -1;
	if (r->n == 0)
		return fault_set(f, ST_RESOLVE, FD_NONE, 0, VD_PERM,
		    "the domain names no host that takes mail from users "
		    "(SRV records of %s)", tls == SETTING_TLS_IMPLICIT ?
		    "_submissions" : tls == SETTING_TLS_AUTO ?
		    "_submissions and _submission" : "_submission");
	return 0;
}

/* Hops without an address are passed over, unless all have none. */
static int
route_find_addresses(struct route *r, const struct address *source,
    struct fault *f)
{
	struct fault why = { 0 };
	struct route_hop *hop;
	size_t i, found = 0;

	for (i = 0; i < r->n; i++) {
		hop = &r->hop[i];
		hop->addrs.source = *source;
		if (resolve_host(hop->host, (unsigned)hop->port,
		    route_family(r->set, source), &hop->addrs, &why) == 0)
			found++;
	}
	if (found > 0)
		return 0;
	(void)strlcpy(why.what, f->what, sizeof(why.what));
	*f = why;
	return -1;
}

int
route_locate(struct route *r, struct fault *f)
{
	const struct settings *s = r->set;
	struct address source = { .len = 0 };

	if (r->relay.kind == RELAY_UNIX || r->relay.kind == RELAY_MAILDIR)
		return 0;
	if (s->source_address != NULL)
		(void)resolve_address_parse(s->source_address, &source);
	if (route_find_hops(r, f) == -1)
		return -1;
	if (r->proxy.host[0] == '\0')
		return route_find_addresses(r, &source, f);
	r->proxy_addrs.source = source;
	if (resolve_host(r->proxy.host, (unsigned)r->proxy.port,
	    route_family(s, &source), &r->proxy_addrs, f) == 0)
		return 0;
	fault_add(f, ": the proxy %s", r->proxy.host);
	return -1;
}

size_t
route_ports(const struct route *r, int *ports, size_t max)
{
	size_t i, n = 0;

	if (r->relay.kind == RELAY_UNIX || r->relay.kind == RELAY_MAILDIR)
		return 0;
	if (r->proxy.host[0] != '\0' && max > 0) {
		ports[0] = r->proxy.port;
		return 1;
	}
	for (i = 0; i < r->n && n < max; i++)
		ports[n++] = r->hop[i].port;
	return n;
}

void
route_what(const struct route *r, char *out, size_t size)
{
	const struct route_hop *hop = &r->hop[r->at];

	if (r->relay.kind == RELAY_UNIX || r->relay.kind == RELAY_MAILDIR)
		(void)strlcpy(out, r->relay.path, size);
	else if (r->n == 0 || (r->relay.kind == RELAY_SRV &&
	    strcmp(hop->host, r->relay.host) == 0))
		(void)snprintf(out, size, "srv:%s", r->relay.host);
	else
		(void)snprintf(out, size, "%s:%d", hop->host, hop->port);
}

const char *
route_name(const struct route *r)
{
	const char *host = r->n > 0 ? r->hop[r->at].host : r->relay.host;

	if (r->set->tls_name != NULL)
		return r->set->tls_name;
	if (r->relay.kind == RELAY_UNIX)
		return "localhost";
	return r->relay.kind != RELAY_SRV || ascii_below(host, strlen(host),
	    r->relay.host, strlen(r->relay.host)) ? host : r->relay.host;
}

/* The proxy connects; it looks up the name. */
static int
route_open_proxied(struct route *r, const struct route_hop *hop,
    long long deadline, struct connection *c, struct fault *f)
{
	if (connect_tcp(&r->proxy_addrs, deadline, c, f) == -1) {
		fault_add(f, " (the proxy)");
		return -1;
	}
	if (socks_connect(c->fd, hop->host, hop->port, deadline, f) == 0)
		return 0;
	(void)close(c->fd);
	c->fd = -1;
	return -1;
}

static int
route_open_hop(struct route *r, long long deadline, struct connection *c,
    struct fault *f)
{
	const struct route_hop *hop = &r->hop[r->at];

	if (r->proxy.host[0] != '\0')
		return route_open_proxied(r, hop, deadline, c, f);
	if (hop->addrs.n > 0)
		return connect_tcp(&hop->addrs, deadline, c, f);
	return fault_set(f, ST_RESOLVE, FD_NONE, 0, VD_TEMP,
	    "the host has no address");
}

int
route_open(struct route *r, bool again, long long deadline,
    struct connection *c, struct fault *f)
{
	long long now;

	if (r->relay.kind == RELAY_UNIX)
		return connect_unix(r->relay.path, c, f);
	if (again)
		return route_open_hop(r, deadline, c, f);
	for (r->at = 0; r->at < r->n; r->at++) {
		/* Divide the time that is left among the hops. */
		now = clock_ms();
		if (route_open_hop(r, now + (deadline - now) /
		    (long long)(r->n - r->at), c, f) == 0)
			return 0;
	}
	r->at = 0;
	return -1;
}
