/*
 * courier.c - connects to the relay, sends messages, reports each verdict
 *
 * Up to CLIENT_WINDOW messages are on their way at once.  A slot holds one
 * from the moment it is given to the machine until its verdict is reported.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/config.h"
#include "config/relay.h"
#include "courier.h"
#include "net/connect.h"
#include "net/trust.h"
#include "session.h"
#include "smtp/helo.h"
#include "system/log.h"

#define SNIFF	5	/* seconds for a look at a silent port */
#define MANY	100	/* recipients that every relay takes at once */

struct slot {
	struct job		*job;	/* NULL: free */
	struct client_mail	 mail;
	size_t			 had;	/* recipients taken before */
	size_t			 sent;	/* octets of the message so far */
};

struct courier {
	const struct courier_opts *o;
	const struct courier_work *work;
	struct relay		 relay;
	struct addresses	 addrs;
	char			 what[FAULT_WHAT];
	char			 helo[HELO_NAME], why[HELO_WHY];
	struct client_opts	 client_opts;
	struct client		*client;
	struct wire		 wire;
	struct session		 session;
	struct trust		*trust;
	struct fault		 broken;	/* VD_OK: it can work */
	long long		 limit;
	struct slot		 slot[CLIENT_WINDOW];
	struct slot		*in_hand;
	struct job		*waiting[CLIENT_WINDOW + 1]; /* come first */
	size_t			 nwaiting;
	size_t			 settled;	/* jobs, by this session */
	char			*block;	/* CLIENT_BLOCK octets */
};

/* The words of `auth` are the names; auto and none are no mechanisms. */
static enum sasl_mech
mechanism(int auth)
{
	const char *word = setting_find("auth")->choice[auth];

	return sasl_find(word, strlen(word));
}

static enum client_tls
tls_mode(enum setting_tls mode)
{
	switch (mode) {
	case SETTING_TLS_IMPLICIT:
		return CLIENT_TLS_IMPLICIT;
	case SETTING_TLS_OPPORTUNISTIC:
		return CLIENT_TLS_OPPORTUNISTIC;
	case SETTING_TLS_NONE:
		return CLIENT_TLS_NONE;
	case SETTING_TLS_AUTO:
	case SETTING_TLS_STARTTLS:
		break;
	}
	return CLIENT_TLS_STARTTLS;
}

static int
family(int setting)
{
	return setting == SETTING_FAMILY_IPV4 ? AF_INET :
	    setting == SETTING_FAMILY_IPV6 ? AF_INET6 : AF_UNSPEC;
}

static long long
sooner(const struct courier *k, long long seconds)
{
	long long due = clock_ms() + seconds * 1000;

	return k->limit > 0 && k->limit < due ? k->limit : due;
}

/* Name, address, connection; then what hangs on our end of it. */
static int
open_link(struct courier *k, const char *sender, struct fault *f)
{
	const struct settings *s = k->o->set;
	struct helo_candidates cand = { .fqdn = k->o->fqdn, .sender = sender };
	struct connection link;
	char literal[80];

	if (connect_tcp(&k->addrs, sooner(k, s->connect_timeout), &link,
	    f) == -1)
		return -1;
	wire_init(&k->wire, link.fd);
	connect_literal(&link.local, literal, sizeof(literal));
	cand.literal = literal;
	cand.setting = s->helo != NULL && strcmp(s->helo, "auto") != 0 ?
	    s->helo : NULL;
	helo_choose(&cand, k->helo, k->why);
	return 0;
}

/* Does the port speak TLS from the start?  A second connection tells. */
static bool
sniff(void *ctx)
{
	struct courier *k = ctx;
	struct tls_opts opts = k->session.tls;
	struct connection link;
	struct fault f = { 0 };
	struct wire w;
	bool yes;

	if (connect_tcp(&k->addrs, sooner(k, SNIFF), &link, &f) == -1)
		return false;
	wire_init(&w, link.fd);
	opts.noverify = true;
	opts.implicit = true;
	yes = wire_tls(&w, &opts, sooner(k, SNIFF), &f) == 0;
	wire_close(&w);
	return yes;
}

/* Trust is loaded before the connection, so that the relay need not wait. */
static int
prepare(struct courier *k, struct fault *f)
{
	const struct settings *s = k->o->set;
	enum setting_tls mode = config_tls_mode(s);
	bool believe = s->tls_verify && mode != SETTING_TLS_OPPORTUNISTIC;
	struct trust_opts trust = { .ca = s->tls_ca, .pins = s->tls_pin,
	    .pins_only = !believe, .cert = s->tls_cert, .key = s->tls_key };

	if (!relay_parse(s->relay, &k->relay))
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "no relay is set");
	(void)strlcpy(k->what, k->relay.host, sizeof(k->what));
	fault_what(f, "%s:%d", k->what, config_port(s));
	(void)strlcpy(k->what, f->what, sizeof(k->what));
	k->client_opts = (struct client_opts){
		.helo = k->helo,
		.what = k->what,
		.tls = tls_mode(mode),
		.user = s->auth == SETTING_AUTH_NONE ? NULL : s->user,
		.host = k->relay.host,
		.port = config_port(s),
		.mech = mechanism(s->auth),
		.auth_cleartext = s->auth_cleartext,
		.random = arc4random_buf,
	};
	k->session = (struct session){
		.w = &k->wire,
		.tls = {
			.name = s->tls_name != NULL ? s->tls_name :
			    k->relay.host,
			.priority = s->tls_priority,
			.noverify = !believe && s->tls_pin == NULL,
			.implicit = mode == SETTING_TLS_IMPLICIT,
		},
		.trusted = mode != SETTING_TLS_OPPORTUNISTIC ||
		    s->tls_pin != NULL,
		.trace = k->o->trace,
		.timeout = s->timeout * 1000,
	};
	if (mode == SETTING_TLS_NONE)
		return 0;
	k->trust = trust_new(&trust, f);
	k->session.tls.trust = k->trust;
	return k->trust != NULL ? 0 : -1;
}

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

/* Report what is over; a job with leftovers gets another turn. */
static void
collect(struct courier *k)
{
	struct slot *s;
	struct job *j;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++) {
		if ((j = s->job) == NULL || !s->mail.over)
			continue;
		s->job = NULL;
		k->settled += k->client->fault.verdict == VD_OK;
		if (s->mail.accepted[0] != '\0')
			(void)strlcpy(j->accepted, s->mail.accepted,
			    sizeof(j->accepted));
		if (envelope_count(&j->env, VD_OK) > s->had &&
		    unsettle_leftovers(j))
			k->waiting[k->nwaiting++] = j;
		else
			k->work->done(k->work->ctx, j);
	}
}

static enum courier_next
next_job(struct courier *k, bool wait, struct job **j)
{
	if (k->nwaiting == 0)
		return k->work->next(k->work->ctx, wait, j);
	*j = k->waiting[--k->nwaiting];
	return NEXT_JOB;
}

static bool
busy(const struct courier *k)
{
	const struct slot *s;

	for (s = k->slot; s < k->slot + CLIENT_WINDOW; s++)
		if (s->job != NULL)
			return true;
	return false;
}

/* Might somebody be left over by what is under way? */
static bool
may_come_back(const struct courier *k)
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

/* The machine is ready for a message: give one, wait, or leave. */
static void
give(struct courier *k)
{
	struct job *j;
	struct slot *s;

	switch (next_job(k, !busy(k), &j)) {
	case NEXT_JOB:
		break;
	case NEXT_LATER:
		client_pause(k->client);
		return;
	case NEXT_END:
		if (may_come_back(k))
			client_pause(k->client);
		else
			client_quit(k->client);
		return;
	}
	for (s = k->slot; s->job != NULL; s++)
		;
	*s = (struct slot){ .job = j, .mail = { .env = &j->env,
	    .size = j->size }, .had = envelope_count(&j->env, VD_OK) };
	k->in_hand = s;
	client_mail(k->client, &s->mail);
}

static void
give_body(struct courier *k)
{
	struct slot *s = k->in_hand;
	size_t left = s->job->size - s->sent;
	struct fault f = { 0 };
	ssize_t n;

	if (left == 0) {
		k->work->sent(k->work->ctx, s->job);
		client_body_end(k->client);
		return;
	}
	n = pread(s->job->fd, k->block, left < CLIENT_BLOCK ? left :
	    CLIENT_BLOCK, s->job->at + (off_t)s->sent);
	if (n == -1 && errno == EINTR)
		return;
	if (n <= 0) {
		(void)fault_errno(&f, ST_BODY, n == 0 ? EIO : errno, VD_TEMP,
		    "the message cannot be read back");
		client_broken(k->client, &f);
		return;
	}
	client_body(k->client, k->block, (size_t)n);
	s->sent += (size_t)n;
}

/* One session on an open connection, to its end. */
static void
talk(struct courier *k)
{
	enum client_want want;

	client_init(k->client, &k->client_opts);
	k->session.c = k->client;
	k->session.sniff = sniff;
	k->session.sniff_ctx = k;
	k->session.due = 0;
	k->settled = 0;
	do {
		want = session_until(&k->session);
		collect(k);
		if (want == CLIENT_IDLE)
			give(k);
		else if (want == CLIENT_BODY)
			give_body(k);
	} while (want != CLIENT_OVER);
	wire_close(&k->wire);
}

/* Nobody else can be served: say why to all that are left. */
static void
fail(struct courier *k, const struct fault *f)
{
	struct job *j;
	size_t i;

	while (next_job(k, true, &j) == NEXT_JOB) {
		for (i = 0; i < j->env.nrcpt; i++)
			if (!j->env.rcpt[i].done)
				rcpt_settle(&j->env.rcpt[i], f);
		k->work->done(k->work->ctx, j);
	}
}

/* Sessions, as long as there is work and one brings it forward. */
static void
sessions(struct courier *k)
{
	struct fault f = { 0 };
	struct job *j;

	while (next_job(k, true, &j) == NEXT_JOB) {
		k->waiting[k->nwaiting++] = j;
		if (open_link(k, j->env.from, &f) == -1) {
			(void)strlcpy(f.what, k->what, sizeof(f.what));
			fail(k, &f);
			return;
		}
		talk(k);
		f = k->client->fault;
		client_release(k->client);
		if (k->settled > 0)
			continue;
		if (f.verdict == VD_OK)
			(void)fault_set(&f, ST_MAIL, FD_NONE, 0, VD_TEMP,
			    "the relay took no message in a whole session");
		fail(k, &f);
		return;
	}
}

struct courier *
courier_new(const struct courier_opts *o)
{
	struct courier *k = xcalloc(1, sizeof(*k));

	k->o = o;
	k->client = xmalloc(sizeof(*k->client));
	k->block = xmalloc(CLIENT_BLOCK);
	if (prepare(k, &k->broken) == 0)
		fault_clear(&k->broken);
	return k;
}

void
courier_locate(struct courier *k, const char *password)
{
	const struct settings *s = k->o->set;

	k->client_opts.password = password;
	if (k->broken.verdict == VD_OK && resolve(k->relay.host,
	    (unsigned)config_port(s), family(s->family), &k->addrs,
	    &k->broken) == 0)
		fault_clear(&k->broken);
	(void)strlcpy(k->broken.what, k->what, sizeof(k->broken.what));
}

int
courier_port(const struct courier *k)
{
	return config_port(k->o->set);
}

void
courier_refuse(struct courier *k, const struct fault *f)
{
	k->broken = *f;
}

void
courier_run(struct courier *k, const struct courier_work *work)
{
	long long deadline = k->o->set->deadline;

	k->work = work;
	k->limit = deadline > 0 ? clock_ms() + deadline * 1000 : 0;
	k->session.limit = k->limit;
	if (k->broken.verdict != VD_OK)
		fail(k, &k->broken);
	else
		sessions(k);
}

void
courier_free(struct courier *k)
{
	trust_free(k->trust);
	free(k->block);
	free(k->client);
	free(k);
}
