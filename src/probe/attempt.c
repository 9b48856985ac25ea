/*
 * attempt.c - one probe of a relay, step by step, without a message
 *
 * It uses the connection and the client machine of a delivery, which reports
 * each reply.  So the steps and their times are those of the commands.  A
 * command that is pipelined with the one before takes almost no time.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/util.h"
#include "probe/attempt.h"
#include "smtp/avoid.h"
#include "system/log.h"

#define RECHECK_LIMIT	10	/* seconds */
#define OCTETS		2000	/* of the message that is announced */

static void
attempt_show(struct attempt *a, struct step *d)
{
	const struct transport *t = a->transport;
	const struct warn_context about = { .client = a->client,
	    .host = t->client.host, .near = a->near, .sender = a->env->from,
	    .helo = t->helo, .helo_known = a->helo_known,
	    .tls = a->tls.version != NULL ? &a->tls : NULL,
	    .failed_family = a->begun ?
	    route_failed_family(&t->route) : AF_UNSPEC };

	if (d->mark == MARK_OK)
		step_warn(d, &about);
	output_step(a->output, d);
	step_release(d);
}

/* Return the duration of the step that ends now; the next begins. */
static long long
attempt_lap(struct attempt *a)
{
	long long now = clock_ms(), ms = now - a->since;

	a->since = now;
	return ms;
}

static void
attempt_fail(struct attempt *a, const struct fault *f)
{
	struct step d;

	step_init(&d, fault_stage(f->stage), attempt_lap(a));
	step_fault(&d, f);
	attempt_show(a, &d);
	if (a->fault.verdict == VD_OK)
		a->fault = *f;
}

static void
attempt_skip(struct attempt *a, enum stage stage, const char *why)
{
	struct step d;

	step_init(&d, fault_stage(stage), -1);
	step_line(&d, "%s", why);
	d.mark = MARK_SKIPPED;
	attempt_show(a, &d);
}

/* Show the handshake, which ended before the present reply. */
static void
attempt_show_tls(struct attempt *a)
{
	const struct session *s = &a->transport->session;
	struct step d;

	if (a->tls_shown || !a->client->tls || a->transport->stream.tls == NULL)
		return;
	a->tls_shown = true;
	tls_facts(a->transport->stream.tls, &a->tls);
	step_init(&d, fault_stage(ST_TLS), s->shook);
	step_tls(&d, &a->tls);
	attempt_show(a, &d);
	a->since += s->shook;
}

static void
attempt_add_address(struct attempt *a, const struct client_command *k,
    struct step *d)
{
	const char *addr = k->verb == V_MAIL ? a->env->from :
	    a->env->rcpt[k->rcpt].addr;
	char to[400];

	(void)snprintf(to, sizeof(to), "<%s>", addr);
	json_text(&d->facts, "address", addr);
	step_reply(d, to, a->client);
}

/* A delivery would go on without an extension here: warn, and do so. */
static bool
attempt_avoid(struct attempt *a, const struct fault *f)
{
	struct avoid v = avoid_advise(&a->mail, f);
	struct buf words = { .max = 64 };
	struct step d;

	if (!v.again)
		return false;
	avoid_words(v.bit, &words);
	step_init(&d, fault_stage(f->stage), attempt_lap(a));
	if (f->domain == FD_SMTP)
		step_reply(&d, "", a->client);
	else
		step_fault(&d, f);
	step_line(&d, "mail is tried again without this extension%s; if that "
	    "works, set `avoid %s` to save the attempt",
	    v.anew ? ", on a new connection" : "", buf_text(&words));
	d.mark = MARK_WARNING;
	attempt_show(a, &d);
	buf_release(&words);
	a->avoid |= v.bit;
	a->again = true;
	a->anew = v.anew;
	return true;
}

/* The state of the session is not known: end it. */
static void
attempt_break_off(struct attempt *a)
{
	struct fault f = { 0 };

	(void)fault_set(&f, ST_MAIL, FD_NONE, 0, VD_TEMP,
	    "a new session without the extension that was refused");
	client_broken(a->client, &f);
}

/* Connect again, with what is to be avoided. */
static void
attempt_anew(struct attempt *a)
{
	a->anew = a->begun = false;
	a->transport->client.avoid |= a->avoid;
	stream_close(&a->transport->stream);
	transport_begin(a->transport, 0);
}

/* The session goes on after this reply. */
static void
attempt_show_reply(struct attempt *a, const struct client_command *k)
{
	bool yes = client_state_yes(a->client);
	bool address = k->verb == V_MAIL || k->verb == V_RCPT;
	struct fault f = { 0 };
	struct step d;

	if (!yes && address) {
		client_state_heard(a->client, &f);
		client_state_command(a->client, k, &f);
		if (!attempt_avoid(a, &f))
			attempt_fail(a, &f);
		return;
	}
	step_init(&d, fault_stage(client_state_verb_stage(k->verb)),
	    attempt_lap(a));
	if (!yes) {
		step_reply(&d, k->verb == V_EHLO ? "EHLO" : "", a->client);
		d.mark = MARK_WARNING;
	} else if (k->verb == V_EHLO) {
		step_ehlo(&d, a->client);
	} else if (k->verb == V_AUTH) {
		step_auth(&d, a->client,
		    a->transport->client.mech != SASL__MAX);
	} else if (address) {
		attempt_add_address(a, k, &d);
	} else {
		step_reply(&d, k->verb == V_HELO ? "HELO" : "", a->client);
	}
	attempt_show(a, &d);
}

/* TLS is skipped if a later step comes without it. */
static void
attempt_skip_tls(struct attempt *a)
{
	if (a->client->tls || a->tls_shown)
		return;
	a->tls_shown = true;
	attempt_skip(a, ST_TLS, a->transport->clear[0] != '\0' ?
	    "none, as STARTTLS failed" :
	    a->transport->client.tls == CLIENT_TLS_NONE ?
	    "none, as tls says" : "none, as the relay offers none");
}

static void
attempt_reply(void *ctx, const struct client *c, const struct client_command *k)
{
	struct attempt *a = ctx;

	/* This session is to end. */
	if (a->anew)
		return;
	attempt_show_tls(a);
	if (k->verb == V_AUTH)
		attempt_skip_tls(a);
	/* attempt_show_end() shows a reply that ends the session. */
	if (c->fault.verdict != VD_OK || c->reply.code / 100 == 3)
		return;
	/* The recipient left the transaction: its address is not known. */
	if (k->verb == V_RCPT && k->mail == NULL)
		return;
	if (k->verb == V_RSET && a->env->nrcpt == 0)
		attempt_skip(a, ST_RCPT, "no recipient was named");
	a->quit_shown |= k->verb == V_QUIT;
	attempt_show_reply(a, k);
}

/* Show if IPv4 or IPv6 is of no use with this relay. */
static void
attempt_show_family(struct attempt *a)
{
	struct step d;

	if (route_failed_family(&a->transport->route) == AF_UNSPEC)
		return;
	step_init(&d, fault_stage(ST_CONNECT), -1);
	step_line(&d, "%s is good", a->transport->connection.text);
	attempt_show(a, &d);
}

/* Name the sender and the recipients. */
static void
attempt_mail(struct attempt *a)
{
	const struct rcpt *r;
	size_t i;

	for (i = 0; a->again && i < a->env->nrcpt; i++)
		rcpt_unsettle(&a->env->rcpt[i]);
	a->again = false;
	a->mail = (struct client_mail){ .env = a->env, .size = OCTETS,
	    .probe = true };
	client_avoid(a->client, a->avoid);
	a->since = clock_ms();
	client_mail(a->client, &a->mail);
	/* Faults of addresses that were found without the relay. */
	for (r = a->env->rcpt, i = 0; i < a->env->nrcpt; r++, i++)
		if (r->why != NULL && r->why->domain != FD_SMTP)
			attempt_fail(a, r->why);
}

/* A delivery goes on without TLS here, so the probe does, too. */
static bool
attempt_give_up_tls(struct attempt *a)
{
	const struct fault *f = &a->client->fault;
	struct step d;

	if (!transport_give_up_tls(a->transport, a->client))
		return false;
	step_init(&d, fault_stage(f->stage), attempt_lap(a));
	step_fault(&d, f);
	step_line(&d, "mail goes on without TLS, on a new connection");
	d.mark = MARK_WARNING;
	attempt_show(a, &d);
	stream_close(&a->transport->stream);
	transport_begin(a->transport, 0);
	return true;
}

static void
attempt_begin(struct attempt *a)
{
	a->begun = true;
	transport_ready(a->transport);
	attempt_show_family(a);
	attempt_skip_tls(a);
	if (!a->client->authed)
		attempt_skip(a, ST_AUTH, a->transport->set->user == NULL ?
		    "no login, as no user is set" : "no login, as auth says");
	/* As for a message in UTF-8. */
	a->env->eightbit = true;
	a->avoid = a->transport->client.avoid;
	attempt_mail(a);
}

/* An address failed, but another is left. */
static void
attempt_go_on(struct attempt *a)
{
	const struct fault *f = &a->client->fault;
	struct step d;

	step_init(&d, fault_stage(f->stage), attempt_lap(a));
	step_fault(&d, f);
	d.mark = MARK_WARNING;
	step_line(&d, "another address is left");
	attempt_show(a, &d);
	if (a->trace)
		log_raw(buf_text(&a->client->talk), a->client->talk.len);
	stream_close(&a->transport->stream);
}

/* A delivery goes on with a new token here, so the probe does, too. */
static bool
attempt_renew_token(struct attempt *a, const struct fault *f)
{
	struct fault why = { 0 };
	struct step d;
	bool changed;

	if (a->renewed || !accounts_refused(a->account, a->client, f))
		return false;
	a->renewed = true;
	step_init(&d, fault_stage(ST_AUTH), attempt_lap(a));
	step_fault(&d, f);
	if (accounts_token(a->account, true, a->transport->limit, &changed,
	    &why) == -1 || !changed) {
		step_release(&d);
		return false;
	}
	d.mark = MARK_WARNING;
	step_line(&d, "trying a new access token");
	attempt_show(a, &d);
	step_init(&d, fault_stage(ST_TOKEN), attempt_lap(a));
	step_token(&d, a->account->token, time(NULL));
	attempt_show(a, &d);
	stream_close(&a->transport->stream);
	transport_begin(a->transport, 0);
	return true;
}

/* The relay hung up after it had refused an extension: a delivery goes on. */
static bool
attempt_cut_off(struct attempt *a, const struct fault *f)
{
	struct step d;

	if (f->domain != FD_LINK ||
	    (a->avoid & ~a->transport->client.avoid) == 0)
		return false;
	step_init(&d, fault_stage(f->stage), attempt_lap(a));
	step_fault(&d, f);
	step_line(&d, "mail goes on, on a new connection");
	d.mark = MARK_WARNING;
	attempt_show(a, &d);
	a->again = true;
	return true;
}

/* The session is over; true: try another address. */
static bool
attempt_show_end(struct attempt *a)
{
	struct fault f = a->client->fault;
	struct step d;

	attempt_show_tls(a);
	if (a->anew || (f.verdict != VD_OK && a->begun &&
	    (attempt_avoid(a, &f) || attempt_cut_off(a, &f)))) {
		attempt_anew(a);
		return true;
	}
	if (f.verdict != VD_OK) {
		if (!a->begun && attempt_renew_token(a, &f))
			return true;
		if (!a->begun && transport_next(a->transport, &f)) {
			attempt_go_on(a);
			return true;
		}
		if (!a->begun && attempt_give_up_tls(a))
			return true;
		attempt_fail(a, &a->client->fault);
		/* The step is of this address, the result is of all. */
		if (!a->begun)
			a->fault = f;
		return false;
	}
	if (a->quit_shown)
		return false;
	step_init(&d, fault_stage(ST_QUIT), attempt_lap(a));
	step_line(&d, "the relay closed the connection without a reply");
	d.mark = MARK_WARNING;
	attempt_show(a, &d);
	return false;
}

/* A session on the open stream; true: try another address. */
static bool
attempt_converse(struct attempt *a)
{
	struct transport *t = a->transport;
	enum client_want want;

	if (a->client != NULL)
		client_release(a->client);
	else
		a->client = xcalloc(1, sizeof(*a->client));
	a->tls = (struct tls_facts){ 0 };
	a->tls_shown = a->quit_shown = false;
	a->since = clock_ms();
	t->client.heard = attempt_reply;
	t->client.heard_ctx = a;
	client_init(a->client, &t->client);
	t->session.c = a->client;
	do {
		want = session_until(&t->session);
		assert(want != CLIENT_BODY);
		if (a->anew && want != CLIENT_OVER) {
			attempt_break_off(a);
		} else if (want == CLIENT_IDLE && !a->begun) {
			attempt_begin(a);
		} else if (want == CLIENT_IDLE && a->again) {
			attempt_mail(a);
		} else if (want == CLIENT_IDLE) {
			a->since = clock_ms();
			client_quit(a->client);
		}
	} while (want != CLIENT_OVER);
	return attempt_show_end(a);
}

static int
attempt_connect(struct attempt *a)
{
	struct transport *t = a->transport;
	struct fault f = { 0 };
	struct step d;
	char local[80];

	if (transport_open(t, a->env->from, &f) == -1) {
		attempt_fail(a, &f);
		return -1;
	}
	step_init(&d, fault_stage(ST_CONNECT), attempt_lap(a));
	connect_literal(&t->connection.local, local, sizeof(local));
	step_line(&d, "%s%s%s", t->connection.text,
	    local[0] != '\0' ? " from " : "", local);
	if (t->connection.why[0] != '\0')
		step_line(&d, "before that, %s", t->connection.why);
	json_text(&d.facts, "address", t->connection.text);
	json_text(&d.facts, "from", local);
	if (t->connection.why[0] != '\0')
		json_text(&d.facts, "failed", t->connection.why);
	attempt_show(a, &d);
	return 0;
}

/* A second connection, after a fault of TLS or no greeting */

struct recheck {
	bool		 greeted;	/* by an SMTP server */
	bool		 starttls;	/* which offered STARTTLS */
	bool		 tls;		/* TLS works, with these facts: */
	struct tls_facts facts;
	char		 banner[512];
	long long	 ms;		/* duration */
};

/* The same transport without secrets and without verification. */
static void
attempt_recheck_prepare(struct transport *t)
{
	t->client.user = t->client.password = NULL;
	t->client.mech = SASL__MAX;
	t->client.heard = NULL;
	t->session.w = &t->stream;
	t->session.trusted = false;
	t->session.tls.noverify = true;
	t->session.tls.trust = NULL;
	t->limit = t->session.limit = transport_within(t, RECHECK_LIMIT);
}

static void
attempt_recheck_converse(struct transport *t, struct client *c,
    struct recheck *r)
{
	enum client_want want;

	client_init(c, &t->client);
	t->session.c = c;
	do {
		want = session_until(&t->session);
		if (c->tls && t->stream.tls != NULL && !r->tls) {
			r->tls = true;
			tls_facts(t->stream.tls, &r->facts);
		}
		client_quit(c);
	} while (want != CLIENT_OVER);
	r->greeted = c->banner[0] != '\0';
	r->starttls = (c->caps.set & CAP_STARTTLS) != 0;
	(void)strlcpy(r->banner, c->banner, sizeof(r->banner));
	client_release(c);
}

/*
 * Connect once more to the last host, in this mode.  No certificate is
 * verified; there is no login and no sender.
 */
static void
attempt_recheck_in(const struct transport *from, enum client_tls mode,
    struct recheck *r)
{
	struct transport *t = xmalloc(sizeof(*t));
	struct client *c = xcalloc(1, sizeof(*c));
	struct connection connection;
	struct fault f = { 0 };
	long long start = clock_ms();

	memset(r, 0, sizeof(*r));
	*t = *from;
	attempt_recheck_prepare(t);
	if (route_open(&t->route, true, t->limit, &connection, &f) == 0) {
		/* The client borrows host name and limits of the first. */
		transport_adopt(t, &connection, "");
		t->client.tls = mode;
		t->session.tls.implicit = mode == CLIENT_TLS_IMPLICIT;
		t->session.sniff = NULL;
		attempt_recheck_converse(t, c, r);
		stream_close(&t->stream);
	}
	r->ms = clock_ms() - start;
	free(c);
	free(t);
}

static void
attempt_show_certificate(struct attempt *a, const struct recheck *r)
{
	struct step d;

	step_init(&d, fault_stage(ST_TLS), r->ms);
	step_line(&d, "connected again, without verification:");
	step_tls(&d, &r->facts);
	json_bool(&d.facts, "again", true);
	d.mark = MARK_SKIPPED;
	attempt_show(a, &d);
	if (r->facts.ncerts > 0)
		(void)strlcpy(a->pin, r->facts.cert[0].pin, sizeof(a->pin));
}

static void
attempt_show_mode(struct attempt *a, enum client_tls mode,
    const struct recheck *r)
{
	const char *words = mode == CLIENT_TLS_IMPLICIT ?
	    "this port speaks TLS from the start" :
	    mode == CLIENT_TLS_STARTTLS ?
	    "this port begins in clear and offers STARTTLS" :
	    "this port begins in clear and offers no TLS";
	const struct fault f = a->client->fault;
	struct step d;

	a->mode_wrong = true;
	a->mode = mode;
	if (strcmp(a->fault.text, f.text) != 0)
		fault_add(&a->fault, "; %s", words);
	else
		(void)fault_set(&a->fault, f.stage, f.domain, f.code,
		    f.verdict, "%s", words);
	step_init(&d, fault_stage(ST_TLS), r->ms);
	d.mark = MARK_WARNING;
	step_line(&d, "tried the other mode: %s", words);
	if (r->banner[0] != '\0')
		step_line(&d, "220 %.*s", (int)strcspn(r->banner, "\n"),
		    r->banner);
	if (r->tls)
		step_tls(&d, &r->facts);
	json_bool(&d.facts, "again", true);
	attempt_show(a, &d);
}

/* Find out whether the mode or the certificate is wrong. */
static void
attempt_recheck(struct attempt *a)
{
	enum client_tls mode = a->transport->client.tls;
	struct recheck *r = xmalloc(sizeof(*r));
	const struct fault *f = &a->client->fault;

	r->tls = false;
	if (f->stage == ST_TLS) {
		attempt_recheck_in(a->transport, mode, r);
		if (r->tls)
			attempt_show_certificate(a, r);
	}
	if (!r->tls && mode == CLIENT_TLS_IMPLICIT) {
		attempt_recheck_in(a->transport, CLIENT_TLS_OPPORTUNISTIC, r);
		if (r->greeted)
			attempt_show_mode(a, r->starttls || r->tls ?
			    CLIENT_TLS_STARTTLS : CLIENT_TLS_NONE, r);
	} else if (f->stage == ST_GREETING && f->domain != FD_SMTP) {
		attempt_recheck_in(a->transport, CLIENT_TLS_IMPLICIT, r);
		if (r->tls)
			attempt_show_mode(a, CLIENT_TLS_IMPLICIT, r);
	}
	free(r);
}

void
attempt_run(struct attempt *a)
{
	enum stage stage;
	bool open;
	size_t i;

	for (i = 0; i < a->env->nrcpt; i++)
		rcpt_unsettle(&a->env->rcpt[i]);
	a->since = clock_ms();
	transport_begin(a->transport, 0);
	do {
		open = attempt_connect(a) == 0;
	} while (open && attempt_converse(a));
	transport_describe(a->transport, open ? a->client : NULL,
	    &a->conninfo);
	if (open) {
		stream_close(&a->transport->stream);
		stage = a->client->fault.stage;
		if ((stage == ST_TLS || stage == ST_GREETING) &&
		    a->client->fault.verdict != VD_OK && !a->client->tls)
			attempt_recheck(a);
		if (a->trace && a->fault.verdict != VD_OK)
			log_raw(buf_text(&a->client->talk),
			    a->client->talk.len);
	}
	if (a->client != NULL)
		client_release(a->client);
	free(a->client);
	a->client = NULL;
}
