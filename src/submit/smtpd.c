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

/* A message begins, goes on and ends, or does not. */

static void
drop(void *ctx)
{
	struct sender *s = ctx;

	accept_release(&s->submit);
	store_release(&s->store);
	envelope_release(&s->env);
	spool_meta_release(&s->meta);
	free(s->sender);
	s->sender = NULL;
}

static int
begin(void *ctx, struct envelope *env, struct fault *f)
{
	struct sender *s = ctx;
	const char *at;
	size_t i, k;

	s->theirs = env;
	envelope_from(&s->env, env->from);
	at = addr_at(s->env.from);
	if (at != NULL && strcmp(at + 1, EXPAND_BARE) == 0)
		s->env.from[at - s->env.from] = '\0';
	s->sender = xstrdup(s->env.from);
	if (sender_account(s, s->sender, f) == -1) {
		free(s->sender);
		s->sender = NULL;
		spool_meta_release(&s->meta);
		envelope_release(&s->env);
		return -1;
	}
	s->opts = sender_options(s, s->sender);
	s->env.ret = env->ret;
	s->env.envid = env->envid != NULL ? xstrdup(env->envid) : NULL;
	for (i = 0; i < env->nrcpt; i++) {
		k = envelope_add(&s->env, env->rcpt[i].addr);
		s->env.rcpt[k].notify = env->rcpt[i].notify;
		if (s->env.rcpt[k].orcpt == NULL &&
		    env->rcpt[i].orcpt != NULL)
			s->env.rcpt[k].orcpt = xstrdup(env->rcpt[i].orcpt);
	}
	sender_note(s);
	accept_init(&s->submit, &s->opts, &s->env, &s->store, &s->meta,
	    s->set->max_size);
	s->submit.expand = &s->expand;
	s->submit.addressed = sender_addressed;
	s->submit.ctx = s;
	if (store_begin(&s->store, s->deliver.spool, f) == 0)
		return 0;
	drop(s);
	return -1;
}

static int
data(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct sender *s = ctx;

	return accept_feed(&s->submit, p, n, f);
}

/* Delivery goes on without us; what comes after it waits in the queue. */
static void
leave(struct sender *s)
{
	pid_t pid = fork();

	if (pid == 0) {
		sender_background(s);
		_exit(EX_OK);
	}
	if (pid == -1)
		(void)deliver_cut(&s->deliver);
	else
		deliver_abandon(&s->deliver);
	s->deliver.dispatch = (struct dispatch){ .sock = -1, .stop = s->stop };
	s->deliver.mode = SETTING_DELIVERY_QUEUE;
}

/* Why this one will not get it, or NULL. */
static const struct fault *
refusal(const struct sender *s, const struct rcpt *r)
{
	return s->deliver.spool != NULL && outcome_waits(r) ? NULL : r->why;
}

/* Are our recipients those that the client named? */
static bool
same_recipients(const struct sender *s)
{
	bool same = s->env.nrcpt == s->theirs->nrcpt;
	size_t i;

	for (i = 0; i < s->env.nrcpt && same; i++)
		same = strcmp(s->env.rcpt[i].addr,
		    s->theirs->rcpt[i].addr) == 0;
	return same;
}

/*
 * The client's recipients get the verdicts of ours.  Where aliases came in
 * between only a refusal of all is one; else a bounce tells who was refused,
 * unless there is no spool to have it in.
 */
static void
tell(struct sender *s)
{
	const struct fault *worst = NULL;
	bool same = !s->deliver.untold, any = false;
	size_t i;

	for (i = 0; i < s->env.nrcpt; i++) {
		if (worst == NULL)
			worst = refusal(s, &s->env.rcpt[i]);
		any |= refusal(s, &s->env.rcpt[i]) == NULL;
	}
	/* A client that is refused sends to all of them once more. */
	if (any && s->deliver.spool != NULL)
		worst = NULL;
	for (i = 0; i < s->theirs->nrcpt; i++)
		rcpt_settle(&s->theirs->rcpt[i],
		    same ? refusal(s, &s->env.rcpt[i]) : worst);
}

static int
end(void *ctx, struct buf *words, struct fault *f)
{
	struct sender *s = ctx;
	struct delivered d = { 0 };
	int status = accept_end(&s->submit, f);

	s->deliver.untold = !same_recipients(s);
	if (status == 0)
		status = deliver_message(
		    &s->deliver, &s->store, &s->env, &s->meta, &d, f);
	if (status == 0)
		tell(s);
	else
		report_refusal(&s->report, f, &s->meta);
	if (d.id[0] != '\0')
		buf_addf(words, "queued as %s", d.id);
	else
		buf_adds(words, d.accepted);
	if (d.waits_not)
		leave(s);
	drop(s);
	return status;
}

int
smtpd_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct server_opts so;
	struct fault f = { 0 };
	struct sender s;
	const struct smtpd_io_work work = { .begin = begin, .data = data,
	    .end = end, .drop = drop, .ctx = &s };
	int status;

	sender_init(&s, o, c, src);
	if (sender_start(&s, src, &f) == -1)
		return sender_refuse(&s, &f);
	so = (struct server_opts){ .hostname = s.caller.host,
	    .domain = EXPAND_BARE, .max_size = s.set->max_size };
	(void)signal(SIGHUP, SIG_IGN);
	status = smtpd_io_run(STDIN_FILENO, STDOUT_FILENO, &so, &work);
	sender_release(&s);
	return status;
}
