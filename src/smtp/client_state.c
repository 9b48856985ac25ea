/* client_state.c - the state of a client session, and how it sends commands */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "smtp/client_state.h"

#define HIDDEN	4	/* octets of a secret at least */

static const struct {
	enum stage	 stage;
	int		 timeout;
	bool		 clear;		/* may go before a required TLS */
	const char	*name;		/* without its arguments; or NULL */
} verbs[V__MAX] = {
	[V_GREET]	= { ST_GREETING, 300, true, NULL },
	[V_EHLO]	= { ST_EHLO,	 300, true, "EHLO" },
	[V_HELO]	= { ST_EHLO,	 300, true, "HELO" },
	[V_STARTTLS]	= { ST_STARTTLS, 120, true, "STARTTLS" },
	[V_AUTH]	= { ST_AUTH,	 120, false, "AUTH" },
	[V_RSET]	= { ST_RSET,	  60, false, "RSET" },
	[V_MAIL]	= { ST_MAIL,	 300, false, "MAIL" },
	[V_RCPT]	= { ST_RCPT,	 300, false, "RCPT" },
	[V_DATA]	= { ST_DATA,	 120, false, "DATA" },
	[V_CHUNK]	= { ST_DATA,	 120, false, "BDAT 0" },
	[V_DOT]		= { ST_BODY,	 600, false, "end of message" },
	[V_NOBODY]	= { ST_BODY,	 120, false, "end of message" },
	[V_QUIT]	= { ST_QUIT,	  10, true, "QUIT" },
};

enum stage
client_state_verb_stage(enum verb v)
{
	return verbs[v].stage;
}

int
client_state_verb_timeout(enum verb v)
{
	return verbs[v].timeout;
}

unsigned
client_state_use(const struct client *c)
{
	return c->caps.set & ~c->avoid;
}

bool
client_state_pipes(const struct client *c)
{
	return (client_state_use(c) & CAP_PIPELINING) != 0;
}

bool
client_state_room(const struct client *c)
{
	return c->out.len < CLIENT_BLOCK &&
	    c->ring_n < (client_state_pipes(c) ? CLIENT_RING - 4 : 1);
}

struct client_command *
client_state_oldest(struct client *c)
{
	return &c->ring[c->ring_at];
}

bool
client_state_yes(const struct client *c)
{
	return c->reply.code / 100 == 2;
}

void
client_state_note(struct client *c, const char *who, const char *p, size_t n)
{
	if (c->talk.len + n + 8 > c->talk.max)
		buf_drop(&c->talk, c->talk.len / 2);
	buf_adds(&c->talk, who);
	buf_add_visible(&c->talk, p, n, false);
	buf_add(&c->talk, "\n", 1);
	if (c->talk.full)
		buf_clear(&c->talk);
}

static void
state_hide_one(struct buf *b, const char *secret, size_t n)
{
	struct buf out = { .max = 2 * b->max + 2 * HIDDEN };
	const char *p = buf_text(b), *end = p + b->len, *at;

	if (n < HIDDEN || (at = memmem(p, b->len, secret, n)) == NULL)
		return;
	for (; at != NULL; at = memmem(p, (size_t)(end - p), secret, n)) {
		buf_add(&out, p, (size_t)(at - p));
		buf_adds(&out, CLIENT_MASK);
		p = at + n;
	}
	buf_add(&out, p, (size_t)(end - p));
	buf_clear(b);
	buf_add(b, buf_text(&out), out.len < b->max ? out.len : b->max);
	buf_release(&out);
}

void
client_state_hide(const struct client *c, struct buf *b)
{
	const char *p = buf_text(&c->secrets);
	size_t n;

	if (c->secrets.len == 0)
		return;
	for (; *p != '\0'; p += n + 1) {
		n = strcspn(p, "\n");
		state_hide_one(b, p, n);
	}
	if (c->o->password != NULL)
		state_hide_one(b, c->o->password, strlen(c->o->password));
}

void
client_state_expect(struct client *c, enum verb v, unsigned rcpt)
{
	struct client_command *k;

	assert(c->ring_n < CLIENT_RING);
	if (c->mail != NULL && c->ring_n > 0)
		c->mail->used |= CAP_PIPELINING;
	k = &c->ring[(c->ring_at + c->ring_n++) % CLIENT_RING];
	k->verb = v;
	k->rcpt = rcpt;
	k->mail = c->mail;
	k->end = c->queued;
}

enum client_phase
client_state_put(struct client *c, enum verb v, const char *line,
    const char *shown)
{
	size_t n = strlen(line);

	if (ascii_controls(line, n))
		return client_state_die_with(c, verbs[v].stage, VD_PERM,
		    "a command must not contain a control character");
	if (c->o->tls >= CLIENT_TLS_STARTTLS && !c->tls && !verbs[v].clear)
		return client_state_die_with(c, verbs[v].stage, VD_PERM,
		    "TLS is required but not in use");
	buf_add(&c->out, line, n);
	buf_add(&c->out, "\r\n", 2);
	c->queued += n + 2;
	if (shown == NULL)
		shown = line;
	client_state_note(c, "C: ", shown, strlen(shown));
	return PH_WAIT;
}

enum client_phase
client_state_say(struct client *c, enum verb v, unsigned rcpt, const char *line,
    const char *shown)
{
	if (client_state_put(c, v, line, shown) == PH_OVER)
		return PH_OVER;
	client_state_expect(c, v, rcpt);
	return PH_WAIT;
}

void
client_state_command(const struct client *c, const struct client_command *k,
    struct fault *f)
{
	const struct envelope *e = k->mail != NULL ? k->mail->env : NULL;
	const char *name = verbs[k->verb].name;

	if (k->verb == V_EHLO || k->verb == V_HELO)
		fault_command(f, "%s %s", c->o->lmtp ? "LHLO" : name,
		    c->o->helo);
	else if (k->verb == V_AUTH)
		fault_command(f, "AUTH %s", sasl_name(c->mech));
	else if (k->verb == V_MAIL && e != NULL)
		fault_command(f, "MAIL FROM:<%s>", e->from);
	else if (k->verb == V_RCPT && e != NULL)
		fault_command(f, "RCPT TO:<%s>", e->rcpt[k->rcpt].addr);
	else if (k->verb != V_MAIL && k->verb != V_RCPT && name != NULL)
		fault_command(f, "%s", name);
}

/*
 * A positive reply where it makes no sense (250 to DATA) is a temporary
 * fault: the relay is confused, and a retry may work.
 */
void
client_state_heard(const struct client *c, struct fault *f)
{
	const struct client_command *k = &c->ring[c->ring_at];
	int code = c->reply.code;

	(void)strlcpy(f->what, c->o->what, sizeof(f->what));
	(void)fault_set(f, verbs[k->verb].stage, FD_SMTP, code,
	    code < 500 ? VD_TEMP : VD_PERM, "%s", buf_text(&c->reply.text));
	memcpy(f->esc, c->reply.esc, sizeof(f->esc));
	client_state_command(c, k, f);
}

void
client_state_settle(struct client *c, struct client_mail *m,
    const struct fault *f)
{
	unsigned i;

	envelope_settle(m->env, f);
	for (i = 0; i < c->nmails && c->mails[i] != m; i++)
		;
	if (i < c->nmails) {
		memmove(&c->mails[i], &c->mails[i + 1],
		    (c->nmails - i - 1) * sizeof(c->mails[0]));
		c->nmails--;
	}
	for (i = 0; i < c->ring_n; i++)
		if (c->ring[(c->ring_at + i) % CLIENT_RING].mail == m)
			c->ring[(c->ring_at + i) % CLIENT_RING].mail = NULL;
	if (c->mail == m)
		c->mail = NULL;
	m->over = true;
	c->settled++;
}

/* The connection ended: add the last reply, or the part of one that came. */
static void
state_add_last_reply(struct client *c, struct fault *f)
{
	const char *p = buf_text(&c->reply.text);
	size_t n;

	if (c->reply.lines == 0 && c->in.len == 0) {
		if (c->last[0] != '\0')
			fault_add(f, "; its last reply was: %s", c->last);
		return;
	}
	fault_add(f, " in the middle of: ");
	for (; c->reply.lines > 0; p += n + 1) {
		n = strcspn(p, "\n");
		fault_add(f, "%03d-%.*s\n", c->reply.code, (int)n, p);
		if (p[n] == '\0')
			break;
	}
	fault_add(f, "%.*s", c->in.len < 512 ? (int)c->in.len : 512,
	    buf_text(&c->in));
}

/* The verdict on one message if the session ends by f. */
static enum verdict
state_verdict(const struct client *c, const struct client_mail *m,
    const struct fault *f)
{
	const struct client_mail *cause = c->mail;

	if (f->domain == FD_SMTP)
		cause = c->ring_n > 0 ? c->ring[c->ring_at].mail : NULL;
	else if (m->ended && m->end <= c->sent)
		return VD_DOUBT;
	return f->verdict == VD_PERM && m != cause ? VD_TEMP : f->verdict;
}

enum client_phase
client_state_die(struct client *c, struct fault *f)
{
	struct client_mail *m;
	struct fault share;

	(void)strlcpy(f->what, c->o->what, sizeof(f->what));
	if (f->domain == FD_LINK) {
		client_state_hide(c, &c->reply.text);
		client_state_hide(c, &c->in);
		state_add_last_reply(c, f);
	}
	/* After QUIT nothing can be lost. */
	if (c->ring_n == 0 || client_state_oldest(c)->verb != V_QUIT)
		c->fault = *f;
	while (c->nmails > 0) {
		m = c->mails[0];
		share = *f;
		share.verdict = state_verdict(c, m, f);
		client_state_settle(c, m, &share);
	}
	c->ring_n = 0;
	c->mail = NULL;
	buf_clear(&c->out);
	return PH_OVER;
}

enum client_phase
client_state_die_with(struct client *c, enum stage stage, enum verdict v,
    const char *why)
{
	struct fault f = { 0 };

	(void)fault_set(&f, stage, FD_NONE, 0, v, "%s", why);
	if (c->ring_n > 0)
		client_state_command(c, client_state_oldest(c), &f);
	return client_state_die(c, &f);
}

enum client_phase
client_state_refused(struct client *c)
{
	struct fault f = { 0 };

	client_state_heard(c, &f);
	return client_state_die(c, &f);
}
