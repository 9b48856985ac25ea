/*
 * transfer.c - connects to the relay, sends messages, reports each verdict
 *
 * Up to CLIENT_WINDOW messages are on their way at once.  A slot holds one
 * from the moment the client gets it until its verdict is reported.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/avoidance.h"
#include "agent/maildir.h"
#include "agent/progress.h"
#include "agent/transfer.h"
#include "agent/transport.h"
#include "base/portable.h"
#include "base/util.h"
#include "mail/recode.h"
#include "system/log.h"
#include "system/msgfile.h"

#define MANY	100	/* recipients that every relay takes at once */

struct slot {
	struct delivery		*delivery;	/* NULL: free */
	struct client_mail	 mail;
	size_t			 had;	/* recipients taken before */
	size_t			 sent;	/* octets of the message so far */
	struct fault		 unfit;	/* why it cannot be sent, if so */
};

struct transfer {
	struct account		*account;
	struct transport	*transport;	/* the account's */
	const struct transfer_opts *o;
	const struct transfer_work *work;
	struct client		*client;
	struct conninfo		 conninfo;	/* of the last connection */
	bool			 described;	/* conninfo is up to date */
	struct slot		 slot[CLIENT_WINDOW];
	struct slot		*current;	/* its body is being sent */
	struct delivery		*waiting[CLIENT_WINDOW + 1]; /* come first */
	size_t			 nwaiting;
	size_t			 settled;	/* messages, in this session */
	bool			 begun;	/* it was ready for a message */
	struct avoidance	 avoidance;
	bool			 renewed;	/* a refused token was */
	struct progress		 progress;
	char			*block;	/* CLIENT_BLOCK octets, or NULL */
};

/*
 * "452 too many recipients" after some were taken means the rest in a
 * transaction of its own (RFC 5321 4.5.3.1.10; 552 is the old spelling).
 */
static bool
transfer_leftover(const struct rcpt *r)
{
	return r->done && r->verdict != VD_OK && r->why->stage == ST_RCPT &&
	    r->why->domain == FD_SMTP &&
	    (r->why->code == 452 || r->why->code == 552);
}

static bool
transfer_unsettle_leftovers(struct delivery *d)
{
	bool any = false;
	size_t i;

	for (i = 0; i < d->env->nrcpt; i++)
		if (transfer_leftover(&d->env->rcpt[i])) {
			rcpt_unsettle(&d->env->rcpt[i]);
			any = true;
		}
	return any;
}

/* The relay has accepted a message, or not: what does that show? */
static void
transfer_learn(struct transfer *k, struct delivery *d, bool taken)
{
	if (taken)
		avoidance_learn(&k->avoidance, d);
	if (d->step == 0 && k->client->chunks && !k->transport->client.chunks) {
		k->transport->client.chunks = true;
		d->proven |= CAP_CHUNKING;
	}
}

/* Report a message; if it failed, show the dialogue. */
static void
transfer_report(struct transfer *k, struct delivery *d)
{
	struct buf *talk = &k->client->talk;

	progress_end(&k->progress);
	(void)strlcpy(k->conninfo.passed, d->conninfo.passed,
	    sizeof(k->conninfo.passed));
	d->conninfo = k->conninfo;
	if (k->o->transcript && talk->len > 0 &&
	    envelope_count(d->env, VD_OK) < d->env->nrcpt) {
		log_raw(buf_text(talk), talk->len);
		buf_clear(talk);
	}
	k->work->done(k->work->ctx, d);
}

/* Report messages with verdicts; one with leftovers is sent again. */
static void
transfer_collect(struct transfer *k)
{
	struct slot *s;
	struct delivery *d;
	bool taken;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++) {
		if ((d = s->delivery) == NULL || !s->mail.over)
			continue;
		s->delivery = NULL;
		k->settled += k->client->fault.verdict == VD_OK;
		if (!k->described)
			transport_describe(k->transport, k->client,
			    &k->conninfo);
		k->described = true;
		if (s->mail.accepted[0] != '\0')
			(void)strlcpy(d->accepted, s->mail.accepted,
			    sizeof(d->accepted));
		taken = envelope_count(d->env, VD_OK) > s->had;
		transfer_learn(k, d, taken);
		if (avoidance_again(&k->avoidance, d, &s->mail) ||
		    (taken && transfer_unsettle_leftovers(d)))
			k->waiting[k->nwaiting++] = d;
		else
			transfer_report(k, d);
	}
}

static enum transfer_next
transfer_next_delivery(struct transfer *k, bool wait, struct delivery **d)
{
	if (k->nwaiting == 0)
		return k->work->next(k->work->ctx, wait, d);
	*d = k->waiting[--k->nwaiting];
	return TRANSFER_GOT;
}

static bool
transfer_busy(const struct transfer *k)
{
	const struct slot *s;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++)
		if (s->delivery != NULL)
			return true;
	return false;
}

/* May one of the messages on their way have leftovers? */
static bool
transfer_may_come_back(const struct transfer *k)
{
	const struct slot *s;
	size_t i;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++) {
		if (s->delivery == NULL)
			continue;
		if (s->delivery->env->nrcpt > MANY)
			return true;
		for (i = 0; i < s->delivery->env->nrcpt; i++)
			if (transfer_leftover(&s->delivery->env->rcpt[i]))
				return true;
	}
	return false;
}

static int
transfer_to_memory(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct span *new = ctx;
	ssize_t done;

	if (new->fd == -1)
		new->fd = portable_memory_file();
	for (; n > 0; p += done, n -= (size_t)done) {
		done = write(new->fd, p, n);
		if (done == -1 && errno == EINTR)
			done = 0;
		if (done == -1)
			return fault_errno(f, ST_BODY, errno, VD_TEMP,
			    "no memory to convert the message");
		new->size += (size_t)done;
	}
	return 0;
}

/* Convert 8-bit octets for a relay without 8BITMIME. */
static void
transfer_downgrade(struct transfer *k, struct delivery *d)
{
	struct span new = { .fd = -1 };
	struct msgfile_convert c = { .message = d->message,
	    .why = RECODE_8BIT, .write = transfer_to_memory, .ctx = &new };
	struct fault f = { 0 };
	uint32_t use = k->client->caps.set & ~avoidance_of(&k->avoidance, d);

	if (!d->env->eightbit || use & CAP_8BITMIME ||
	    !k->account->set->header_repair)
		return;
	if (msgfile_convert(&c, &f) == 0 && c.changed) {
		(void)close(d->message.fd);
		d->message = new;
		d->env->eightbit = c.eightbit;
	} else if (new.fd != -1) {
		(void)close(new.fd);
	}
}

static void
transfer_refuse(struct transfer *k, struct slot *s, const struct highbit *h,
    bool header)
{
	const char *why = !header ? "the relay does not offer 8BITMIME, and "
	    "this line cannot be sent without it" : h->malformed ?
	    "this line of the header is neither ASCII nor UTF-8" :
	    h->dkim ? "the relay does not offer SMTPUTF8, and this line of "
	    "the signed header is not ASCII" :
	    "the relay does not offer SMTPUTF8, and this line of the header "
	    "is not ASCII";
	struct fault *f = &s->unfit;

	fault_what(f, "%s", k->transport->client.what);
	(void)fault_set(f, ST_MAIL, FD_NONE, 0, VD_PERM, "%s: %s", why,
	    h->first);
	f->esc[0] = 5, f->esc[1] = 6, f->esc[2] = header ? 7 : 3;
	s->mail.unfit = f;
}

/*
 * What is still 8-bit needs SMTPUTF8 in the header (RFC 6531), and 8BITMIME
 * in the body.  Without these it is not sent.
 */
static void
transfer_check(struct transfer *k, struct slot *s)
{
	uint32_t use = k->client->caps.set &
	    ~avoidance_of(&k->avoidance, s->delivery);
	const struct delivery *d = s->delivery;
	struct highbit h;

	if (!d->env->eightbit || !k->account->set->header_repair)
		return;
	if (msgfile_look(&d->message, &h, use & CAP_8BITMIME, &s->unfit) == -1)
		s->mail.unfit = &s->unfit;
	else if (h.header && (h.malformed || !(use & CAP_SMTPUTF8)))
		transfer_refuse(k, s, &h, true);
	else if (!(use & CAP_8BITMIME))
		transfer_refuse(k, s, &h, h.header);
	s->mail.utf8 = h.header;
	highbit_release(&h);
}

/* The client is ready for a message: pass one on, wait, or quit. */
static void
transfer_give(struct transfer *k)
{
	struct delivery *d;
	struct slot *s;

	switch (transfer_next_delivery(k, !transfer_busy(k), &d)) {
	case TRANSFER_GOT:
		break;
	case TRANSFER_LATER:
		client_pause(k->client);
		k->transport->stream.wake = true;
		return;
	case TRANSFER_END:
		if (transfer_may_come_back(k)) {
			client_pause(k->client);
			return;
		}
		client_quit(k->client);
		return;
	}
	transfer_downgrade(k, d);
	for (s = k->slot; s->delivery != NULL; s++)
		;
	*s = (struct slot){ .delivery = d, .mail = { .env = d->env,
	    .size = d->message.size }, .had = envelope_count(d->env, VD_OK) };
	transfer_check(k, s);
	k->current = s;
	client_avoid(k->client, avoidance_of(&k->avoidance, d));
	client_mail(k->client, &s->mail);
}

static void
transfer_give_body(struct transfer *k)
{
	struct slot *s = k->current;
	const struct span *message = &s->delivery->message;
	size_t left = message->size - s->sent;
	size_t most = left < CLIENT_BLOCK ? left : CLIENT_BLOCK;
	struct fault f = { 0 };
	char *to;
	size_t n;

	if (left == 0) {
		client_body_end(k->client);
		return;
	}
	if ((to = client_space(k->client, most)) == NULL) {
		if (k->block == NULL)
			k->block = xmalloc(CLIENT_BLOCK);
		to = k->block;
	}
	n = msgfile_read(message, s->sent, to, most, ST_BODY, &f);
	if (n == 0) {
		client_broken(k->client, &f);
		return;
	}
	/* With BDAT nothing follows the last octet. */
	if (n == left && !k->work->sent(k->work->ctx, s->delivery)) {
		(void)fault_set(&f, ST_BODY, FD_NONE, 0, VD_TEMP,
		    "the dispatcher ended before the message was sent");
		client_broken(k->client, &f);
		return;
	}
	client_body(k->client, to, n);
	s->sent += n;
	if (k->o->progress && message->size > PROGRESS_MIN)
		progress_show(&k->progress, s->sent, message->size);
}

/* One session on an open connection, to its end. */
static void
transfer_talk(struct transfer *k)
{
	struct buf talk = k->client->talk;
	struct fault f = { 0 };
	enum client_want want;

	/* The dialogue with the address before stays. */
	memset(&k->client->talk, 0, sizeof(talk));
	client_release(k->client);
	client_init(k->client, &k->transport->client);
	k->client->talk = talk;
	k->transport->session.c = k->client;
	k->settled = 0;
	k->described = k->begun = false;
	avoidance_session(&k->avoidance);
	do {
		want = session_until(&k->transport->session);
		transfer_collect(k);
		if (want == CLIENT_IDLE && !k->begun)
			transport_ready(k->transport);
		k->begun |= want == CLIENT_IDLE;
		if (k->avoidance.anew && want != CLIENT_OVER) {
			avoidance_break_off(&k->avoidance, &f);
			client_broken(k->client, &f);
		} else if (want == CLIENT_IDLE)
			transfer_give(k);
		else if (want == CLIENT_BODY)
			transfer_give_body(k);
	} while (want != CLIENT_OVER);
	transport_describe(k->transport, k->client, &k->conninfo);
	stream_close(&k->transport->stream);
}

/* The relay cannot be used: all other messages get this fault. */
static void
transfer_fail(struct transfer *k, const struct fault *f)
{
	struct delivery *d;

	while (transfer_next_delivery(k, true, &d) == TRANSFER_GOT) {
		envelope_settle(d->env, f);
		transfer_report(k, d);
	}
}

/*
 * Did the relay refuse the access token?  It may have ended on the way, or
 * been revoked, so one more session has a new one.
 */
static bool
transfer_renews_token(struct transfer *k, const struct fault *f)
{
	struct fault why = { 0 };
	bool changed;

	if (k->begun || k->renewed || !accounts_refused(k->account, k->client,
	    f))
		return false;
	k->renewed = true;
	return accounts_token(k->account, true, k->transport->limit, &changed,
	    &why) == 0 && changed;
}

/* A session, at another address if it ends before the first message. */
static int
transfer_session_somewhere(struct transfer *k, const struct delivery *d,
    struct fault *f)
{
	bool changed;

	if (accounts_token(k->account, false, k->transport->limit, &changed,
	    f) == -1) {
		transport_describe(k->transport, NULL, &k->conninfo);
		return -1;
	}
	do {
		fault_clear(f);
		if (transport_open(k->transport, d->env->from, f) == -1) {
			transport_describe(k->transport, NULL, &k->conninfo);
			return -1;
		}
		k->transport->stream.watch = k->o->dispatch;
		transfer_talk(k);
		*f = k->client->fault;
	} while (!k->begun && f->verdict != VD_OK &&
	    !accounts_refused(k->account, k->client, f) &&
	    transport_next(k->transport, f));
	return 0;
}

/* The same, and in clear if opportunistic TLS is broken everywhere. */
static int
transfer_session(struct transfer *k, const struct delivery *d, struct fault *f)
{
	do {
		transport_begin(k->transport, d->tries);
		buf_clear(&k->client->talk);
		if (transfer_session_somewhere(k, d, f) == -1)
			return -1;
	} while (!k->begun && f->verdict != VD_OK &&
	    (transport_give_up_tls(k->transport, k->client) ||
	    transfer_renews_token(k, f)));
	if (k->settled > 0 || k->avoidance.retry) {
		fault_clear(f);
		return 0;
	}
	/* No message is settled: a new session would not help. */
	route_settle(&k->transport->route, false);
	return f->verdict != VD_OK ? -1 : fault_set(f, ST_MAIL, FD_NONE, 0,
	    VD_TEMP, "the relay accepted no message in a whole session");
}

/* May the message that was being sent be why the connection was lost? */
static bool
transfer_lost_for_message(const struct transfer *k, const struct fault *f)
{
	return k->begun && f->stage == ST_BODY && (f->domain == FD_LINK ||
	    (f->domain == FD_ERRNO && f->code == ECONNRESET));
}

/*
 * Sessions, while there are messages and each session settles one.  A
 * message with which the connection is lost must not stop the others, so
 * they get one more session.
 */
static void
transfer_sessions(struct transfer *k)
{
	struct fault f = { 0 };
	struct delivery *d;
	bool more = true;

	while (f.verdict == VD_OK &&
	    transfer_next_delivery(k, true, &d) == TRANSFER_GOT) {
		k->waiting[k->nwaiting++] = d;
		k->renewed = false;
		k->transport->client.avoid = avoidance_of(&k->avoidance, d);
		k->transport->client.chunks = (d->works & CAP_CHUNKING) != 0;
		if (transfer_session(k, d, &f) == 0) {
			more = true;
		} else if (more && transfer_lost_for_message(k, &f)) {
			fault_clear(&f);
			more = false;
		}
	}
	if (f.verdict != VD_OK)
		transfer_fail(k, &f);
}

/* There is no relay: keep the messages in the maildir. */
static void
transfer_keep_all(struct transfer *k)
{
	char name[64];
	struct delivery *d;
	int kept;

	while (transfer_next_delivery(k, true, &d) == TRANSFER_GOT) {
		struct fault f = { 0 };

		(void)strlcpy(f.what, k->transport->what, sizeof(f.what));
		kept = maildir_keep(k->account->maildir, d->env,
		    &d->message, name, &f);
		envelope_settle(d->env, kept == 0 ? NULL : &f);
		if (kept == 0)
			(void)strlcpy(d->accepted, name, sizeof(d->accepted));
		transfer_report(k, d);
	}
}

void
transfer_run(struct account *account, const struct transfer_opts *o,
    const struct transfer_work *work, long long limit)
{
	struct transfer k = { .account = account,
	    .transport = &account->transport, .o = o, .work = work,
	    .client = xmalloc(sizeof(*k.client)) };

	if (account->set->avoid != NULL)
		k.avoidance.base = avoid_parse(account->set->avoid);
	client_init(k.client, &k.transport->client);
	conninfo_clear(&k.conninfo);
	k.transport->limit = k.transport->session.limit = limit;
	k.transport->session.trace = o->trace;
	k.transport->session.hasty = true;
	if (account->fault.verdict != VD_OK)
		transfer_fail(&k, &account->fault);
	else if (account->maildir != -1)
		transfer_keep_all(&k);
	else
		transfer_sessions(&k);
	client_release(k.client);
	free(k.block);
	free(k.client);
}
