/*
 * walk.c - one walk to a relay and back, step by step, without a message
 *
 * It is a delivery's walk: the same connection, the same machine, which
 * tells us of each reply.  So the steps and their times are those of the
 * commands as they go: what is sent in one flight with the command before
 * it takes next to no time.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/util.h"
#include "probe/recheck.h"
#include "probe/walk.h"
#include "system/log.h"

static void
walk_tell(struct walk *w, struct step *d)
{
	const struct transport *r = w->transport;
	const struct scene scene = { .client = w->client,
	    .host = r->client.host, .near = w->near, .sender = w->env->from,
	    .helo = r->helo, .helo_known = w->helo_known,
	    .tls = w->tls.version != NULL ? &w->tls : NULL };

	if (d->mark == MARK_OK)
		step_warn(d, &scene);
	output_finding(w->display, d);
	step_release(d);
}

/* How long the step took that ends now; the next begins. */
static long long
walk_lap(struct walk *w)
{
	long long now = clock_ms(), ms = now - w->since;

	w->since = now;
	return ms;
}

static void
walk_fail(struct walk *w, const struct fault *f)
{
	struct step d;

	step_init(&d, fault_stage(f->stage), walk_lap(w));
	step_fault(&d, f);
	walk_tell(w, &d);
	if (w->fault.verdict == VD_OK)
		w->fault = *f;
}

static void
walk_skip(struct walk *w, enum stage stage, const char *why)
{
	struct step d;

	step_init(&d, fault_stage(stage), -1);
	step_line(&d, "%s", why);
	d.mark = MARK_SKIPPED;
	walk_tell(w, &d);
}

/* The handshake was over before the reply that is heard now. */
static void
walk_tell_tls(struct walk *w)
{
	const struct session *s = &w->transport->session;
	struct step d;

	if (w->tls_told || !w->client->tls || w->transport->stream.tls == NULL)
		return;
	w->tls_told = true;
	tls_facts(w->transport->stream.tls, &w->tls);
	step_init(&d, fault_stage(ST_TLS), s->shook);
	step_tls(&d, &w->tls);
	walk_tell(w, &d);
	w->since += s->shook;
}

static void
walk_add_address(struct walk *w, const struct client_command *k,
    struct step *d)
{
	const char *addr = k->verb == V_MAIL ? w->env->from :
	    w->env->rcpt[k->rcpt].addr;
	char to[400];

	(void)snprintf(to, sizeof(to), "<%s>", addr);
	json_text(&d->facts, "address", addr);
	step_reply(d, to, w->client);
}

static void
walk_tell_yes(struct walk *w, const struct client_command *k)
{
	struct step d;

	step_init(&d, fault_stage(client_state_verb_stage(k->verb)),
	    walk_lap(w));
	if (k->verb == V_EHLO)
		step_ehlo(&d, w->client);
	else if (k->verb == V_AUTH)
		step_auth(&d, w->client,
		    w->transport->client.mech != SASL__MAX);
	else if (k->verb == V_MAIL || k->verb == V_RCPT)
		walk_add_address(w, k, &d);
	else
		step_reply(&d, k->verb == V_HELO ? "HELO" : "", w->client);
	walk_tell(w, &d);
}

/* A no that the session survives. */
static void
walk_tell_no(struct walk *w, const struct client_command *k)
{
	struct fault f = { 0 };
	struct step d;

	if (k->verb == V_MAIL || k->verb == V_RCPT) {
		client_state_heard(w->client, &f);
		client_state_command(w->client, k, &f);
		walk_fail(w, &f);
		return;
	}
	step_init(&d, fault_stage(client_state_verb_stage(k->verb)),
	    walk_lap(w));
	step_reply(&d, k->verb == V_EHLO ? "EHLO" : "", w->client);
	d.mark = MARK_WARNING;
	walk_tell(w, &d);
}

/* There is no TLS, and what comes now would be said under it. */
static void
walk_tell_clear(struct walk *w)
{
	if (w->client->tls || w->tls_told)
		return;
	w->tls_told = true;
	walk_skip(w, ST_TLS, w->transport->client.tls == CLIENT_TLS_NONE ?
	    "none, as tls says" : "none, as the relay offers none");
}

static void
walk_heard(void *ctx, const struct client *c, const struct client_command *k)
{
	struct walk *w = ctx;

	walk_tell_tls(w);
	if (k->verb == V_AUTH)
		walk_tell_clear(w);
	/* How a session ends is told at its end. */
	if (c->fault.verdict != VD_OK || c->reply.code / 100 == 3)
		return;
	/* Of what is not in the transaction any more nothing can be said. */
	if (k->verb == V_RCPT && k->mail == NULL)
		return;
	if (k->verb == V_RSET && w->env->nrcpt == 0)
		walk_skip(w, ST_RCPT, "no recipient was named");
	w->quit_told |= k->verb == V_QUIT;
	if (client_state_yes(c))
		walk_tell_yes(w, k);
	else
		walk_tell_no(w, k);
}

/* What others do here, and we do not. */
static void
walk_tell_skipped(struct walk *w)
{
	walk_tell_clear(w);
	if (!w->client->authed)
		walk_skip(w, ST_AUTH, w->transport->set->user == NULL ?
		    "no login, as no user is set" :
		    "no login, as auth says");
}

/* What the machine found by itself of an address. */
static void
walk_tell_rest(struct walk *w)
{
	const struct rcpt *r = w->env->rcpt;
	size_t i;

	for (i = 0; i < w->env->nrcpt; i++)
		if (r[i].why != NULL && r[i].why->domain != FD_SMTP)
			walk_fail(w, r[i].why);
}

static void
walk_begin(struct walk *w)
{
	w->begun = true;
	walk_tell_skipped(w);
	w->mail = (struct client_mail){ .env = w->env, .probe = true };
	w->since = clock_ms();
	client_mail(w->client, &w->mail);
	walk_tell_rest(w);
}

static void
walk_tell_end(struct walk *w)
{
	struct step d;

	walk_tell_tls(w);
	if (w->client->fault.verdict != VD_OK) {
		walk_fail(w, &w->client->fault);
		return;
	}
	if (w->quit_told)
		return;
	step_init(&d, fault_stage(ST_QUIT), walk_lap(w));
	step_line(&d, "the relay left without a reply");
	d.mark = MARK_WARNING;
	walk_tell(w, &d);
}

static void
walk_converse(struct walk *w)
{
	struct transport *r = w->transport;
	enum client_want want;

	r->client.heard = walk_heard;
	r->client.heard_ctx = w;
	client_init(w->client, &r->client);
	r->session.c = w->client;
	do {
		want = session_until(&r->session);
		assert(want != CLIENT_BODY);
		if (want == CLIENT_IDLE && !w->begun) {
			walk_begin(w);
		} else if (want == CLIENT_IDLE) {
			w->since = clock_ms();
			client_quit(w->client);
		}
	} while (want != CLIENT_OVER);
	walk_tell_end(w);
}

static int
walk_join(struct walk *w)
{
	struct transport *r = w->transport;
	struct fault f = { 0 };
	struct step d;
	char ours[80];

	if (transport_open(r, w->env->from, &f) == -1) {
		walk_fail(w, &f);
		return -1;
	}
	step_init(&d, fault_stage(ST_CONNECT), walk_lap(w));
	connect_literal(&r->connection.local, ours, sizeof(ours));
	step_line(&d, "%s%s%s", r->connection.text,
	    ours[0] != '\0' ? " from " : "", ours);
	json_text(&d.facts, "address", r->connection.text);
	json_text(&d.facts, "from", ours);
	walk_tell(w, &d);
	return 0;
}

/* Another look at what went wrong with TLS */

static void
walk_show_certificate(struct walk *w, const struct recheck *l)
{
	struct step d;

	step_init(&d, fault_stage(ST_TLS), l->ms);
	step_line(&d, "looked again, believing anybody:");
	step_tls(&d, &l->facts);
	json_bool(&d.facts, "again", true);
	d.mark = MARK_SKIPPED;
	walk_tell(w, &d);
	if (l->facts.ncerts > 0)
		(void)strlcpy(w->pin, l->facts.cert[0].pin, sizeof(w->pin));
}

static void
walk_show_mode(struct walk *w, enum client_tls mode, const struct recheck *l)
{
	const char *words = mode == CLIENT_TLS_IMPLICIT ?
	    "this port speaks TLS from the start" :
	    mode == CLIENT_TLS_STARTTLS ?
	    "this port greets in clear and offers STARTTLS" :
	    "this port greets in clear and offers no TLS at all";
	const struct fault f = w->fault;
	struct step d;

	w->mistaken = true;
	w->mode = mode;
	(void)fault_set(&w->fault, f.stage, f.domain, f.code, f.verdict,
	    "%s", words);
	step_init(&d, fault_stage(ST_TLS), l->ms);
	d.mark = MARK_WARNING;
	step_line(&d, "tried the other mode: %s", words);
	if (l->banner[0] != '\0')
		step_line(&d, "220 %.*s", (int)strcspn(l->banner, "\n"),
		    l->banner);
	if (l->tls)
		step_tls(&d, &l->facts);
	json_bool(&d.facts, "again", true);
	walk_tell(w, &d);
}

/* Is it the mode that is wrong, or the certificate? */
static void
walk_look_again(struct walk *w)
{
	enum client_tls mode = w->transport->client.tls;
	struct recheck *l = xmalloc(sizeof(*l));
	enum stage stage = w->fault.stage;

	l->tls = false;
	if (stage == ST_TLS) {
		recheck(w->transport, mode, l);
		if (l->tls)
			walk_show_certificate(w, l);
	}
	if (!l->tls && mode == CLIENT_TLS_IMPLICIT) {
		recheck(w->transport, CLIENT_TLS_OPPORTUNISTIC, l);
		if (l->greeted)
			walk_show_mode(w, l->starttls || l->tls ?
			    CLIENT_TLS_STARTTLS : CLIENT_TLS_NONE, l);
	} else if (stage == ST_GREETING && w->fault.domain != FD_SMTP) {
		recheck(w->transport, CLIENT_TLS_IMPLICIT, l);
		if (l->tls)
			walk_show_mode(w, CLIENT_TLS_IMPLICIT, l);
	}
	free(l);
}

static void
walk_forget(struct envelope *e)
{
	size_t i;

	for (i = 0; i < e->nrcpt; i++)
		rcpt_unsettle(&e->rcpt[i]);
}

void
walk_run(struct walk *w)
{
	walk_forget(w->env);
	w->since = clock_ms();
	if (walk_join(w) == -1) {
		transport_describe(w->transport, NULL, &w->conninfo);
		return;
	}
	w->client = xcalloc(1, sizeof(*w->client));
	w->since = clock_ms();
	walk_converse(w);
	transport_describe(w->transport, w->client, &w->conninfo);
	stream_close(&w->transport->stream);
	if ((w->fault.stage == ST_TLS || w->fault.stage == ST_GREETING) &&
	    w->fault.verdict != VD_OK && !w->client->tls)
		walk_look_again(w);
	if (w->trace && w->fault.verdict != VD_OK)
		log_raw(buf_text(&w->client->talk), w->client->talk.len);
	client_release(w->client);
	free(w->client);
	w->client = NULL;
}
