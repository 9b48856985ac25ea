/* recheck.c - a second connection, to see what the first could not show */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "probe/recheck.h"

#define PATIENCE	10	/* seconds for all of it */

/* The same way, for somebody who has no secrets and trusts nobody. */
static void
recheck_disguise(struct transport *r, enum client_tls mode)
{
	r->client.tls = mode;
	r->client.user = r->client.password = NULL;
	r->client.mech = SASL__MAX;
	r->client.heard = NULL;
	r->session.w = &r->stream;
	r->session.trusted = false;
	r->session.tls.noverify = true;
	r->session.tls.trust = NULL;
	r->session.tls.implicit = mode == CLIENT_TLS_IMPLICIT;
	r->limit = transport_within(r, PATIENCE);
	r->session.limit = r->limit;
}

static void
recheck_talk(struct transport *r, struct client *c, struct recheck *l)
{
	enum client_want want;

	client_init(c, &r->client);
	r->session.c = c;
	r->session.sniff = NULL;
	do {
		want = session_until(&r->session);
		if (c->tls && r->stream.tls != NULL && !l->tls) {
			l->tls = true;
			tls_facts(r->stream.tls, &l->facts);
		}
		client_quit(c);
	} while (want != CLIENT_OVER);
	l->greeted = c->banner[0] != '\0';
	l->starttls = (c->caps.set & CAP_STARTTLS) != 0;
	(void)strlcpy(l->banner, c->banner, sizeof(l->banner));
	client_release(c);
}

void
recheck(const struct transport *from, enum client_tls mode, struct recheck *l)
{
	struct transport *r = xmalloc(sizeof(*r));
	struct client *c = xcalloc(1, sizeof(*c));
	struct connection connection;
	struct fault f = { 0 };
	long long start = clock_ms();

	memset(l, 0, sizeof(*l));
	*r = *from;
	recheck_disguise(r, mode);
	if (route_open(&r->route, true, r->limit, &connection, &f) == 0) {
		/* The client borrows the name and place from the first. */
		transport_adopt(r, &connection, "");
		r->client.tls = mode;
		r->session.tls.implicit = mode == CLIENT_TLS_IMPLICIT;
		recheck_talk(r, c, l);
		stream_close(&r->stream);
	}
	l->ms = clock_ms() - start;
	free(c);
	free(r);
}
