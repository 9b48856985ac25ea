/* route.c - where a relay is: hosts, a socket, a proxy */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/route.h"
#include "base/ascii.h"
#include "base/util.h"
#include "config/config.h"
#include "net/socks.h"
#include "net/tls.h"

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

static void
route_each_of(const struct addresses *a, void (*tell)(void *ctx,
    const struct address *to, const struct address *source), void *ctx)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		tell(ctx, &a->v[i], &a->source);
}

void
route_each(const struct route *r, void (*tell)(void *ctx,
    const struct address *to, const struct address *source), void *ctx)
{
	const struct addresses none = { .n = 0 };
	struct address path;
	size_t i;

	if (r->relay.kind == RELAY_UNIX) {
		if (connect_unix_address(r->relay.path, &path))
			tell(ctx, &path, &none.source);
	} else if (r->relay.kind != RELAY_MAILDIR) {
		route_each_of(&r->proxy_addrs, tell, ctx);
		for (i = 0; i < r->n; i++)
			route_each_of(&r->hop[i].addrs, tell, ctx);
	}
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

/* Faults of addresses */

bool
route_fault_of_address(const struct fault *f)
{
	if (f->verdict != VD_TEMP && f->verdict != VD_PERM)
		return false;
	/* The dispatcher has ended. */
	if (f->domain == FD_LINK && f->code == ECANCELED)
		return false;
	if (f->stage == ST_CONNECT || f->stage == ST_GREETING ||
	    f->stage == ST_STARTTLS)
		return true;
	if (f->stage == ST_TLS)
		return !tls_unpinned(f);
	if (f->stage == ST_EHLO)
		return f->domain != FD_SMTP || f->code == 421;
	/* A refusal would be repeated, and an account may get locked. */
	return f->stage == ST_AUTH && (f->domain == FD_LINK ||
	    f->domain == FD_ERRNO);
}

/* A fault for the list: in one line, and not too long. */
static void
route_words(const struct fault *f, char *out, size_t size)
{
	struct buf b = { .max = 2 * FAULT_TEXT };
	char *p;

	fault_reply(&b, f);
	(void)strlcpy(out, buf_text(&b), size);
	buf_release(&b);
	for (p = out; (p = strchr(p, '\n')) != NULL; p++)
		*p = ' ';
}

/*
 * Add to the list of faults: "ADDRESS port N: words".  The address that got
 * furthest decides what kind of fault it is.
 */
static void
route_note(struct route *r, const struct fault *f, const char *words)
{
	const char *host = r->hop[r->at].host;
	unsigned char ip[16];
	struct fault *all = &r->fault;
	bool temp = f->verdict == VD_TEMP || all->verdict == VD_TEMP;
	bool named = r->n > 1 && resolve_literal(host, ip) == 0;
	char text[FAULT_TEXT];

	(void)strlcpy(text, all->text, sizeof(text));
	if (r->nfault++ == 0 || f->stage >= all->stage)
		*all = *f;
	if (temp)
		all->verdict = VD_TEMP;
	(void)strlcpy(all->text, text, sizeof(all->text));
	fault_add(all, "%s%s%s%s", text[0] != '\0' ? "; " : "",
	    named ? host : "", named ? " " : "", words);
}

/* Addresses that failed before another answered. */
static void
route_note_connection(struct route *r, const struct connection *c)
{
	struct fault f = { .stage = ST_CONNECT, .verdict = VD_TEMP };

	if (c->why[0] != '\0')
		route_note(r, &f, c->why);
}

/* The list instead of the fault, if there are several. */
static void
route_tell(const struct route *r, struct fault *f)
{
	if (r->nfault < 2)
		return;
	*f = r->fault;
	/* Its text is more than a reply. */
	if (f->domain == FD_SMTP) {
		f->domain = FD_NONE;
		f->code = 0;
		memset(f->esc, 0, sizeof(f->esc));
	}
}

/* The addresses of a hop.  One without, or behind a proxy, counts as one. */
static size_t
route_count(const struct route *r, const struct route_hop *hop)
{
	return r->proxy.host[0] != '\0' || hop->addrs.n == 0 ? 1 :
	    hop->addrs.n;
}

static size_t
route_hop_left(const struct route *r, const struct route_hop *hop)
{
	size_t i, n = route_count(r, hop), left = 0;

	for (i = 0; i < n; i++)
		left += (hop->failed & 1u << i) == 0;
	return left;
}

size_t
route_left(const struct route *r)
{
	size_t i, left = 0;

	if (r->relay.kind == RELAY_UNIX)
		return 0;
	for (i = 0; i < r->n; i++)
		left += route_hop_left(r, &r->hop[i]);
	return left - (r->n > 0 &&
	    (r->hop[r->at].failed & 1u << r->address) == 0 ? 1 : 0);
}

void
route_begin(struct route *r, unsigned tries)
{
	struct route_hop *hop;

	for (hop = r->hop; hop < r->hop + r->n; hop++) {
		hop->failed = 0;
		if (!r->good)
			hop->first = tries;
	}
	if (r->good)
		r->hop[r->at].first = r->address;
	r->first = r->good ? r->at : 0;
	r->nfault = 0;
	fault_clear(&r->fault);
}

bool
route_next(struct route *r, struct fault *f)
{
	const struct route_hop *hop = &r->hop[r->at];
	char words[400], text[RESOLVE_ADDRESS_TEXT + sizeof(words) + 2];

	if (!route_fault_of_address(f)) {
		/* The relay as a whole answers so: it stays what it is. */
		if (r->nfault > 0)
			fault_add(f, "; before that, %s", r->fault.text);
		return false;
	}
	route_words(f, words, sizeof(words));
	if (r->proxy.host[0] == '\0' && hop->addrs.n > 0) {
		resolve_address_text(&hop->addrs.v[r->address], text,
		    RESOLVE_ADDRESS_TEXT);
		(void)strlcat(text, ": ", sizeof(text));
		(void)strlcat(text, words, sizeof(text));
	} else {
		(void)strlcpy(text, words, sizeof(text));
	}
	r->hop[r->at].failed |= 1u << r->address;
	route_note(r, f, text);
	if (route_left(r) > 0)
		return true;
	route_tell(r, f);
	return false;
}

int
route_failed_family(const struct route *r)
{
	size_t all[2] = { 0, 0 }, failed[2] = { 0, 0 }, i;
	const struct route_hop *hop;
	bool six;

	for (hop = r->hop; hop < r->hop + r->n; hop++)
		for (i = 0; i < hop->addrs.n; i++) {
			six = hop->addrs.v[i].sa.ss_family == AF_INET6;
			all[six]++;
			failed[six] += (hop->failed & 1u << i) != 0;
		}
	if (all[0] == 0 || all[1] == 0)
		return AF_UNSPEC;
	if (failed[0] == 0 && failed[1] == all[1])
		return AF_INET6;
	return failed[1] == 0 && failed[0] == all[0] ? AF_INET : AF_UNSPEC;
}

int
route_lost_family(const struct route *r)
{
	int used, family, lost = AF_UNSPEC;
	const struct route_hop *hop;
	size_t i;

	if (r->n == 0 || r->address >= r->hop[r->at].addrs.n)
		return AF_UNSPEC;
	used = r->hop[r->at].addrs.v[r->address].sa.ss_family;
	for (hop = r->hop; hop < r->hop + r->n; hop++)
		for (i = 0; i < hop->addrs.n; i++) {
			family = hop->addrs.v[i].sa.ss_family;
			if ((hop->failed & 1u << i) == 0)
				continue;
			if (family == used)
				return AF_UNSPEC;
			lost = family;
		}
	return lost;
}

void
route_settle(struct route *r, bool good)
{
	r->good = good;
}

/* The connection */

/* The proxy connects; it looks up the name. */
static int
route_open_proxied(struct route *r, const struct route_hop *hop,
    long long deadline, struct connection *c, struct fault *f)
{
	if (connect_tcp(&r->proxy_addrs, r->by, deadline, c, f) == -1) {
		fault_add(f, " (the proxy)");
		return -1;
	}
	c->failed = 0;
	c->why[0] = '\0';
	if (socks_connect(c->fd, hop->host, hop->port, deadline, f) == 0)
		return 0;
	(void)close(c->fd);
	c->fd = -1;
	return -1;
}

/* Connect to the addresses of a hop in this order; index[i] is the ith. */
static int
route_open_listed(struct route *r, const struct addresses *list,
    const size_t *index, long long deadline, struct connection *c,
    struct fault *f)
{
	struct route_hop *hop = &r->hop[r->at];
	size_t i;

	if (connect_tcp(list, r->by, deadline, c, f) == -1) {
		for (i = 0; i < list->n; i++)
			hop->failed |= 1u << index[i];
		return -1;
	}
	for (i = 0; i < list->n; i++) {
		if (c->failed & 1u << i)
			hop->failed |= 1u << index[i];
		if (list->v[i].len == c->peer.len &&
		    memcmp(&list->v[i].sa, &c->peer.sa, c->peer.len) == 0)
			r->address = index[i];
	}
	return 0;
}

static int
route_open_hop(struct route *r, bool again, long long deadline,
    struct connection *c, struct fault *f)
{
	struct route_hop *hop = &r->hop[r->at];
	struct addresses list = { .source = hop->addrs.source };
	size_t index[RESOLVE_MAX], i, k;

	if (r->proxy.host[0] != '\0') {
		r->address = 0;
		if (route_open_proxied(r, hop, deadline, c, f) == 0)
			return 0;
		hop->failed |= 1;
		return -1;
	}
	if (hop->addrs.n == 0) {
		hop->failed |= 1;
		return fault_set(f, ST_RESOLVE, FD_NONE, 0, VD_TEMP,
		    "the host has no address");
	}
	for (i = 0; i < hop->addrs.n; i++) {
		k = again ? r->address : (hop->first + i) % hop->addrs.n;
		if (!again && (hop->failed & 1u << k) != 0)
			continue;
		index[list.n] = k;
		list.v[list.n++] = hop->addrs.v[k];
		if (again)
			break;
	}
	return route_open_listed(r, &list, index, deadline, c, f);
}

/* The hops from here on that are to be tried. */
static long long
route_hops_left(const struct route *r, size_t i)
{
	long long n = 0;

	for (; i < r->n; i++)
		n += route_hop_left(r, &r->hop[(r->first + i) % r->n]) > 0;
	return n;
}

int
route_open(struct route *r, bool again, long long deadline,
    struct connection *c, struct fault *f)
{
	struct fault why;
	unsigned failed;
	long long now;
	size_t i;
	int status;

	if (r->relay.kind == RELAY_UNIX)
		return connect_unix(r->relay.path, r->by, c, f);
	if (again) {
		failed = r->hop[r->at].failed;
		status = route_open_hop(r, true, deadline, c, f);
		r->hop[r->at].failed = failed;
		return status;
	}
	for (i = 0; i < r->n; i++) {
		r->at = (r->first + i) % r->n;
		if (route_hop_left(r, &r->hop[r->at]) == 0)
			continue;
		/* Divide the time that is left among the hops. */
		now = clock_ms();
		fault_clear(&why);
		(void)strlcpy(why.what, f->what, sizeof(why.what));
		if (route_open_hop(r, false, now + (deadline - now) /
		    route_hops_left(r, i), c, &why) == 0) {
			route_note_connection(r, c);
			return 0;
		}
		route_note(r, &why, why.text);
		*f = why;
	}
	r->at = r->first;
	if (f->verdict == VD_OK)
		(void)fault_set(f, ST_CONNECT, FD_NONE, 0, VD_TEMP,
		    "no address is left to try");
	route_tell(r, f);
	return -1;
}
