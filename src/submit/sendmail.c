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
#include "system/stopflag.h"

/* The part of the envelope that the command line gives. */
static int
sm_read_options(struct submission *s, struct fault *f)
{
	const struct options *o = s->by->o;

	if (sender_address(s, f) == -1)
		return -1;
	if (o->nrcpt == 0 && !o->extract)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "no recipients: name them, or take them from the message "
		    "with -t");
	if (o->envid != NULL)
		s->env.envid = xstrdup(o->envid);
	s->env.ret = o->ret;
	sender_options(s);
	s->opts.extract = o->extract;
	s->opts.dot_ends = o->dot_ends;
	return 0;
}

static int
sm_read_message(struct submission *s, struct fault *f)
{
	int status;

	if (sm_read_options(s, f) == -1 || sender_begin(s, f) == -1)
		return -1;
	s->accept.notify = s->by->o->notify;
	status = accept_read(&s->accept, STDIN_FILENO, f);
	accept_release(&s->accept);
	return status;
}

/* Name each recipient that has failed, but each reason only once. */
static int
sm_say_failed(const struct submission *s, const struct conninfo *conninfo,
    bool queued)
{
	const struct envelope *env = &s->env;
	struct explain_place at = { .account = s->meta.account,
	    .conninfo = conninfo, .sender = env->from };
	const struct fault *last = NULL;
	const struct rcpt *r;
	int status = EX_OK;
	size_t i;

	for (i = 0; i < env->nrcpt; i++) {
		r = &env->rcpt[i];
		if (r->verdict == VD_OK || (queued && rcpt_waits(r)))
			continue;
		if (last == NULL || strcmp(last->text, r->why->text) != 0 ||
		    last->stage != r->why->stage) {
			at.recipient = r->addr;
			explain_fault(&s->by->log.explain, r->why, &at);
			if (status == EX_OK)
				status = fault_exit(r->why);
		}
		last = r->why;
		if (env->nrcpt > 1)
			log_say("not delivered to %s", r->addr);
	}
	return status;
}

/* A recipient that does not have the message yet, or NULL. */
static const char *
sm_waiting(const struct envelope *env)
{
	size_t i;

	for (i = 0; i < env->nrcpt; i++)
		if (env->rcpt[i].verdict != VD_OK)
			return env->rcpt[i].addr;
	return NULL;
}

static void
sm_say_queued(const struct submission *s, const struct delivered *d)
{
	const char *unit = s->by->log.explain.unit;
	long long in = (long long)(d->next - time(NULL));

	explain_fault(&s->by->log.explain, &d->why, &(struct explain_place){
	    .account = s->meta.account, .conninfo = &d->conninfo,
	    .sender = s->env.from, .recipient = sm_waiting(&s->env) });
	if (!s->set->linger || s->by->runner == -1)
		log_say("queued as %s, due for a queue run in %lld s", d->id,
		    in > 0 ? in : 0);
	else if (unit[0] == '\0')
		log_say("queued as %s, to be tried again in %lld s", d->id,
		    in > 0 ? in : 0);
	else
		log_say("queued as %s, to be tried again in %lld s; when %s "
		    "ends, it waits for a queue run", d->id, in > 0 ? in : 0,
		    unit);
}

/*
 * Let others have the message and the connection.  To be called before any
 * text: a reader of stderr may be slow.
 */
static void
sm_let_go(struct submission *s)
{
	store_release(&s->store);
	process_dismiss(s->by);
}

/* The process has to stop before there is a verdict. */
static int
sm_stop(struct submission *s, const char *id)
{
	enum cut how = deliver_cut(&s->by->deliver);

	sm_let_go(s);
	if (how != CUT_DONE)
		log_say("queued as %s before there was a verdict%s", id,
		    how == CUT_DOUBT ? "; the relay may have it already" : "");
	return EX_OK;
}

static int
sm_deliver(struct submission *s, struct fault *f)
{
	struct submitter *p = s->by;
	struct delivered d;
	int status;

	if (deliver_message(&p->deliver, &s->store, &s->env, &s->meta, &d,
	    f) == -1) {
		sm_let_go(s);
		(void)sm_say_failed(s, &d.conninfo, false);
		log_fault(f);
		return fault_exit(f);
	}
	if (d.in_background) {
		if (*stopflag_get() || process_background(p) == -1)
			return sm_stop(s, d.id);
		deliver_abandon(&p->deliver);
		sm_let_go(s);
		log_say("no verdict after %lld s: queued as %s, and delivery "
		    "goes on", s->set->patience, d.id);
		return EX_OK;
	}
	sm_let_go(s);
	if (d.queued > 0 && d.why.verdict != VD_OK && p->deliver.spool != NULL)
		sm_say_queued(s, &d);
	if (p->o->verbose && d.taken > 0)
		log_say(d.conninfo.what[0] != '\0' ?
		    "accepted by the relay: %s" : "kept in the maildir: %s",
		    d.accepted);
	status = sm_say_failed(s, &d.conninfo, p->deliver.spool != NULL);
	if (status != EX_OK && p->no_spool.verdict != VD_OK)
		explain_fault(&p->log.explain, &p->no_spool,
		    &(struct explain_place){ 0 });
	return status;
}

int
sendmail_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct fault f = { 0 };
	struct submitter p;
	struct submission s;
	int status;

	process_init(&p, o, c, src);
	sender_init(&s, &p);
	if (process_start(&p, src, &f) == -1 || sm_read_message(&s, &f) == -1)
		return sender_refuse(&s, &f);
	p.deliver.dispatch.stop = stopflag_get();
	stopflag_catch();
	(void)signal(SIGHUP, SIG_IGN);
	status = sm_deliver(&s, &f);
	if (status == EX_OK && s.refused.n > 0)
		status = fault_exit(&s.refused.first);
	sender_release(&s);
	process_release(&p);
	return status;
}

int
sendmail_refuse(const struct options *o, struct config *c,
    const struct config_source *src, const struct fault *f)
{
	struct submitter p;
	struct submission s;

	process_init(&p, o, c, src);
	sender_init(&s, &p);
	identity_parent(p.caller.origin, sizeof(p.caller.origin));
	return sender_refuse(&s, f);
}
