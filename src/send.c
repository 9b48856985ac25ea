/*
 * send.c - a submission, from reading it to the exit status
 *
 * The process that the caller started is the keeper: when it is killed
 * before it has read everything, nothing is sent.  The courier and the
 * spare runner are its children, made before it reads a hostile octet.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "caller.h"
#include "deliver.h"
#include "mail/addr.h"
#include "record.h"
#include "runner.h"
#include "send.h"
#include "serve.h"
#include "submit.h"
#include "system/log.h"
#include "system/sandbox.h"
#include "system/secret.h"
#include "talk.h"

struct sender {
	const struct options *o;
	struct config	*c;
	const struct settings *set;
	struct caller	 caller;
	struct spool	 spool;
	struct fault	 no_spool;	/* why there is none */
	char		*path;
	struct deliver	 deliver;
	struct envelope	 env;
	struct spool_meta meta;
	struct store	 store;
	struct message_opts opts;
	struct policy	 policy;
	char		*from, *from_name; /* the settings, expanded */
	struct expand	 expand;
	struct submit	 submit;
	struct envelope	*theirs;	/* the client's, in -bs */
	char		*sender;	/* who it says it is */
	int		 null;		/* /dev/null, for when nobody waits */
};

static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

char *
send_spool_path(const struct settings *s, const struct config_source *src)
{
	if (s->spool != NULL)
		return xstrdup(s->spool);
	return spool_default(src->elevated ? NULL : getenv("HOME"),
	    src->elevated ? NULL : getenv("XDG_STATE_HOME"), geteuid(),
	    src->elevated, SPOOLDIR);
}

/* Without a spool mail can still be sent, but not kept. */
static void
find_spool(struct sender *s, const struct config_source *src)
{
	s->deliver.mode = s->o->delivery >= 0 ?
	    (enum setting_delivery)s->o->delivery :
	    (enum setting_delivery)s->set->delivery;
	if (!s->set->queue)
		return;
	s->path = send_spool_path(s->set, src);
	if (s->path == NULL)
		(void)fault_set(&s->no_spool, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "no home directory for a spool: set  spool DIRECTORY");
	else if (spool_open(&s->spool, s->path, true, &s->no_spool) == 0)
		s->deliver.spool = &s->spool;
}

static int
fork_courier(struct sender *s, struct fault *f)
{
	const struct courier_opts co = { .set = s->set,
	    .fqdn = s->caller.host, .trace = s->o->verbose };
	int sock[2];
	pid_t pid;

	if (record_pair(sock, f) == -1)
		return -1;
	if ((pid = fork()) == 0) {
		(void)close(sock[0]);
		if (s->deliver.spool != NULL)
			spool_close(s->deliver.spool);
		if (s->deliver.spare != -1)
			(void)close(s->deliver.spare);
		serve(sock[1], &co);
		_exit(EX_OK);
	}
	(void)close(sock[1]);
	keeper_init(&s->deliver.keeper, pid != -1 ? sock[0] : -1);
	if (pid == -1)
		(void)close(sock[0]);
	return 0;
}

/* The only directories that a keeper needs, and no password. */
static void
box(struct sender *s)
{
	int tmp[] = { -1, -1 };
	struct sandbox b = { .dirs = &s->spool.dir, .ndirs = 1 };

	s->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (s->deliver.spool == NULL) {
		tmp[0] = open("/var/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
		tmp[1] = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
		b.dirs = tmp;
		b.ndirs = NITEMS(tmp);
	}
	secret_forget(&s->c->base);
	sandbox_enter(&b);
}

/* Part into the processes that the work takes. */
static int
part(struct sender *s, struct fault *f)
{
	const struct runner r = { .set = s->set, .spool = s->path,
	    .host = s->caller.host };

	s->deliver.spare = -1;
	keeper_init(&s->deliver.keeper, -1);
	if (s->deliver.spool != NULL && (s->set->linger ||
	    s->deliver.mode == SETTING_DELIVERY_BACKGROUND))
		s->deliver.spare = runner_spare(&r);
	if ((s->deliver.mode == SETTING_DELIVERY_NOW ||
	    s->deliver.spool == NULL) && fork_courier(s, f) == -1)
		return -1;
	s->deliver.keeper.stop = &stop;
	box(s);
	return 0;
}

/* Sender and recipients as far as the command line says them. */
static int
address(struct sender *s, char **sender, struct fault *f)
{
	const struct options *o = s->o;
	size_t i;

	if (o->sender != NULL && addr_path(sender, o->sender, f) == -1)
		return -1;
	if (*sender == NULL && s->from != NULL)
		*sender = xstrdup(s->from);
	for (i = 0; i < o->nrcpt; i++)
		if (message_recipients(&s->env, o->rcpt[i],
		    strlen(o->rcpt[i]), EXPAND_BARE, f) == -1)
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

/* Each message has its own id, at the best name there is. */
static struct message_opts
message_options(struct sender *s, const char *sender)
{
	const char *at = sender != NULL ? addr_at(sender) : NULL;
	struct caller *a = &s->caller;

	(void)snprintf(a->unique, sizeof(a->unique), "%llx.%x%08x",
	    (unsigned long long)time(NULL), (unsigned)getpid(),
	    arc4random());
	return (struct message_opts){
		.sender = sender,
		.user = a->user,
		.full_name = s->o->full_name != NULL ? s->o->full_name :
		    s->from_name != NULL ? s->from_name :
		    a->full[0] != '\0' ? a->full : NULL,
		.domain = a->domain,
		.rcpt_domain = EXPAND_BARE,
		.repair = s->set->header_repair,
		.policy = &s->policy,
		.alias = expand_name,
		.ctx = &s->expand,
		.hostname = strchr(a->domain, '.') == NULL && at != NULL ?
		    at + 1 : a->domain,
		.unique = a->unique,
		.now = a->now,
		.utc_offset = a->utc_offset,
	};
}

static int
read_message(struct sender *s, struct fault *f)
{
	char *sender = NULL;
	int status = address(s, &sender, f);

	s->opts = message_options(s, sender);
	s->opts.extract = s->o->extract;
	s->opts.dot_ends = s->o->dot_ends;
	s->meta.submitted = s->caller.now;
	s->meta.uid = getuid();
	if (status == 0)
		status = store_begin(&s->store, s->deliver.spool, f);
	if (status == 0) {
		submit_init(&s->submit, &s->opts, &s->env, &s->store,
		    &s->meta, s->set->max_size);
		s->submit.notify = s->o->notify;
		s->submit.expand = &s->expand;
		status = submit_read(&s->submit, STDIN_FILENO, f);
		submit_release(&s->submit);
	}
	free(sender);
	return status;
}

/* Name everyone who will not get it, but each reason only once. */
static int
report_failed(const struct envelope *env, bool queued)
{
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
			log_fault(r->why);
			if (status == EX_OK)
				status = fault_exit(r->why);
		}
		last = r->why;
		if (env->nrcpt > 1)
			log_say("not delivered to %s", r->addr);
	}
	return status;
}

static void
report_queued(const struct delivered *d)
{
	struct buf b = { .max = 16384 };
	long long in = (long long)(d->next - time(NULL));

	fault_print(&b, &d->why);
	log_say("%s\nheloise: queued as %s, to be tried again in %lld s",
	    buf_text(&b), d->id, in > 0 ? in : 0);
	buf_release(&b);
}

/* Go on without anybody who waits for us. */
static void
background(struct sender *s)
{
	int i;

	(void)setsid();
	for (i = 0; i < 3; i++)
		(void)dup2(s->null, i);
	deliver_finish(&s->deliver);
}

static int
deliver_it(struct sender *s, struct fault *f)
{
	struct delivered d;
	int status;
	pid_t pid;

	if (deliver(&s->deliver, &s->store, &s->env, &s->meta, &d, f) == -1) {
		(void)report_failed(&s->env, false);
		log_fault(f);
		return fault_exit(f);
	}
	if (d.waits_not) {
		if (stop || (pid = fork()) == -1) {
			deliver_run_queue(&s->deliver);
			log_say("queued as %s before there was a verdict",
			    d.id);
			return EX_OK;
		}
		if (pid == 0) {
			background(s);
			_exit(EX_OK);
		}
		log_say("no verdict after %lld s: queued as %s, and delivery "
		    "goes on", s->set->patience, d.id);
		return EX_OK;
	}
	if (d.queued > 0 && d.why.verdict != VD_OK &&
	    s->deliver.spool != NULL)
		report_queued(&d);
	if (s->o->verbose && d.taken > 0)
		log_say("accepted by the relay: %s", d.accepted);
	status = report_failed(&s->env, s->deliver.spool != NULL);
	if (status != EX_OK && s->no_spool.verdict != VD_OK)
		log_fault(&s->no_spool);
	return status;
}

static void
release(struct sender *s)
{
	keeper_release(&s->deliver.keeper);
	store_release(&s->store);
	envelope_release(&s->env);
	expand_release(&s->expand);
	free(s->from);
	free(s->from_name);
	spool_meta_release(&s->meta);
	if (s->deliver.spool != NULL)
		spool_close(s->deliver.spool);
	free(s->path);
}

static char *
expanded(const struct sender *s, const char *text, bool is_address)
{
	struct buf b = { .max = 4096 };
	char *out = NULL;

	if (text == NULL)
		return NULL;
	policy_expand(&b, text, s->caller.user, s->caller.host, is_address);
	out = xstrdup(buf_text(&b));
	buf_release(&b);
	return out;
}

/* Who a message may be from; %U and %H are known by now. */
static void
make_policy(struct sender *s)
{
	s->from = expanded(s, s->set->from, true);
	s->from_name = expanded(s, s->set->from_name, false);
	s->policy = (struct policy){
	    .mode = (enum policy_mode)s->set->from_policy, .from = s->from,
	    .name = s->from_name, .domains = s->set->from_domains };
}

/* Aliases are read before anybody says for whom they are. */
static void
load_aliases(struct sender *s)
{
	struct fault f = { 0 };

	s->expand.host = s->caller.host;
	s->expand.domain = s->caller.domain;
	if (s->o->no_aliases || strcmp(s->set->aliases, "none") == 0)
		return;
	if (expand_load(&s->expand, s->set->aliases, NULL, &f) == -1)
		log_fault(&f);
}

/*
 * Work may go on after our caller is served; whoever waits for the end of
 * what we have inherited should not wait for that.
 */
static void
close_inherited(const struct settings *s)
{
	const char *file = s->password_file;

	if (file == NULL || (strncmp(file, "/dev/fd/", 8) != 0 &&
	    strncmp(file, "/proc/self/fd/", 14) != 0))
		closefrom(3);
}

/* Find out what there is to know, and part. */
static int
start(struct sender *s, const struct options *o, struct config *c,
    const struct config_source *src, struct fault *f)
{
	*s = (struct sender){ .o = o, .c = c, .set = &c->base,
	    .deliver = { .set = &c->base, .spare = -1,
	    .keeper = { .sock = -1 } }, .store = { .fd = -1,
	    .file.fd = -1 }, .null = -1 };
	if (config_check(c, src, f) == -1)
		return -1;
	close_inherited(s->set);
	caller_find(&s->caller, s->set);
	s->deliver.host = s->caller.host;
	make_policy(s);
	load_aliases(s);
	find_spool(s, src);
	if (s->deliver.spool == NULL && s->set->queue &&
	    s->deliver.mode != SETTING_DELIVERY_NOW) {
		*f = s->no_spool;
		return -1;
	}
	return part(s, f);
}

int
send_mail(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct fault f = { 0 };
	struct sender s;
	int status;

	if (start(&s, o, c, src, &f) == -1 || read_message(&s, &f) == -1) {
		log_fault(&f);
		release(&s);
		return fault_exit(&f);
	}
	(void)signal(SIGTERM, on_stop);
	(void)signal(SIGINT, on_stop);
	(void)signal(SIGHUP, SIG_IGN);
	status = deliver_it(&s, &f);
	release(&s);
	return status;
}

/*
 * -bs: a message begins, goes on and ends, or does not.
 */

static void
drop(void *ctx)
{
	struct sender *s = ctx;

	submit_release(&s->submit);
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
	s->opts = message_options(s, s->sender);
	s->env.ret = env->ret;
	s->env.envid = env->envid != NULL ? xstrdup(env->envid) : NULL;
	for (i = 0; i < env->nrcpt; i++) {
		k = envelope_add(&s->env, env->rcpt[i].addr);
		s->env.rcpt[k].notify = env->rcpt[i].notify;
		if (s->env.rcpt[k].orcpt == NULL &&
		    env->rcpt[i].orcpt != NULL)
			s->env.rcpt[k].orcpt = xstrdup(env->rcpt[i].orcpt);
	}
	s->meta.submitted = time(NULL);
	s->meta.uid = getuid();
	submit_init(&s->submit, &s->opts, &s->env, &s->store, &s->meta,
	    s->set->max_size);
	s->submit.expand = &s->expand;
	if (store_begin(&s->store, s->deliver.spool, f) == 0)
		return 0;
	drop(s);
	return -1;
}

static int
data(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct sender *s = ctx;

	return submit_feed(&s->submit, p, n, f);
}

/* Delivery goes on without us; what comes after it waits in the queue. */
static void
leave(struct sender *s)
{
	pid_t pid = fork();

	if (pid == 0) {
		background(s);
		_exit(EX_OK);
	}
	deliver_abandon(&s->deliver);
	if (pid == -1)
		deliver_run_queue(&s->deliver);
	s->deliver.keeper = (struct keeper){ .sock = -1, .stop = &stop };
	s->deliver.mode = SETTING_DELIVERY_QUEUE;
}

/* Why this one will not get it, or NULL. */
static const struct fault *
refusal(const struct sender *s, const struct rcpt *r)
{
	return s->deliver.spool != NULL && outcome_waits(r) ? NULL : r->why;
}

/*
 * The client's recipients get the verdicts of ours.  Where aliases came in
 * between only a refusal of all is one; else failed/ has what was refused.
 */
static void
tell(struct sender *s)
{
	const struct fault *worst = NULL;
	bool same = s->env.nrcpt == s->theirs->nrcpt, any = false;
	size_t i;

	for (i = 0; i < s->env.nrcpt; i++) {
		if (worst == NULL)
			worst = refusal(s, &s->env.rcpt[i]);
		any |= refusal(s, &s->env.rcpt[i]) == NULL;
		same = same && strcmp(s->env.rcpt[i].addr,
		    s->theirs->rcpt[i].addr) == 0;
	}
	/* A client that is refused sends to all of them once more. */
	if (any)
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
	int status = submit_end(&s->submit, f);

	if (status == 0)
		status = deliver(&s->deliver, &s->store, &s->env, &s->meta,
		    &d, f);
	if (status == 0)
		tell(s);
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
send_smtp(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct server_opts so;
	struct fault f = { 0 };
	struct sender s;
	const struct talk_work work = { .begin = begin, .data = data,
	    .end = end, .drop = drop, .ctx = &s };
	int status;

	if (start(&s, o, c, src, &f) == -1) {
		log_fault(&f);
		release(&s);
		return fault_exit(&f);
	}
	so = (struct server_opts){ .hostname = s.caller.host,
	    .domain = EXPAND_BARE, .max_size = s.set->max_size };
	(void)signal(SIGHUP, SIG_IGN);
	status = talk_run(STDIN_FILENO, STDOUT_FILENO, &so, &work);
	release(&s);
	return status;
}
