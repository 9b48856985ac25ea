/*
 * lookup.c - looks up the hosts and addresses of a relay
 *
 * The resolver of the C library has no time limit that one could set, so a
 * child asks it.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/lookup.h"
#include "base/portable.h"
#include "base/util.h"

static int
lookup_family(const struct settings *s, const struct address *source)
{
	if (source->len > 0)
		return source->sa.ss_family;
	return s->family == SETTING_FAMILY_IPV4 ? AF_INET :
	    s->family == SETTING_FAMILY_IPV6 ? AF_INET6 : AF_UNSPEC;
}

/* Add all hosts of one service; none is no fault. */
static int
lookup_service(struct route *r, const char *service, bool implicit,
    struct fault *f)
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
lookup_hops(struct route *r, struct fault *f)
{
	int tls = r->set->tls;

	if (r->relay.kind != RELAY_SRV)
		return 0;
	r->n = 0;
	if ((tls == SETTING_TLS_AUTO || tls == SETTING_TLS_IMPLICIT) &&
	    lookup_service(r, "_submissions", true, f) == -1)
		return -1;
	if (tls != SETTING_TLS_IMPLICIT &&
	    lookup_service(r, "_submission", false, f) == -1)
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
lookup_addresses(struct route *r, const struct address *source,
    struct fault *f)
{
	struct fault why = { 0 };
	struct route_hop *hop;
	size_t i, found = 0;

	for (i = 0; i < r->n; i++) {
		hop = &r->hop[i];
		hop->addrs.source = *source;
		if (resolve_host(hop->host, (unsigned)hop->port,
		    lookup_family(r->set, source), &hop->addrs, &why) == 0)
			found++;
	}
	if (found > 0)
		return 0;
	(void)strlcpy(why.what, f->what, sizeof(why.what));
	*f = why;
	return -1;
}

/* Ask hosts(5) and the DNS, however long they need. */
static int
lookup_all(struct route *r, struct fault *f)
{
	const struct settings *s = r->set;
	struct address source = { .len = 0 };

	if (s->source_address != NULL)
		(void)resolve_address_parse(s->source_address, &source);
	if (lookup_hops(r, f) == -1)
		return -1;
	if (r->proxy.host[0] == '\0')
		return lookup_addresses(r, &source, f);
	r->proxy_addrs.source = source;
	if (resolve_host(r->proxy.host, (unsigned)r->proxy.port,
	    lookup_family(s, &source), &r->proxy_addrs, f) == 0)
		return 0;
	fault_add(f, ": the proxy %s", r->proxy.host);
	return -1;
}

/* What was found, as the process that looked it up sends it. */
struct found {
	int		 status;
	struct fault	 fault;
	struct addresses proxy;
	size_t		 n;
	struct route_hop hop[ROUTE_HOPS];
};

/* In a child: look up, send the result, end. */
static void
lookup_send(struct route *r, struct fault *f, int sock)
{
	struct found *all = xcalloc(1, sizeof(*all));

	all->status = lookup_all(r, f);
	all->fault = *f;
	all->proxy = r->proxy_addrs;
	all->n = r->n;
	memcpy(all->hop, r->hop, r->n * sizeof(*r->hop));
	(void)send(sock, all, sizeof(*all), MSG_NOSIGNAL);
	_exit(0);
}

/* False if nothing comes before the deadline. */
static bool
lookup_receive(struct route *r, struct fault *f, int sock,
    long long deadline, int *status)
{
	struct found *all = xmalloc(sizeof(*all));
	struct pollfd p = { .fd = sock, .events = POLLIN };
	long long left;
	int got;

	do {
		left = deadline - clock_ms();
		got = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (got == -1 && errno == EINTR);
	got = got == 1 && recv(sock, all, sizeof(*all), MSG_DONTWAIT) ==
	    sizeof(*all);
	if (got) {
		r->hop = xreallocarray(r->hop, all->n + 1, sizeof(*r->hop));
		memcpy(r->hop, all->hop, all->n * sizeof(*r->hop));
		r->n = all->n;
		r->proxy_addrs = all->proxy;
		*f = all->fault;
		*status = all->status;
	}
	free(all);
	return got;
}

static int
lookup_late(long long start, struct fault *f)
{
	return fault_set(f, ST_RESOLVE, FD_GAI, EAI_AGAIN, VD_TEMP,
	    "no name server answered in %lld s",
	    (clock_ms() - start + 500) / 1000);
}

static int
lookup_in_child(struct route *r, long long deadline, struct fault *f)
{
	long long start = clock_ms();
	int sock[2], status = -1;
	pid_t pid;

	if (deadline <= start)
		return lookup_late(start, f);
	if (portable_pair(sock) == -1)
		return fault_errno(f, ST_RESOLVE, errno, VD_TEMP,
		    "cannot look up names");
	if ((pid = fork()) == 0)
		lookup_send(r, f, sock[1]);
	(void)close(sock[1]);
	if (pid == -1)
		(void)fault_errno(f, ST_RESOLVE, errno, VD_TEMP,
		    "cannot start a process that looks up names");
	else if (!lookup_receive(r, f, sock[0], deadline, &status))
		(void)lookup_late(start, f);
	(void)close(sock[0]);
	if (pid != -1) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	return status;
}

int
lookup_route(struct route *r, long long deadline, struct fault *f)
{
	const char *host = r->proxy.host[0] != '\0' ? r->proxy.host :
	    r->relay.host;

	if (r->relay.kind == RELAY_UNIX || r->relay.kind == RELAY_MAILDIR)
		return 0;
	if (r->relay.kind != RELAY_SRV && relay_host_literal(host))
		return lookup_all(r, f);
	return lookup_in_child(r, deadline, f);
}
