/* smtpd.c - -bs: the messages of an SMTP dialogue on stdin and stdout */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "mail/addr.h"
#include "submit/sender.h"
#include "submit/smtpd.h"
#include "submit/smtpd_io.h"

#define IDLE	300000	/* ms that a client may wait (RFC 5321, 4.5.3.2.7) */

/* The dialogue, and its current message. */
struct session {
	struct submitter by;
	struct submission m;
	struct envelope	*client;	/* as the client gave it */
};

/* What smtpd_io does with a message */

static void
smtpd_drop(void *ctx)
{
	struct session *s = ctx;

	sender_release(&s->m);
}

/* The envelope of the message: a copy of the client's. */
static void
smtpd_copy_envelope(struct envelope *to, const struct envelope *from)
{
	size_t i, k;

	to->ret = from->ret;
	to->envid = from->envid != NULL ? xstrdup(from->envid) : NULL;
	for (i = 0; i < from->nrcpt; i++) {
		k = envelope_add(to, from->rcpt[i].addr);
		to->rcpt[k].notify = from->rcpt[i].notify;
		if (to->rcpt[k].orcpt == NULL && from->rcpt[i].orcpt != NULL)
			to->rcpt[k].orcpt = xstrdup(from->rcpt[i].orcpt);
	}
}

/* Can the aliases be applied to this recipient? */
static int
smtpd_usable(void *ctx, const char *addr, struct fault *f)
{
	struct submitter *p = &((struct session *)ctx)->by;
	const struct spool_meta meta = { .uid = p->caller.uid,
	    .origin = p->caller.origin };

	if (expand_check(&p->expand, addr, f) == 0)
		return 0;
	maillog_refusal(&p->log, f, &meta);
	return -1;
}

static int
smtpd_begin(void *ctx, struct envelope *env, struct fault *f)
{
	struct session *s = ctx;
	struct submission *m = &s->m;
	const char *at;

	s->client = env;
	envelope_from(&m->env, env->from);
	at = addr_at(m->env.from);
	if (at != NULL && strcmp(at + 1, EXPAND_BARE) == 0)
		m->env.from[at - m->env.from] = '\0';
	m->sender = xstrdup(m->env.from);
	if (sender_account(m, m->sender, f) == 0) {
		sender_options(m);
		m->opts.refused = NULL;	/* smtpd_usable() knows all */
		smtpd_copy_envelope(&m->env, env);
		if (sender_begin(m, f) == 0)
			return 0;
	}
	smtpd_drop(s);
	return -1;
}

static int
smtpd_data(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct session *s = ctx;

	return accept_feed(&s->m.accept, p, n, f);
}

/* A child goes on with the delivery; the messages that follow are queued. */
static void
smtpd_leave(struct session *s)
{
	if (process_background(&s->by) == -1)
		(void)deliver_cut(&s->by.deliver);
	else
		deliver_abandon(&s->by.deliver);
	s->by.deliver.dispatch = (struct dispatch){ .sock = -1 };
	s->by.deliver.mode = SETTING_DELIVERY_QUEUE;
}

/* Why this recipient has failed; NULL if it has the message or will get it. */
static const struct fault *
smtpd_refusal(const struct session *s, const struct rcpt *r)
{
	return s->by.deliver.spool != NULL && rcpt_waits(r) ? NULL : r->why;
}

/* Have aliases changed no recipient? */
static bool
smtpd_same_recipients(const struct session *s)
{
	bool same = s->m.env.nrcpt == s->client->nrcpt;
	size_t i;

	for (i = 0; i < s->m.env.nrcpt && same; i++)
		same = strcmp(s->m.env.rcpt[i].addr,
		    s->client->rcpt[i].addr) == 0;
	return same;
}

/*
 * Give the verdicts to the client's recipients.  If aliases changed these,
 * the reply is a refusal only when all failed; else a bounce names those
 * that failed.  Without a spool there is no bounce: one refusal refuses all.
 */
static void
smtpd_answer(struct session *s, const struct delivered *d)
{
	const struct fault *worst = NULL;
	bool same = !s->by.deliver.by_bounce && !d->in_background, any = false;
	size_t i;

	for (i = 0; i < s->m.env.nrcpt; i++) {
		if (worst == NULL)
			worst = smtpd_refusal(s, &s->m.env.rcpt[i]);
		any |= smtpd_refusal(s, &s->m.env.rcpt[i]) == NULL;
	}
	/* After a refusal the client sends to all of them once more. */
	if (any && s->by.deliver.spool != NULL)
		worst = NULL;
	for (i = 0; i < s->client->nrcpt; i++)
		rcpt_settle(&s->client->rcpt[i],
		    same ? smtpd_refusal(s, &s->m.env.rcpt[i]) : worst);
}

static int
smtpd_end(void *ctx, struct buf *text, struct fault *f)
{
	struct session *s = ctx;
	struct delivered d = { 0 };
	int status = accept_end(&s->m.accept, f);

	s->by.deliver.by_bounce = !smtpd_same_recipients(s);
	if (status == 0)
		status = deliver_message(&s->by.deliver, &s->m.store,
		    &s->m.env, &s->m.meta, &d, f);
	if (status == 0)
		smtpd_answer(s, &d);
	else
		maillog_refusal(&s->by.log, f, &s->m.meta);
	if (d.id[0] != '\0')
		buf_addf(text, "queued as %s", d.id);
	else
		buf_adds(text, d.accepted);
	if (d.in_background)
		smtpd_leave(s);
	smtpd_drop(s);
	return status;
}

int
smtpd_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct server_opts so;
	struct fault f = { 0 };
	struct session s;
	const struct smtpd_io_work work = { .begin = smtpd_begin,
	    .data = smtpd_data, .end = smtpd_end, .drop = smtpd_drop,
	    .ctx = &s, .idle = IDLE };
	int status;

	process_init(&s.by, o, c, src);
	sender_init(&s.m, &s.by);
	if (process_start(&s.by, src, &f) == -1)
		return sender_refuse(&s.m, &f);
	so = (struct server_opts){ .hostname = s.by.caller.host,
	    .domain = EXPAND_BARE, .max_size = s.by.set->max_size,
	    .usable = smtpd_usable, .ctx = &s };
	(void)signal(SIGHUP, SIG_IGN);
	status = smtpd_io_run(STDIN_FILENO, STDOUT_FILENO, &so, &work);
	sender_release(&s.m);
	process_release(&s.by);
	return status;
}
