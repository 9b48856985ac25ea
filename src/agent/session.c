/* session.c - connects smtp/client and net/stream until a verdict is due */

#include <errno.h>

#include "agent/session.h"
#include "base/util.h"
#include "system/log.h"

#define PROGRESS	65536	/* octets that count as progress */
#define HANDSHAKE	60000	/* ms */
#define GREETING	5000	/* ms; after it, try TLS elsewhere */
#define REST		2000	/* ms to read why the relay closed */
#define QUIT_MIN	100	/* ms for the reply to QUIT, if hasty */
#define QUIT_MAX	500

static long long
session_within(const struct session *s, long long ms)
{
	long long due = clock_ms() + ms;

	return s->limit > 0 && s->limit < due ? s->limit : due;
}

static bool
session_hurries(const struct session *s)
{
	return s->hasty && client_leaving(s->c);
}

/* For how long to wait for a reply, in ms. */
static long long
session_patience(const struct session *s)
{
	long long ms;

	if (!session_hurries(s))
		return s->timeout > 0 ? s->timeout :
		    client_timeout(s->c) * 1000LL;
	ms = 2 * stream_round_trip(s->w) / 1000;
	return ms < QUIT_MIN ? QUIT_MIN : ms > QUIT_MAX ? QUIT_MAX : ms;
}

/* Start the timeout again after a reply, or a stretch of what is sent. */
static void
session_set_due(struct session *s, bool sending)
{
	const struct client *c = s->c;

	if (s->due != 0 && s->sending == sending &&
	    s->replies == c->replies && c->sent - s->sent < PROGRESS)
		return;
	s->due = session_within(s, session_patience(s));
	s->sending = sending;
	s->replies = c->replies;
	s->sent = c->sent;
}

static bool
session_ungreeted(const struct session *s)
{
	return s->c->replies == 0 && !s->c->tls && s->c->in.len == 0;
}

/* Without a greeting, a second connection can show that TLS is wanted. */
static bool
session_looks_implicit(struct session *s, struct fault *f)
{
	if (s->sniff == NULL || !session_ungreeted(s) ||
	    !s->sniff(s->sniff_ctx))
		return false;
	s->sniff = NULL;
	(void)fault_set(f, ST_GREETING, FD_NONE, 0, VD_PERM,
	    "this port speaks TLS from the start");
	return true;
}

static void
session_lost(struct session *s, struct fault *f)
{
	(void)session_looks_implicit(s, f);
	client_broken(s->c, f);
}

/* If there is no greeting for a short time, find out why. */
static int
session_wait_for(struct session *s, int want, struct fault *f)
{
	long long due = session_within(s, GREETING);
	int ready;

	if (s->sniff == NULL || !session_ungreeted(s) || due >= s->due)
		return stream_wait(s->w, want, s->due, f);
	ready = stream_wait(s->w, want, due, f);
	if (ready != -1 || f->domain != FD_ERRNO || f->code != ETIMEDOUT)
		return ready;
	if (session_looks_implicit(s, f))
		return -1;
	s->sniff = NULL;
	return 0;
}

/* The relay takes no more; what it sent before may say why. */
static void
session_read_rest(struct session *s, const struct fault *why)
{
	long long due = session_within(s, REST);
	char chunk[4096];
	struct fault f = { 0 };
	ssize_t n = 1;

	while (n > 0 && stream_wait(s->w, STREAM_READ, due, &f) > 0)
		if ((n = stream_read(s->w, chunk, sizeof(chunk), &f)) > 0) {
			client_feed(s->c, chunk, (size_t)n);
			if (client_step(s->c) == CLIENT_OVER)
				return;
		}
	client_broken(s->c, why);
}

static void
session_read(struct session *s)
{
	char chunk[16384];
	struct fault f = { 0 };
	ssize_t n = stream_read(s->w, chunk, sizeof(chunk), &f);

	if (n == -1)
		session_lost(s, &f);
	else
		client_feed(s->c, chunk, (size_t)n);
}

/*
 * All verdicts are known.  QUIT is sent first if that needs no waiting, as
 * the stream's watch may have ended.  Whatever goes wrong ends the session.
 */
static void
session_leave(struct session *s, int want)
{
	struct fault f = { 0 };
	ssize_t n = 0;
	int ready = -1;

	if (want & STREAM_WRITE)
		n = stream_write(s->w, s->c->out.p, s->c->out.len, &f);
	if (n > 0) {
		client_sent(s->c, (size_t)n);
		return;
	}
	if (s->trace)
		s->w->watch = -1;	/* show the reply */
	s->w->wake = true;
	if (n == 0)
		ready = stream_wait(s->w, want, s->due, &f);
	if (ready <= 0)
		client_broken(s->c, &f);
	else if (ready & STREAM_READ)
		session_read(s);
}

/* Write, and read what comes meanwhile. */
static void
session_transmit(struct session *s, int want)
{
	struct fault f = { 0 };
	int ready;
	ssize_t n;

	session_set_due(s, (want & STREAM_WRITE) != 0);
	if (session_hurries(s)) {
		session_leave(s, want);
		return;
	}
	if ((ready = session_wait_for(s, want, &f)) == -1) {
		session_lost(s, &f);
		return;
	}
	if (ready == 0)
		client_resume(s->c);
	if (ready & STREAM_READ) {
		session_read(s);
	} else if (ready & STREAM_WRITE) {
		n = stream_write(s->w, s->c->out.p, s->c->out.len, &f);
		if (n == -1)
			session_read_rest(s, &f);
		else
			client_sent(s->c, (size_t)n);
	}
}

static void
session_handshake(struct session *s)
{
	long long start = clock_ms();
	struct buf binding = { .max = CLIENT_BINDING };
	struct fault f = { 0 };
	const char *name;

	if (stream_tls(s->w, &s->tls, session_within(s, s->timeout > 0 ?
	    s->timeout : HANDSHAKE), &f) == -1) {
		client_broken(s->c, &f);
		return;
	}
	s->shook = clock_ms() - start;
	if ((name = tls_binding(s->w->tls, &binding)) != NULL)
		client_bind(s->c, name, buf_text(&binding), binding.len);
	buf_release(&binding);
	client_tls_up(s->c, s->trusted);
	s->due = 0;
}

/* The verdict on a message is not to wait for what follows. */
static bool
session_settled(struct session *s)
{
	bool more = s->settled != s->c->settled;

	s->settled = s->c->settled;
	return more;
}

enum client_want
session_until(struct session *s)
{
	enum client_want want;

	for (;;) {
		want = client_step(s->c);
		if (s->trace && s->c->talk.len > 0) {
			log_raw(buf_text(&s->c->talk), s->c->talk.len);
			buf_clear(&s->c->talk);
		}
		if (session_settled(s))
			return want;
		switch (want) {
		case CLIENT_SEND:
			session_transmit(s, STREAM_READ | STREAM_WRITE);
			break;
		case CLIENT_RECV:
			session_transmit(s, STREAM_READ);
			break;
		case CLIENT_TLS:
			session_handshake(s);
			break;
		case CLIENT_IDLE:
		case CLIENT_BODY:
		case CLIENT_OVER:
			return want;
		}
	}
}
