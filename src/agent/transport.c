/* transport.c - the connection to a relay, as the settings say */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lookup.h"
#include "agent/transport.h"
#include "base/util.h"
#include "config/config.h"
#include "config/issuer.h"
#include "config/password.h"
#include "net/trust.h"
#include "smtp/avoid.h"

#define SNIFF	5	/* seconds to try TLS where no greeting came */

long long
transport_within(const struct transport *r, long long seconds)
{
	long long due = clock_ms() + seconds * 1000;

	return r->limit > 0 && r->limit < due ? r->limit : due;
}

/* Ask another connection: does the port speak TLS from the start? */
static bool
transport_sniff(void *ctx)
{
	struct transport *r = ctx;
	struct connection connection;
	struct fault f = { 0 };
	struct stream w;
	long long due = transport_within(r, SNIFF);
	bool yes;

	if (r->session.limit > 0 && r->session.limit < due)
		due = r->session.limit;
	if (route_open(&r->route, true, due, &connection, &f) == -1)
		return false;
	stream_init(&w, connection.fd);
	yes = stream_speaks_tls(&w, due);
	stream_close(&w);
	return yes;
}

/* Set what depends on the host that the route is at. */
static void
transport_settle(struct transport *r)
{
	const struct route_hop *hop = &r->route.hop[r->route.at];

	route_what(&r->route, r->what, sizeof(r->what));
	r->client.host = hop->host;
	r->client.port = hop->port;
	r->session.tls.name = route_name(&r->route);
	if (r->route.relay.kind != RELAY_SRV || r->set->tls != SETTING_TLS_AUTO)
		return;
	r->client.tls = hop->implicit ? CLIENT_TLS_IMPLICIT :
	    CLIENT_TLS_STARTTLS;
	r->session.tls.implicit = hop->implicit;
}

static void
transport_prepare_client(struct transport *r)
{
	const struct settings *s = r->set;

	r->client = (struct client_opts){
		.helo = r->helo, .what = r->what, .tls = config_client_tls(s),
		.user = s->auth == SETTING_AUTH_NONE ? NULL : s->user,
		.lmtp = r->route.relay.lmtp, .mech = config_mech(s),
		.avoid = s->avoid != NULL ? avoid_parse(s->avoid) : 0,
		.token = s->oauth != NULL,
		.token_mech = issuer_find(s)->mech,
		.auth_cleartext = s->auth_cleartext, .random = arc4random_buf,
	};
}

static void
transport_prepare_session(struct transport *r, enum setting_tls mode,
    bool verify)
{
	const struct settings *s = r->set;

	r->session = (struct session){
		.w = &r->stream,
		.tls = {
			.priority = s->tls_priority,
			.noverify = !verify && s->tls_pin == NULL,
			.implicit = mode == SETTING_TLS_IMPLICIT,
		},
		.trusted = mode != SETTING_TLS_OPPORTUNISTIC ||
		    s->tls_pin != NULL,
		.timeout = s->timeout * 1000,
	};
}

int
transport_prepare(struct transport *r, const struct settings *s,
    const char *fqdn, struct fault *f)
{
	enum setting_tls mode = config_tls_mode(s);
	bool verify = s->tls_verify && mode != SETTING_TLS_OPPORTUNISTIC;
	struct trust_opts trust = { .ca = s->tls_ca, .pins = s->tls_pin,
	    .pins_only = !verify, .cert = s->tls_cert, .key = s->tls_key };

	*r = (struct transport){ .set = s, .fqdn = fqdn, .stream.fd = -1 };
	if (route_prepare(&r->route, s, f) == -1)
		return -1;
	transport_prepare_client(r);
	transport_prepare_session(r, mode, verify);
	transport_settle(r);
	fault_what(f, "%s", r->what);
	if (r->route.relay.kind == RELAY_MAILDIR)
		return 0;
	if (mode == SETTING_TLS_NONE) {
		/* A login may need hashes; the sandbox cannot load them. */
		if (r->client.user == NULL || gnutls_load(f) == 0)
			return 0;
		f->stage = ST_AUTH;
		return -1;
	}
	r->trust = trust_new(&trust, f);
	r->session.tls.trust = r->trust;
	return r->trust != NULL ? 0 : -1;
}

int
transport_locate(struct transport *r, long long limit, struct fault *f)
{
	long long deadline = clock_ms() + r->set->connect_timeout * 1000;

	(void)strlcpy(f->what, r->what, sizeof(f->what));
	return lookup_route(&r->route,
	    limit > 0 && limit < deadline ? limit : deadline, f);
}

void
transport_introduce(struct transport *r, const char *sender)
{
	const char *helo = r->set->helo;
	struct heloname_candidates cand = { .fqdn = r->fqdn, .sender = sender };
	char literal[80] = "";

	if (r->stream.fd != -1)
		connect_literal(&r->connection.local, literal, sizeof(literal));
	cand.literal = literal;
	if (helo != NULL && strcmp(helo, "auto") != 0)
		cand.setting = helo;
	heloname_choose(&cand, r->helo, r->why);
}

void
transport_adopt(struct transport *r, const struct connection *connection,
    const char *sender)
{
	r->connection = *connection;
	transport_settle(r);
	stream_init(&r->stream, connection->fd);
	r->session.due = 0;
	r->session.shook = 0;
	r->session.settled = 0;
	r->session.sniff = transport_sniff;
	r->session.sniff_ctx = r;
	transport_introduce(r, sender);
}

void
transport_begin(struct transport *r, unsigned tries)
{
	route_begin(&r->route, tries);
	r->connecting = 0;
}

/* Divide the time that is left among the addresses left. */
static long long
transport_share(const struct transport *r)
{
	long long now = clock_ms(), share, left = (long long)route_left(
	    &r->route);

	if (left == 0)
		return r->limit;
	share = now + r->set->connect_timeout * 1000;
	if (r->limit > 0 && share > now + (r->limit - now) / (1 + left))
		share = now + (r->limit - now) / (1 + left);
	return share;
}

int
transport_open(struct transport *r, const char *sender, struct fault *f)
{
	struct connection connection;
	long long start = clock_ms();
	long long due = start + r->set->connect_timeout * 1000 -
	    r->connecting;
	int status;

	if (r->limit > 0 && r->limit < due)
		due = r->limit;
	memset(&r->connection, 0, sizeof(r->connection));
	status = route_open(&r->route, false, due, &connection, f);
	r->connecting += clock_ms() - start;
	if (status == -1) {
		transport_settle(r);
		(void)strlcpy(f->what, r->what, sizeof(f->what));
		return -1;
	}
	transport_adopt(r, &connection, sender);
	r->session.limit = transport_share(r);
	return 0;
}

bool
transport_give_up_tls(struct transport *r, const struct client *c)
{
	const struct fault *f = &c->fault;
	struct buf b = { .max = sizeof(r->clear) - 1 };

	if (r->client.tls != CLIENT_TLS_OPPORTUNISTIC || c->tls ||
	    r->client.user != NULL || r->client.mech == SASL_EXTERNAL ||
	    r->set->tls_pin != NULL || f->verdict == VD_OK ||
	    (f->stage != ST_STARTTLS && f->stage != ST_TLS))
		return false;
	buf_adds(&b, "no TLS, as the STARTTLS of the relay fails: ");
	if (f->domain == FD_SMTP)
		buf_addf(&b, "%03d ", f->code);
	buf_addf(&b, "%.*s", (int)strnlen(f->text, sizeof(r->clear) -
	    b.len - 1), f->text);
	r->client.tls = CLIENT_TLS_NONE;
	(void)strlcpy(r->clear, buf_text(&b), sizeof(r->clear));
	buf_release(&b);
	return true;
}

void
transport_ready(struct transport *r)
{
	r->session.limit = r->limit;
	route_settle(&r->route, true);
}

bool
transport_next(struct transport *r, struct fault *f)
{
	bool more = route_next(&r->route, f);

	route_settle(&r->route, false);
	return more;
}

void
transport_release(struct transport *r)
{
	if (r->stream.fd != -1)
		stream_close(&r->stream);
	trust_free(r->trust);
	r->trust = NULL;
	route_release(&r->route);
}

static void
transport_copy(char *out, size_t size, const char *text)
{
	struct buf b = { .max = 4 * size };

	buf_add_visible(&b, text, strnlen(text, size - 1), false);
	(void)strlcpy(out, buf_text(&b), size);
	buf_release(&b);
}

void
transport_describe(const struct transport *r, const struct client *c,
    struct conninfo *l)
{
	const struct tls *t = r->stream.tls;
	int lost;

	conninfo_clear(l);
	(void)strlcpy(l->what, r->what, sizeof(l->what));
	transport_copy(l->helo, sizeof(l->helo), r->helo);
	transport_copy(l->ip, sizeof(l->ip), r->connection.text);
	l->ip[strcspn(l->ip, " ")] = '\0';
	transport_copy(l->clear, sizeof(l->clear), r->clear);
	/* If all failed, the fault names them. */
	if (r->route.good && r->route.nfault > 0) {
		transport_copy(l->tried, sizeof(l->tried),
		    r->route.fault.text);
		lost = route_lost_family(&r->route);
		l->lost = lost == AF_INET6 ? 6 : lost == AF_INET ? 4 : 0;
	}
	l->rtt = stream_round_trip(&r->stream);
	if (c == NULL)
		return;
	transport_copy(l->banner, sizeof(l->banner), c->banner);
	transport_copy(l->offered, sizeof(l->offered), c->caps.auth);
	if (c->mech != SASL__MAX)
		(void)strlcpy(l->auth, sasl_name(c->mech), sizeof(l->auth));
	l->authed = c->authed;
	l->quoted = !c->o->token && c->o->password != NULL &&
	    password_quoted(c->o->password);
	l->caps = c->caps.set;
	if (c->tls && t != NULL)
		(void)snprintf(l->tls, sizeof(l->tls), "%s %s %s",
		    tls_version(t), tls_cipher(t), tls_assurance(t));
}
