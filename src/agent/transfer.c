/*
 * transfer.c - connects to the relay, sends messages, reports each verdict
 *
 * Up to CLIENT_WINDOW messages are on their way at once.  A slot holds one
 * from the moment it is given to the machine until its verdict is reported.
 */

#include <sys/mman.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/maildir.h"
#include "agent/progress.h"
#include "agent/transfer.h"
#include "agent/transport.h"
#include "base/util.h"
#include "mail/recode.h"
#include "net/trust.h"
#include "system/log.h"
#include "system/msgfile.h"

#define MANY	100	/* recipients that every relay takes at once */

struct slot {
	struct job		*job;	/* NULL: free */
	struct client_mail	 mail;
	size_t			 had;	/* recipients taken before */
	size_t			 sent;	/* octets of the message so far */
};

struct transfer {
	const struct transfer_opts *o;
	const struct transfer_work *work;
	struct transport		 transport;
	int			 maildir;	/* to capture in, or -1 */
	struct client		*client;
	struct conninfo conninfo; /* of the last connection */
	bool			 described;	/* link is this one's */
	struct fault		 broken;	/* VD_OK: it can work */
	struct slot		 slot[CLIENT_WINDOW];
	struct slot		*in_hand;
	struct job		*waiting[CLIENT_WINDOW + 1]; /* come first */
	size_t			 nwaiting;
	size_t			 settled;	/* jobs, by this session */
	struct progress		 progress;
	char			*block;	/* CLIENT_BLOCK octets, or NULL */
};

/*
 * "452 too many recipients" after some were taken means the rest in a
 * transaction of its own (RFC 5321 4.5.3.1.10; 552 is the old spelling).
 */
static bool
leftover(const struct rcpt *r)
{
	return r->done && r->verdict != VD_OK && r->why->stage == ST_RCPT &&
	    r->why->domain == FD_SMTP &&
	    (r->why->code == 452 || r->why->code == 552);
}

static bool
unsettle_leftovers(struct job *j)
{
	bool any = false;
	size_t i;

	for (i = 0; i < j->env.nrcpt; i++)
		if (leftover(&j->env.rcpt[i])) {
			rcpt_unsettle(&j->env.rcpt[i]);
			any = true;
		}
	return any;
}

/* A job is over: show how it came to that, if it went wrong. */
static void
report(struct transfer *k, struct job *j)
{
	struct buf *talk = &k->client->talk;

	progress_end(&k->progress);
	j->conninfo = k->conninfo;
	if (k->o->transcript && talk->len > 0 &&
	    envelope_count(&j->env, VD_OK) < j->env.nrcpt) {
		log_raw(buf_text(talk), talk->len);
		buf_clear(talk);
	}
	k->work->done(k->work->ctx, j);
}

/* Report what is over; a job with leftovers gets another turn. */
static void
collect(struct transfer *k)
{
	struct slot *s;
	struct job *j;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++) {
		if ((j = s->job) == NULL || !s->mail.over)
			continue;
		s->job = NULL;
		k->settled += k->client->fault.verdict == VD_OK;
		if (!k->described)
			transport_describe(
			    &k->transport, k->client, &k->conninfo);
		k->described = true;
		if (s->mail.accepted[0] != '\0')
			(void)strlcpy(j->accepted, s->mail.accepted,
			    sizeof(j->accepted));
		if (envelope_count(&j->env, VD_OK) > s->had &&
		    unsettle_leftovers(j))
			k->waiting[k->nwaiting++] = j;
		else
			report(k, j);
	}
}

static enum transfer_next
next_job(struct transfer *k, bool wait, struct job **j)
{
	if (k->nwaiting == 0)
		return k->work->next(k->work->ctx, wait, j);
	*j = k->waiting[--k->nwaiting];
	return TRANSFER_JOB;
}

static bool
busy(const struct transfer *k)
{
	const struct slot *s;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++)
		if (s->job != NULL)
			return true;
	return false;
}

/* Might somebody be left over by what is under way? */
static bool
may_come_back(const struct transfer *k)
{
	const struct slot *s;
	size_t i;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++) {
		if (s->job == NULL)
			continue;
		if (s->job->env.nrcpt > MANY)
			return true;
		for (i = 0; i < s->job->env.nrcpt; i++)
			if (leftover(&s->job->env.rcpt[i]))
				return true;
	}
	return false;
}

static int
to_memory(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct job *new = ctx;
	ssize_t done;

	if (new->fd == -1)
		new->fd = memfd_create("heloise", MFD_CLOEXEC);
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

/* 8-bit octets go to a relay without 8BITMIME in another form. */
static void
downgrade(struct transfer *k, struct job *j)
{
	struct job new = { .fd = -1 };
	struct msgfile_convert c = { .fd = j->fd, .at = j->at, .size = j->size,
	    .why = RECODE_8BIT, .write = to_memory, .ctx = &new };
	struct fault f = { 0 };

	if (!j->env.eightbit || k->client->caps.set & CAP_8BITMIME ||
	    !k->o->set->header_repair)
		return;
	if (msgfile_convert(&c, &f) == 0 && c.changed) {
		(void)close(j->fd);
		j->fd = new.fd;
		j->at = 0;
		j->size = new.size;
		j->env.eightbit = c.eightbit;
	} else if (new.fd != -1) {
		(void)close(new.fd);
	}
}

/* The machine is ready for a message: give one, wait, or leave. */
static void
give(struct transfer *k)
{
	struct job *j;
	struct slot *s;

	switch (next_job(k, !busy(k), &j)) {
	case TRANSFER_JOB:
		break;
	case TRANSFER_LATER:
		client_pause(k->client);
		k->transport.stream.wake = true;
		return;
	case TRANSFER_END:
		if (may_come_back(k)) {
			client_pause(k->client);
			return;
		}
		/* A dispatcher that knows all may go before the goodbye. */
		if (!busy(k))
			k->transport.stream.watch = -1;
		client_quit(k->client);
		return;
	}
	downgrade(k, j);
	for (s = k->slot; s->job != NULL; s++)
		;
	*s = (struct slot){ .job = j, .mail = { .env = &j->env,
	    .size = j->size }, .had = envelope_count(&j->env, VD_OK) };
	k->in_hand = s;
	client_mail(k->client, &s->mail);
}

static char *
block(struct transfer *k)
{
	if (k->block == NULL)
		k->block = xmalloc(CLIENT_BLOCK);
	return k->block;
}

static void
give_body(struct transfer *k)
{
	struct slot *s = k->in_hand;
	size_t left = s->job->size - s->sent;
	size_t most = left < CLIENT_BLOCK ? left : CLIENT_BLOCK;
	struct fault f = { 0 };
	ssize_t n;
	char *to;

	if (left == 0) {
		client_body_end(k->client);
		return;
	}
	if ((to = client_space(k->client, most)) == NULL)
		to = block(k);
	n = pread(s->job->fd, to, most, s->job->at + (off_t)s->sent);
	if (n == -1 && errno == EINTR)
		return;
	if (n <= 0) {
		(void)fault_errno(&f, ST_BODY, n == 0 ? EIO : errno, VD_TEMP,
		    "the message cannot be read back");
		client_broken(k->client, &f);
		return;
	}
	/* With BDAT nothing follows what is handed over now. */
	if ((size_t)n == left && !k->work->sent(k->work->ctx, s->job)) {
		(void)fault_set(&f, ST_BODY, FD_NONE, 0, VD_TEMP,
		    "nobody wants to know what becomes of the message");
		client_broken(k->client, &f);
		return;
	}
	client_body(k->client, to, (size_t)n);
	s->sent += (size_t)n;
	if (k->o->progress && s->job->size > PROGRESS_MIN)
		progress_show(&k->progress, s->sent, s->job->size);
}

/* One session on an open connection, to its end. */
static void
talk(struct transfer *k)
{
	enum client_want want;

	client_init(k->client, &k->transport.client);
	k->transport.session.c = k->client;
	k->settled = 0;
	k->described = false;
	do {
		want = session_until(&k->transport.session);
		collect(k);
		if (want == CLIENT_IDLE)
			give(k);
		else if (want == CLIENT_BODY)
			give_body(k);
	} while (want != CLIENT_OVER);
	transport_describe(&k->transport, k->client, &k->conninfo);
	stream_close(&k->transport.stream);
}

/* Nobody else can be served: say why to all that are left. */
static void
fail(struct transfer *k, const struct fault *f)
{
	struct job *j;
	size_t i;

	while (next_job(k, true, &j) == TRANSFER_JOB) {
		for (i = 0; i < j->env.nrcpt; i++)
			if (!j->env.rcpt[i].done)
				rcpt_settle(&j->env.rcpt[i], f);
		report(k, j);
	}
}

/*
 * Why a session moved no message forward, so that another would not, or
 * VD_OK.
 */
static void
stuck(const struct transfer *k, struct fault *f)
{
	fault_clear(f);
	if (k->settled > 0)
		return;
	*f = k->client->fault;
	if (f->verdict == VD_OK)
		(void)fault_set(f, ST_MAIL, FD_NONE, 0, VD_TEMP,
		    "the relay took no message in a whole session");
}

/* Sessions, as long as there is work and one brings it forward. */
static void
sessions(struct transfer *k)
{
	struct fault f = { 0 };
	struct job *j;

	while (f.verdict == VD_OK && next_job(k, true, &j) == TRANSFER_JOB) {
		k->waiting[k->nwaiting++] = j;
		if (transport_open(&k->transport, j->env.from, &f) == -1) {
			transport_describe(&k->transport, NULL, &k->conninfo);
			break;
		}
		k->transport.stream.watch = k->o->dispatch;
		talk(k);
		stuck(k, &f);
		if (f.verdict == VD_OK)
			client_release(k->client);
	}
	if (f.verdict != VD_OK)
		fail(k, &f);
	client_release(k->client);
}

/* There is no relay: keep it. */
static void
capture_all(struct transfer *k)
{
	char name[64];
	struct job *j;
	size_t i;
	int kept;

	while (next_job(k, true, &j) == TRANSFER_JOB) {
		struct fault f = { 0 };

		(void)strlcpy(f.what, k->transport.what, sizeof(f.what));
		kept = maildir_keep(k->maildir, &j->env, j->fd, j->at, j->size,
		    name, &f);
		for (i = 0; i < j->env.nrcpt; i++)
			if (!j->env.rcpt[i].done)
				rcpt_settle(&j->env.rcpt[i],
				    kept == 0 ? NULL : &f);
		if (kept == 0)
			(void)strlcpy(j->accepted, name,
			    sizeof(j->accepted));
		report(k, j);
	}
}

struct transfer *
transfer_new(const struct transfer_opts *o)
{
	struct transfer *k = xcalloc(1, sizeof(*k));

	k->o = o;
	k->maildir = -1;
	k->client = xmalloc(sizeof(*k->client));
	client_init(k->client, &k->transport.client);
	conninfo_clear(&k->conninfo);
	if (transport_prepare(&k->transport, o->set, o->fqdn, &k->broken) == 0)
		fault_clear(&k->broken);
	k->transport.session.trace = o->trace;
	return k;
}

void
transfer_locate(struct transfer *k, const char *password)
{
	const struct relay *relay = &k->transport.route.relay;

	if (k->broken.verdict == VD_OK &&
	    transport_locate(&k->transport, password, &k->broken) == 0 &&
	    (relay->kind != RELAY_MAILDIR || (k->maildir =
	    maildir_open(relay->path, &k->broken)) != -1))
		fault_clear(&k->broken);
	(void)strlcpy(
	    k->broken.what, k->transport.what, sizeof(k->broken.what));
}

size_t
transfer_ports(const struct transfer *k, int *ports, size_t max)
{
	return route_ports(&k->transport.route, ports, max);
}

int
transfer_dir(const struct transfer *k)
{
	return k->maildir;
}

bool
transfer_reads(const struct transfer *k)
{
	return k->transport.trust != NULL &&
	    trust_has_token(k->transport.trust);
}

void
transfer_refuse(struct transfer *k, const struct fault *f)
{
	k->broken = *f;
}

void
transfer_run(struct transfer *k, const struct transfer_work *work,
    long long limit)
{
	k->work = work;
	k->transport.limit = limit;
	k->transport.session.limit = limit;
	if (k->broken.verdict != VD_OK)
		fail(k, &k->broken);
	else if (k->maildir != -1)
		capture_all(k);
	else
		sessions(k);
}

void
transfer_free(struct transfer *k)
{
	transport_release(&k->transport);
	if (k->maildir != -1)
		(void)close(k->maildir);
	free(k->block);
	free(k->client);
	free(k);
}
