/*
 * client.c - the client's side of an SMTP session, without any I/O
 *
 * The client does no I/O and reads no clock, so tests and fuzzers can play
 * the relay, and delivery, queue run and probe share it.
 *
 * Every reply answers the oldest command in flight.  The function for it
 * returns the next phase, so a path without a next phase does not compile.
 * A path that waits for nothing ends as "stuck".
 */

#include <assert.h>
#include <string.h>

#include "smtp/client.h"
#include "smtp/client_mail.h"
#include "smtp/client_setup.h"

/* The reply does not matter. */
static enum client_phase
client_on_quit(struct client *c, const struct client_command *k)
{
	return PH_OVER;
}

static client_answer *const answers[V__MAX] = {
	[V_GREET] = client_setup_on_greet,
	[V_EHLO] = client_setup_on_ehlo,
	[V_HELO] = client_setup_on_helo,
	[V_STARTTLS] = client_setup_on_starttls,
	[V_AUTH] = client_setup_on_auth,
	[V_RSET] = client_mail_on_rset,
	[V_MAIL] = client_mail_on_mail,
	[V_RCPT] = client_mail_on_rcpt,
	[V_DATA] = client_mail_on_data,
	[V_CHUNK] = client_mail_on_chunk,
	[V_DOT] = client_mail_on_dot,
	[V_NOBODY] = client_mail_on_nobody,
	[V_QUIT] = client_on_quit,
};

/* Send what the phase needs. */
static enum client_phase
client_advance(struct client *c)
{
	switch (c->phase) {
	case PH_HELLO:
		return client_setup_hello(c);
	case PH_STARTTLS:
		return client_setup_starttls(c);
	case PH_AUTH:
		return client_setup_auth(c);
	case PH_ENVELOPE:
		return client_mail_envelope(c);
	case PH_DATA:
		return client_mail_data(c);
	case PH_QUIT:
		return client_state_say(c, V_QUIT, 0, "QUIT", NULL);
	case PH_WAIT:
	case PH_TLS:
	case PH_IDLE:
	case PH_BODY:
	case PH_OVER:
		break;
	}
	return c->phase;
}

/* Is it a reply whose octets the login needs as they are? */
static bool
client_exact(const struct client *c)
{
	int kind = c->reply.code / 100;

	return c->ring_n > 0 && c->ring[c->ring_at].verb == V_AUTH &&
	    (kind == 2 || kind == 3);
}

/* Add a text of the reply to the dialogue, and note its first line. */
static void
client_talk_text(struct client *c, const char *p)
{
	const char *nl;
	char who[] = "S: 000-";
	int code = c->reply.code;

	who[3] = (char)('0' + code / 100);
	who[4] = (char)('0' + code / 10 % 10);
	who[5] = (char)('0' + code % 10);
	(void)strlcpy(c->last, who + 3, sizeof(c->last));
	c->last[3] = ' ';
	/* A SCRAM challenge allows guessing the password offline: mask it. */
	if (code / 100 == 3 && c->reply.text.len > 0 && c->ring_n > 0 &&
	    client_state_oldest(c)->verb == V_AUTH &&
	    !sasl_reveals(c->mech))
		p = CLIENT_MASK;
	(void)strlcat(c->last, p, sizeof(c->last));
	for (;; p = nl + 1) {
		nl = strchr(p, '\n');
		who[6] = nl != NULL ? '-' : ' ';
		client_state_note(c, who, p,
		    nl != NULL ? (size_t)(nl - p) : strlen(p));
		if (nl == NULL)
			return;
	}
}

static void
client_talk_reply(struct client *c)
{
	struct buf text = { .max = REPLY_TEXT };

	if (!client_exact(c)) {
		client_state_hide(c, &c->reply.text);
		client_talk_text(c, buf_text(&c->reply.text));
		return;
	}
	buf_add(&text, buf_text(&c->reply.text), c->reply.text.len);
	client_state_hide(c, &text);
	client_talk_text(c, buf_text(&text));
	buf_release(&text);
}

/*
 * A reply to a command that was not sent yet.  A refusal may come early; in
 * the middle of a message it refuses that.  An early yes is an error.
 */
static enum client_phase
client_early(struct client *c)
{
	bool asked = c->ring_n > 0;
	struct fault f = { 0 };

	if (!asked)
		client_state_expect(c, c->phase < PH_IDLE ? V_EHLO :
		    c->phase == PH_BODY ? V_DOT : V_RSET, 0);
	client_state_heard(c, &f);
	if (!asked)
		f.command[0] = '\0';
	if (client_state_oldest(c)->verb != V_DOT)
		f.verdict = VD_TEMP;
	if (c->reply.code >= 400)
		return client_state_die(c, &f);
	return client_state_die_with(c, f.stage, VD_TEMP,
	    "the relay answered before it was asked");
}

/*
 * Does this reply end the session?  421 always does; so does 3yz to a command
 * that has no second part.
 */
static bool
client_ends_session(const struct client *c, enum verb v)
{
	if (c->reply.code / 100 == 3)
		return v != V_AUTH && v != V_DATA && v != V_QUIT;
	return c->reply.code == 421 && v != V_QUIT;
}

/* Give the reply just read to the oldest command in flight. */
static void
client_handle_reply(struct client *c)
{
	struct client_command k;
	enum client_phase next;

	c->replies++;
	c->paused = false;
	client_talk_reply(c);
	if (c->ring_n == 0 || client_state_oldest(c)->end > c->begun) {
		next = client_early(c);
	} else {
		k = *client_state_oldest(c);
		next = client_ends_session(c, k.verb) ?
		    client_state_refused(c) : answers[k.verb](c, &k);
		client_state_hide(c, &c->reply.text);
		if (c->o->heard != NULL)
			c->o->heard(c->o->heard_ctx, c, &k);
	}
	reply_clear(&c->reply);
	if (c->again) {
		c->again = false;
	} else if (c->ring_n > 0) {
		c->ring_at = (c->ring_at + 1) % CLIENT_RING;
		c->ring_n--;
	}
	c->phase = next;
}

static bool
client_looks_like_tls(const struct client *c)
{
	return c->in.len > 1 && (c->in.p[0] == 0x15 || c->in.p[0] == 0x16) &&
	    c->in.p[1] == 3;
}

static enum stage
client_stage(struct client *c)
{
	return c->ring_n == 0 ? ST_BODY :
	    client_state_verb_stage(client_state_oldest(c)->verb);
}

static enum client_phase
client_not_smtp(struct client *c)
{
	enum stage stage = client_stage(c);
	struct buf said = { .max = 4096 };
	struct fault f = { 0 };
	const char *end;
	size_t n;

	if (stage == ST_GREETING && client_looks_like_tls(c))
		return client_state_die_with(c, stage, VD_PERM,
		    "this port speaks TLS from the start");
	client_state_hide(c, &c->in);
	n = c->in.len < 200 ? c->in.len : 200;
	end = memchr(buf_text(&c->in), '\n', n);
	if (end != NULL)
		n = (size_t)(end - buf_text(&c->in));
	if (n > 0 && c->in.p[n - 1] == '\r')
		n--;
	buf_add_visible(&said, buf_text(&c->in), n, false);
	(void)fault_set(&f, stage, FD_NONE, 0, VD_TEMP,
	    "this is not an SMTP reply: %s", buf_text(&said));
	buf_release(&said);
	return client_state_die(c, &f);
}

/* Handle one whole reply, if there is one.  False: nothing changed. */
static bool
client_take_reply(struct client *c)
{
	size_t used;

	if (c->in.len == 0)
		return false;
	switch (reply_next(&c->reply, c->in.p, c->in.len, &used)) {
	case REPLY_MORE:
		buf_drop(&c->in, used);
		return false;
	case REPLY_DONE:
		buf_drop(&c->in, used);
		client_handle_reply(c);
		c->begun = c->fed;
		return true;
	case REPLY_BAD:
		break;
	}
	if (used > 0 && used < c->in.len)
		buf_drop(&c->in, used);
	c->phase = client_not_smtp(c);
	return true;
}

/* May the caller begin a message, or quit, now? */
static bool
client_idle(const struct client *c)
{
	if (c->phase != PH_IDLE)
		return false;
	if (c->ring_n == 0)
		return true;
	return client_state_pipes(c) && !c->paused && client_state_room(c) &&
	    c->nmails < CLIENT_WINDOW && c->out.len < CLIENT_BLOCK;
}

enum client_want
client_step(struct client *c)
{
	enum client_phase was;

	while (c->phase != PH_OVER) {
		if (c->in.full || c->out.full) {
			c->phase = client_state_die_with(c, ST_BODY, VD_TEMP,
			    "the relay sent too much");
			continue;
		}
		if (client_take_reply(c))
			continue;
		was = c->phase;
		c->phase = client_advance(c);
		if (c->phase != was)
			continue;
		if (c->phase == PH_TLS && c->out.len == 0)
			return CLIENT_TLS;
		if (c->phase == PH_BODY && c->out.len < CLIENT_BLOCK)
			return CLIENT_BODY;
		if (client_idle(c))
			return CLIENT_IDLE;
		if (c->out.len > 0)
			return CLIENT_SEND;
		if (c->ring_n > 0)
			return CLIENT_RECV;
		c->phase = client_state_die_with(c, ST_BODY, VD_TEMP, "stuck");
	}
	return CLIENT_OVER;
}

int
client_timeout(const struct client *c)
{
	if (c->ring_n > 0)
		return client_state_verb_timeout(c->ring[c->ring_at].verb);
	return 180;
}

void
client_init(struct client *c, const struct client_opts *o)
{
	memset(c, 0, offsetof(struct client, ring));
	c->o = o;
	c->avoid = o->avoid;
	c->chunks = o->chunks;
	c->in.max = (size_t)1 << 18;
	c->out.max = (size_t)1 << 20;
	c->out.secret = true;
	c->initial.max = 32768;
	c->initial.secret = true;
	c->secrets.max = CLIENT_SECRETS;
	c->secrets.secret = true;
	c->reply.text.max = REPLY_TEXT;
	c->talk.max = CLIENT_TALK;
	c->mech = SASL__MAX;
	if (o->tls == CLIENT_TLS_IMPLICIT) {
		c->phase = PH_TLS;
		return;
	}
	c->phase = PH_WAIT;
	client_state_expect(c, V_GREET, 0);
}

void
client_release(struct client *c)
{
	buf_release(&c->in);
	buf_release(&c->out);
	buf_release(&c->initial);
	buf_release(&c->secrets);
	buf_release(&c->reply.text);
	buf_release(&c->talk);
}

void
client_sent(struct client *c, size_t n)
{
	buf_drop(&c->out, n);
	c->sent += n;
}

void
client_feed(struct client *c, const void *p, size_t n)
{
	c->fed = c->sent;
	if (c->in.len == 0 && c->reply.lines == 0)
		c->begun = c->fed;
	buf_add(&c->in, p, n);
}

void
client_broken(struct client *c, const struct fault *why)
{
	struct fault f = *why;

	if (c->phase == PH_OVER)
		return;
	if (client_leaving(c)) {
		c->phase = PH_OVER;
		return;
	}
	if (c->phase != PH_TLS) {
		f.stage = client_stage(c);
		if (c->ring_n > 0)
			client_state_command(c, client_state_oldest(c), &f);
		/* No greeting may mean that the relay waits for TLS. */
		if (f.stage == ST_GREETING && f.domain != FD_NONE && !c->tls &&
		    c->o->what[0] != '/' &&
		    (c->in.len == 0 || client_looks_like_tls(c)))
			fault_add(&f, "; if this port speaks TLS from the "
			    "start, set `tls implicit`");
	}
	client_state_note(c, "-- ", f.text, strlen(f.text));
	c->phase = client_state_die(c, &f);
}

void
client_tls_up(struct client *c, bool trusted)
{
	bool greeted = c->banner[0] != '\0' || c->replies > 0;

	c->tls = true;
	c->trusted = trusted;
	memset(&c->caps, 0, sizeof(c->caps));	/* RFC 3207 4.2 */
	c->ehlos = 0;
	c->helo_only = false;
	if (greeted) {
		c->phase = PH_HELLO;
		return;
	}
	c->phase = PH_WAIT;
	client_state_expect(c, V_GREET, 0);
}

void
client_bind(struct client *c, const char *name, const void *p, size_t n)
{
	if (n > sizeof(c->binding))
		return;
	c->binding_name = name;
	c->binding_len = n;
	memcpy(c->binding, p, n);
}

void
client_mail(struct client *c, struct client_mail *m)
{
	assert(c->phase == PH_IDLE);
	c->phase = client_mail_begin(c, m);
}

void
client_avoid(struct client *c, unsigned bits)
{
	c->avoid = bits;
}

void
client_quit(struct client *c)
{
	if (c->phase == PH_IDLE)
		c->phase = PH_QUIT;
}

bool
client_leaving(const struct client *c)
{
	return c->ring_n > 0 && c->ring[c->ring_at].verb == V_QUIT;
}

void
client_pause(struct client *c)
{
	c->paused = true;
}

void
client_resume(struct client *c)
{
	c->paused = false;
}

void
client_body(struct client *c, const char *p, size_t n)
{
	if (c->phase == PH_BODY)
		client_mail_body(c, p, n);
}

char *
client_space(struct client *c, size_t n)
{
	if (c->phase != PH_BODY || !c->mail->chunk || !buf_reserve(&c->out, n))
		return NULL;
	return c->out.p + c->out.len;
}

void
client_body_end(struct client *c)
{
	if (c->phase == PH_BODY)
		c->phase = client_mail_body_end(c);
}
