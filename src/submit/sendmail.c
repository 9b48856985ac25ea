/* sendmail.c - one message on stdin, from reading it to the exit status */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "submit/sender.h"
#include "submit/sendmail.h"
#include "system/identity.h"
#include "system/log.h"

static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

/* Sender and recipients as far as the command line says them. */
static int
address(struct sender *s, char **sender, struct fault *f)
{
	const struct options *o = s->o;

	if (sender_address(s, sender, f) == -1)
		return -1;
	if (o->nrcpt == 0 && !o->extract)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "no recipients: name them, or take them from the message "
		    "with -t");
	if (o->envid != NULL)
		s->env.envid = xstrdup(o->envid);
	s->env.ret = o->ret;
	return 0;
}

static int
read_message(struct sender *s, struct fault *f)
{
	char *sender = NULL;
	int status = address(s, &sender, f);

	s->opts = sender_options(s, sender);
	s->opts.extract = s->o->extract;
	s->opts.dot_ends = s->o->dot_ends;
	sender_note(s);
	if (status == 0)
		status = store_begin(&s->store, s->deliver.spool, f);
	if (status == 0) {
		accept_init(&s->submit, &s->opts, &s->env, &s->store,
		    &s->meta, s->set->max_size);
		s->submit.notify = s->o->notify;
		s->submit.expand = &s->expand;
		s->submit.addressed = sender_addressed;
		s->submit.ctx = s;
		status = accept_read(&s->submit, STDIN_FILENO, f);
		accept_release(&s->submit);
	}
	free(sender);
	return status;
}

/* Name everyone who will not get it, but each reason only once. */
static int
say_failed(const struct sender *s, const struct conninfo *conninfo, bool queued)
{
	const struct envelope *env = &s->env;
	struct report_place at = { .account = s->meta.account,
		.conninfo = conninfo,
		.sender = env->from };
	const struct fault *last = NULL;
	const struct rcpt *r;
	int status = EX_OK;
	size_t i;

	for (i = 0; i < env->nrcpt; i++) {
		r = &env->rcpt[i];
		if (r->verdict == VD_OK || (queued && outcome_waits(r)))
			continue;
		if (last == NULL || strcmp(last->text, r->why->text) != 0 ||
		    last->stage != r->why->stage) {
			at.recipient = r->addr;
			report_fault(&s->report, r->why, &at);
			if (status == EX_OK)
				status = fault_exit(r->why);
		}
		last = r->why;
		if (env->nrcpt > 1)
			log_say("not delivered to %s", r->addr);
	}
	return status;
}

/* Somebody who has not got it yet, or NULL. */
static const char *
waiting(const struct envelope *env)
{
	size_t i;

	for (i = 0; i < env->nrcpt; i++)
		if (env->rcpt[i].verdict != VD_OK)
			return env->rcpt[i].addr;
	return NULL;
}

static void
say_queued(const struct sender *s, const struct delivered *d)
{
	long long in = (long long)(d->next - time(NULL));

	report_fault(&s->report, &d->why, &(struct report_place){
	    .account = s->meta.account, .conninfo = &d->conninfo,
	    .sender = s->env.from, .recipient = waiting(&s->env) });
	log_say(s->set->linger ? "queued as %s, to be tried again in %lld s" :
	    "queued as %s, due for a queue run in %lld s", d->id,
	    in > 0 ? in : 0);
}

/* There is no waiting for the verdict. */
static int
cut(struct sender *s, const char *id)
{
	switch (deliver_cut(&s->deliver)) {
	case CUT_WAITS:
		log_say("queued as %s before there was a verdict", id);
		break;
	case CUT_DOUBT:
		log_say("queued as %s before there was a verdict; the relay "
		    "may have it already", id);
		break;
	case CUT_DONE:
		break;
	}
	return EX_OK;
}

static int
deliver_it(struct sender *s, struct fault *f)
{
	struct delivered d;
	int status;
	pid_t pid;

	if (deliver_message(&s->deliver, &s->store, &s->env, &s->meta, &d, f) ==
	    -1) {
		(void)say_failed(s, &d.conninfo, false);
		log_fault(f);
		return fault_exit(f);
	}
	if (d.waits_not) {
		if (stop || (pid = fork()) == -1)
			return cut(s, d.id);
		if (pid == 0) {
			sender_background(s);
			_exit(EX_OK);
		}
		log_say("no verdict after %lld s: queued as %s, and delivery "
		    "goes on", s->set->patience, d.id);
		return EX_OK;
	}
	if (d.queued > 0 && d.why.verdict != VD_OK &&
	    s->deliver.spool != NULL)
		say_queued(s, &d);
	if (s->o->verbose && d.taken > 0)
		log_say("accepted by the relay: %s", d.accepted);
	status = say_failed(s, &d.conninfo, s->deliver.spool != NULL);
	if (status != EX_OK && s->no_spool.verdict != VD_OK)
		report_fault(&s->report, &s->no_spool,
		    &(struct report_place){ 0 });
	return status;
}

int
sendmail_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct fault f = { 0 };
	struct sender s;
	int status;

	sender_init(&s, o, c, src);
	s.stop = &stop;
	if (sender_start(&s, src, &f) == -1 || read_message(&s, &f) == -1)
		return sender_refuse(&s, &f);
	(void)signal(SIGTERM, on_stop);
	(void)signal(SIGINT, on_stop);
	(void)signal(SIGHUP, SIG_IGN);
	status = deliver_it(&s, &f);
	sender_release(&s);
	return status;
}

int
sendmail_refuse(const struct options *o, struct config *c,
    const struct config_source *src, const struct fault *f)
{
	struct sender s;

	sender_init(&s, o, c, src);
	identity_parent(s.caller.origin, sizeof(s.caller.origin));
	return sender_refuse(&s, f);
}
