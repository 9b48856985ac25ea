/*
 * client_mail.c - one message: MAIL, RCPT, DATA or BDAT, and their replies
 *
 * While the replies to one message come in, the client may already send the
 * next.  A reply that does not concern the current message returns the phase
 * unchanged.  A message that is settled early leaves NULL in the ring, and
 * further replies to it are ignored.
 */

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "smtp/client_mail.h"

static enum client_phase cmail_sayf(struct client *, enum verb, unsigned,
    const char *, ...) __attribute__((__format__(__printf__, 4, 5)));

static enum client_phase
cmail_sayf(struct client *c, enum verb v, unsigned rcpt, const char *fmt, ...)
{
	char line[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line))
		return client_state_die_with(c, client_state_verb_stage(v),
		    VD_PERM, "the command would be over 4 KiB");
	return client_state_say(c, v, rcpt, line, NULL);
}

/* Refuse recipients that need SMTPUTF8 (RFC 6531) if it is not offered. */
static void
cmail_check_utf8(struct client *c, struct client_mail *m)
{
	struct envelope *e = m->env;
	struct fault f = { 0 };
	bool all, one;
	size_t i;

	if (client_state_use(c) & CAP_SMTPUTF8)
		return;
	all = !ascii_only(e->from, strlen(e->from));
	for (i = 0; i < e->nrcpt; i++) {
		one = !ascii_only(e->rcpt[i].addr, strlen(e->rcpt[i].addr));
		if (e->rcpt[i].done || (!all && !one))
			continue;
		fault_what(&f, "%s", c->o->what);
		(void)fault_set(&f, all ? ST_MAIL : ST_RCPT, FD_NONE, 0,
		    VD_PERM, "the address %s is not ASCII and the relay does "
		    "not offer SMTPUTF8", all ? e->from : e->rcpt[i].addr);
		f.esc[0] = 5, f.esc[1] = 6, f.esc[2] = 7;
		rcpt_settle(&e->rcpt[i], &f);
	}
}

/* RFC 1870: do not send a message over the declared limit. */
static void
cmail_check_size(struct client *c, struct client_mail *m)
{
	struct fault f = { 0 };

	if (c->caps.maxsize <= 0 || m->size <= (size_t)c->caps.maxsize)
		return;
	fault_what(&f, "%s", c->o->what);
	(void)fault_set(&f, ST_MAIL, FD_NONE, 0, VD_PERM,
	    "the message has %zu octets, the relay takes at most %lld",
	    m->size, c->caps.maxsize);
	f.esc[0] = 5, f.esc[1] = 3, f.esc[2] = 4;
	envelope_settle(m->env, &f);
}

/* Begin with MAIL, for the recipients that have no verdict. */
static void
cmail_rewind(struct client_mail *m)
{
	size_t i;

	m->mail_sent = m->begun = m->chunk = false;
	m->next = m->answered = m->taken = m->asked = m->told = 0;
	m->bol = true;
	for (i = 0; i < m->env->nrcpt; i++)
		m->asked += !m->env->rcpt[i].done;
}

enum client_phase
client_mail_begin(struct client *c, struct client_mail *m)
{
	m->over = m->ended = m->reset = m->tested = false;
	m->used = 0;
	m->accepted[0] = '\0';
	if (m->unfit != NULL)
		envelope_settle(m->env, m->unfit);
	cmail_check_size(c, m);
	cmail_check_utf8(c, m);
	cmail_rewind(m);
	if (m->asked == 0 && !m->probe) {
		m->over = true;
		return PH_IDLE;
	}
	assert(c->nmails < CLIENT_WINDOW);
	c->mails[c->nmails++] = m;
	c->mail = m;
	/* The password was sent; a message need not be wiped. */
	if (c->out.len == 0)
		c->out.secret = false;
	/* A message in flight may still fail and leave a transaction open. */
	if (c->ring_n > 0)
		c->dirty = true;
	return PH_ENVELOPE;
}

static enum client_phase
cmail_say_mail(struct client *c, struct client_mail *m)
{
	static const char *const rets[] = { [RET_UNSET] = "",
	    [RET_FULL] = " RET=FULL", [RET_HDRS] = " RET=HDRS" };
	const struct envelope *e = m->env;
	unsigned caps = client_state_use(c);
	bool utf8 = m->utf8 || !ascii_only(e->from, strlen(e->from));
	bool dsn = caps & CAP_DSN;
	char size[40] = "";
	size_t i;

	for (i = 0; i < e->nrcpt && !utf8; i++)
		utf8 = !e->rcpt[i].done && !ascii_only(e->rcpt[i].addr,
		    strlen(e->rcpt[i].addr));
	if (caps & CAP_SIZE) {
		(void)snprintf(size, sizeof(size), " SIZE=%zu", m->size);
		m->used |= CAP_SIZE;
	}
	if (e->eightbit)
		m->used |= caps & CAP_8BITMIME;
	if (e->ret != RET_UNSET || e->envid != NULL)
		m->used |= caps & CAP_DSN;
	m->mail_sent = true;
	return cmail_sayf(c, V_MAIL, 0, "MAIL FROM:<%s>%s%s%s%s%s%s", e->from,
	    size, e->eightbit && caps & CAP_8BITMIME ? " BODY=8BITMIME" : "",
	    utf8 && caps & CAP_SMTPUTF8 ? " SMTPUTF8" : "",
	    dsn ? rets[e->ret] : "", dsn && e->envid != NULL ? " ENVID=" : "",
	    dsn && e->envid != NULL ? e->envid : "");
}

/* The usual case, without printf(3): a message may have thousands. */
static enum client_phase
cmail_say_plain_rcpt(struct client *c, const char *addr, unsigned i)
{
	char line[sizeof("RCPT TO:<>") + ADDR_MAX] = "RCPT TO:<", *end;

	end = stpcpy(line + sizeof("RCPT TO:<") - 1, addr);
	end[0] = '>';
	end[1] = '\0';
	return client_state_say(c, V_RCPT, i, line, NULL);
}

static enum client_phase
cmail_say_rcpt(struct client *c, struct client_mail *m, size_t i)
{
	static const struct { unsigned bit; const char *word; } notify[] = {
		{ NOTIFY_NEVER, "NEVER" }, { NOTIFY_SUCCESS, "SUCCESS" },
		{ NOTIFY_FAILURE, "FAILURE" }, { NOTIFY_DELAY, "DELAY" },
	};
	const struct rcpt *r = &m->env->rcpt[i];
	bool dsn = client_state_use(c) & CAP_DSN;
	char words[64] = "";
	size_t k;

	for (k = 0; dsn && k < NITEMS(notify); k++)
		if (r->notify & notify[k].bit) {
			(void)strlcat(words, words[0] == '\0' ? " NOTIFY=" :
			    ",", sizeof(words));
			(void)strlcat(words, notify[k].word, sizeof(words));
		}
	if (words[0] == '\0' && (!dsn || r->orcpt == NULL) &&
	    strlen(r->addr) <= ADDR_MAX)
		return cmail_say_plain_rcpt(c, r->addr, (unsigned)i);
	if (words[0] != '\0' || (dsn && r->orcpt != NULL))
		m->used |= CAP_DSN;
	return cmail_sayf(c, V_RCPT, (unsigned)i, "RCPT TO:<%s>%s%s%s", r->addr,
	    words, dsn && r->orcpt != NULL ? " ORCPT=" : "",
	    dsn && r->orcpt != NULL ? r->orcpt : "");
}

enum client_phase
client_mail_envelope(struct client *c)
{
	struct client_mail *m = c->mail;

	while (client_state_room(c)) {
		if (c->dirty && !m->mail_sent) {
			c->dirty = false;
			if (client_state_say(c, V_RSET, 0, "RSET", NULL) ==
			    PH_OVER)
				return PH_OVER;
			continue;
		}
		if (!m->mail_sent) {
			if (cmail_say_mail(c, m) == PH_OVER)
				return PH_OVER;
			continue;
		}
		while (m->next < m->env->nrcpt && m->env->rcpt[m->next].done)
			m->next++;
		if (m->next == m->env->nrcpt)
			return PH_DATA;
		if (cmail_say_rcpt(c, m, m->next++) == PH_OVER)
			return PH_OVER;
	}
	return PH_ENVELOPE;
}

/* RSET, once there is a reply for every address. */
static enum client_phase
cmail_end_probe(struct client *c, struct client_mail *m)
{
	if (c->ring_n > 0)
		return PH_DATA;		/* until the replies are in */
	m->reset = true;
	return client_state_say(c, V_RSET, 0, "RSET", NULL);
}

/*
 * A relay that announces CHUNKING may not know BDAT, or there is a middlebox
 * that does not.  It then reads the message as commands, and the message can
 * name senders and recipients in them.  So the first BDAT on the way to a
 * relay has no octets: it goes with the envelope, and the message follows its
 * reply.  This takes the round trips of DATA, one more than a BDAT with the
 * message in the envelope's flight (measured: three flights and two).  If it
 * fails nothing of the message is sent, so the message goes by DATA.
 *
 * Later messages to a relay that took one go in one flight: Postfix 3.7, Exim
 * 4.96 and Dovecot 2.3 discard a chunk after a refused RCPT or MAIL (tried
 * with commands in the chunk).  Only a Dovecot that asks for a login reads
 * it, and refuses all.  OpenSMTPD 6.8, Cyrus 3.6, Courier 1.0, chasquid 1.11
 * and sendmail 8.17 do not offer CHUNKING: three flights, by DATA.
 */
static enum client_phase
cmail_test_chunk(struct client *c, struct client_mail *m)
{
	if (m->answered < m->asked && !client_state_pipes(c))
		return PH_DATA;		/* until the replies are in */
	m->tested = true;
	m->used |= CAP_CHUNKING;
	return client_state_say(c, V_CHUNK, 0, "BDAT 0", NULL);
}

enum client_phase
client_mail_data(struct client *c)
{
	struct client_mail *m = c->mail;
	bool pipes = client_state_pipes(c);
	char line[48];

	if (m->probe)
		return cmail_end_probe(c, m);
	m->chunk = client_state_use(c) & CAP_CHUNKING;
	if (m->chunk && !c->chunks && !m->tested)
		return cmail_test_chunk(c, m);
	/* LMTP has a reply for each recipient taken, so these must be known. */
	if (m->answered < m->asked && (!pipes || c->o->lmtp ||
	    (m->chunk && m->size > CLIENT_ONEFLIGHT)))
		return PH_DATA;		/* until the replies are in */
	if (!m->chunk)
		return client_state_say(c, V_DATA, 0, "DATA", NULL);
	(void)snprintf(line, sizeof(line), "BDAT %zu LAST", m->size);
	m->body_left = m->size;
	m->used |= CAP_CHUNKING;
	return client_state_put(c, V_DATA, line, NULL) == PH_OVER ? PH_OVER :
	    PH_BODY;
}

/* RFC 5321 4.5.2: double a dot that begins a line. */
static void
cmail_stuff(struct client *c, struct client_mail *m, const char *p, size_t n)
{
	size_t had = c->out.len, from = 0, i = 0;
	const char *dot;

	if (n == 0)
		return;
	while (i < n && (dot = memchr(p + i, '.', n - i)) != NULL) {
		i = (size_t)(dot - p);
		if (i > 0 ? p[i - 1] == '\n' : m->bol) {
			buf_add(&c->out, p + from, i - from);
			buf_add(&c->out, ".", 1);
			from = i;
		}
		i++;
	}
	buf_add(&c->out, p + from, n - from);
	m->bol = p[n - 1] == '\n';
	c->queued += c->out.len - had;
}

void
client_mail_body(struct client *c, const char *p, size_t n)
{
	struct client_mail *m = c->mail;

	if (!m->chunk) {
		cmail_stuff(c, m, p, n);
		return;
	}
	assert(n <= m->body_left);
	m->body_left -= n;
	c->queued += n;
	if (p == c->out.p + c->out.len) {	/* client_space() */
		c->out.len += n;
		c->out.p[c->out.len] = '\0';
	} else {
		buf_add(&c->out, p, n);
	}
}

enum client_phase
client_mail_body_end(struct client *c)
{
	struct client_mail *m = c->mail;
	const char *dot = m->bol ? ".\r\n" : "\r\n.\r\n";
	char note[64];

	if (m->chunk && m->body_left > 0)
		return client_state_die_with(c, ST_BODY, VD_TEMP,
		    "the message became shorter while it was sent");
	(void)snprintf(note, sizeof(note), "(%zu octets of message)", m->size);
	client_state_note(c, "C: ", note, strlen(note));
	if (!m->chunk) {
		buf_adds(&c->out, dot);
		c->queued += strlen(dot);
		client_state_note(c, "C: ", ".", 1);
	}
	m->ended = true;
	m->end = c->queued;
	client_state_expect(c, V_DOT, 0);
	c->mail = NULL;
	return client_state_pipes(c) ? PH_IDLE : PH_WAIT;
}

enum client_phase
client_mail_on_rset(struct client *c, const struct client_command *k)
{
	struct fault f = { 0 };

	if (k->mail != NULL && k->mail->reset) {
		client_state_settle(c, k->mail, NULL);
		return PH_IDLE;
	}
	if (client_state_yes(c))
		return c->phase;
	client_state_heard(c, &f);
	f.verdict = VD_TEMP;	/* the next message is not to blame */
	return client_state_die(c, &f);
}

/*
 * All recipients of m were refused.  Send no more of it, except the octets
 * that BDAT announced.  If DATA is in flight, wait for its reply.
 */
static enum client_phase
cmail_drop(struct client *c, struct client_mail *m, const struct fault *f)
{
	bool current = c->mail == m;

	if (current && c->phase == PH_BODY) {
		envelope_settle(m->env, f);
		return PH_BODY;
	}
	client_state_settle(c, m, f);
	if (!current || (c->phase != PH_ENVELOPE && c->phase != PH_DATA))
		return c->phase;
	c->dirty = true;
	return PH_IDLE;
}

enum client_phase
client_mail_on_mail(struct client *c, const struct client_command *k)
{
	struct fault f = { 0 };

	if (k->mail != NULL)
		k->mail->begun = client_state_yes(c);
	if (k->mail == NULL || k->mail->begun)
		return c->phase;
	client_state_heard(c, &f);
	return cmail_drop(c, k->mail, &f);
}

enum client_phase
client_mail_on_rcpt(struct client *c, const struct client_command *k)
{
	struct client_mail *m = k->mail;
	struct fault f;

	if (m == NULL || m->env->rcpt[k->rcpt].done)
		return c->phase;
	m->answered++;
	if (client_state_yes(c)) {
		m->taken++;
		if (m->probe)
			rcpt_settle(&m->env->rcpt[k->rcpt], NULL);
		return c->phase;
	}
	fault_clear(&f);
	client_state_heard(c, &f);
	rcpt_settle(&m->env->rcpt[k->rcpt], &f);
	if (m->answered == m->asked && m->taken == 0)
		return cmail_drop(c, m, &f);	/* f: the last refusal */
	return c->phase;
}

enum client_phase
client_mail_on_data(struct client *c, const struct client_command *k)
{
	struct fault f = { 0 };

	/* RFC 5321 4.2.1: the first digit tells all that matters. */
	if (c->reply.code / 100 == 3 && k->mail != NULL)
		return PH_BODY;
	if (c->reply.code / 100 == 3)
		return client_state_say(c, V_NOBODY, 0, ".", NULL);
	if (c->reply.code < 400)
		return client_state_refused(c);
	if (k->mail != NULL) {
		client_state_heard(c, &f);
		client_state_settle(c, k->mail, &f);
	}
	c->dirty = true;
	return PH_IDLE;
}

/*
 * The message follows, unless BDAT is refused or all recipients are.  Postfix
 * knows BDAT but refuses one without octets by 551, "Null BDAT request".  So
 * the envelope is sent again, and the message in the same flight.
 */
enum client_phase
client_mail_on_chunk(struct client *c, const struct client_command *k)
{
	struct fault f = { 0 };

	if (k->mail != NULL && c->reply.code == 551) {
		c->chunks = c->dirty = true;
		cmail_rewind(k->mail);
		return PH_ENVELOPE;
	}
	if (k->mail != NULL && client_state_yes(c))
		return PH_DATA;
	if (k->mail != NULL) {
		client_state_heard(c, &f);
		client_state_settle(c, k->mail, &f);
	}
	c->dirty = true;
	return PH_IDLE;
}

/*
 * LMTP has a reply for each recipient that was taken, in their order (RFC
 * 2033, 4.2).  True if this was not the last of them.
 */
static bool
cmail_more_verdicts(struct client_mail *m, const struct fault *f)
{
	struct envelope *e = m->env;
	bool used = false;

	for (; m->told < e->nrcpt; m->told++) {
		if (e->rcpt[m->told].done)
			continue;
		if (used)
			return true;
		rcpt_settle(&e->rcpt[m->told], f);
		used = true;
	}
	return false;
}

enum client_phase
client_mail_on_dot(struct client *c, const struct client_command *k)
{
	struct client_mail *m = k->mail;
	const struct fault *why = NULL;
	struct fault f = { 0 };

	if (client_state_yes(c) && m != NULL && m->chunk)
		c->chunks = true;
	if (!client_state_yes(c)) {
		c->dirty = true;
		client_state_heard(c, &f);
		why = &f;
	} else if (m != NULL && m->taken > 0) {
		(void)strlcpy(m->accepted, buf_text(&c->reply.text),
		    sizeof(m->accepted));
	}
	if (m != NULL && c->o->lmtp && cmail_more_verdicts(m, why)) {
		c->again = true;
		return c->phase;
	}
	if (m != NULL)
		client_state_settle(c, m, why);
	return client_state_pipes(c) ? c->phase : PH_IDLE;
}

enum client_phase
client_mail_on_nobody(struct client *c, const struct client_command *k)
{
	c->dirty = true;
	return PH_IDLE;
}
