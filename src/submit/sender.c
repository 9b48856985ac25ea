/*
 * sender.c - what all ways of submitting mail have in common
 *
 * The process that the caller started is the dispatcher: when it is killed
 * before it has read everything, nothing is sent.  The agent and the
 * spare runner are its children, made before it reads a hostile octet.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/ipc.h"
#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "config/spoolpath.h"
#include "mail/addr.h"
#include "mail/phrase.h"
#include "queue/runner.h"
#include "submit/sender.h"
#include "system/identity.h"
#include "system/log.h"
#include "system/sandbox.h"

/* Without a spool mail can still be sent, but not kept. */
static void
find_spool(struct sender *s, const struct config_source *src)
{
	s->deliver.mode = s->o->delivery >= 0 ?
	    (enum setting_delivery)s->o->delivery :
	    (enum setting_delivery)s->set->delivery;
	if (!s->set->queue)
		return;
	s->path = spoolpath_find(s->set, src);
	if (s->path == NULL)
		(void)fault_set(&s->no_spool, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "no home directory for a spool: set  spool DIRECTORY");
	else if (spool_open(&s->spool, s->path, true, &s->no_spool) == 0)
		s->deliver.spool = &s->spool;
}

static int
fork_agent(struct sender *s, struct fault *f)
{
	const struct agent_opts so = { .config = s->c,
	    .fqdn = s->caller.host, .trace = s->o->verbose,
	    .transcript = s->o->trace,
	    .progress = !s->o->verbose && isatty(STDERR_FILENO) == 1,
	    .single = s->o->mode == MODE_SEND };
	int sock[2];
	pid_t pid;

	if (ipc_pair(sock, f) == -1)
		return -1;
	if ((pid = fork()) == 0) {
		(void)close(sock[0]);
		report_close(&s->report);
		if (s->deliver.spool != NULL)
			spool_close(s->deliver.spool);
		if (s->deliver.spare != -1)
			(void)close(s->deliver.spare);
		agent_run(sock[1], &so);
		_exit(EX_OK);
	}
	(void)close(sock[1]);
	dispatch_init(&s->deliver.dispatch, pid != -1 ? sock[0] : -1);
	if (pid == -1)
		(void)close(sock[0]);
	return 0;
}

/*
 * The only directories that a dispatcher needs, and no password.  A domain that
 * is not ASCII takes GnuTLS.
 */
static void
box(struct sender *s)
{
	int tmp[] = { -1, -1 };
	struct sandbox b = { .dirs = &s->spool.dir, .ndirs = 1,
	    .libraries = true };

	s->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (s->deliver.spool == NULL) {
		tmp[0] = open("/var/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
		tmp[1] = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
		b.dirs = tmp;
		b.ndirs = NITEMS(tmp);
	}
	config_wipe(s->c);
	password_forget(&s->c->base);
	sandbox_enter(&b);
}

/* Part into the processes that the work takes. */
static int
part(struct sender *s, const struct config_source *src, struct fault *f)
{
	const struct options_again again = { s->o, src, s->c };
	const struct runner r = { .config = s->c, .spool = s->path,
	    .host = s->caller.host, .report = &s->report,
	    .reload = options_reload, .ctx = &again };

	s->deliver.spare = -1;
	dispatch_init(&s->deliver.dispatch, -1);
	if (s->deliver.spool != NULL && (s->set->linger ||
	    s->deliver.mode == SETTING_DELIVERY_BACKGROUND))
		s->deliver.spare = runner_spare(&r);
	if ((s->deliver.mode == SETTING_DELIVERY_NOW ||
	    s->deliver.spool == NULL) && fork_agent(s, f) == -1)
		return -1;
	s->deliver.dispatch.stop = s->stop;
	box(s);
	return 0;
}

static char *
expanded(const struct sender *s, const char *text, bool is_address)
{
	struct buf b = { .max = 4096 };
	char *out = NULL;

	if (text == NULL)
		return NULL;
	frompolicy_expand(&b, text, s->caller.user, s->caller.host, is_address);
	out = xstrdup(buf_text(&b));
	buf_release(&b);
	return out;
}

/* Who a message may be from; %U and %H are known by now. */
static void
make_policy(struct sender *s)
{
	free(s->from);
	free(s->from_name);
	s->from = expanded(s, s->set->from, true);
	s->from_name = expanded(s, s->set->from_name, false);
	s->policy = (struct frompolicy){
	    .mode = (enum frompolicy_mode)s->set->from_policy, .from = s->from,
	    .name = s->from_name, .domains = s->set->from_domains };
}

void
sender_use(struct sender *s, int account)
{
	free(s->meta.account);
	s->meta.account = xstrdup(account_name(s->c, account));
	s->set = config_settings(s->c, account);
	make_policy(s);
}

int
sender_account(struct sender *s, const char *sender, struct fault *f)
{
	char why[ACCOUNT_WHY];
	int account = account_choose(s->c, sender, why);

	if (account == ACCOUNT_NONE)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "no account takes mail of <%s>, and above them no relay "
		    "is set", sender);
	sender_use(s, account);
	if (s->o->verbose && s->c->naccount > 0)
		log_say("account %s: %s", account_label(s->c, account), why);
	return 0;
}

int
sender_address(struct sender *s, char **sender, struct fault *f)
{
	const struct options *o = s->o;
	size_t i;

	if (o->sender != NULL && addr_path(sender, o->sender, f) == -1)
		return -1;
	if (*sender == NULL && s->from != NULL)
		*sender = xstrdup(s->from);
	if (*sender != NULL && s->meta.account == NULL &&
	    sender_account(s, *sender, f) == -1)
		return -1;
	for (i = 0; i < o->nrcpt; i++)
		if (message_recipients(&s->env, o->rcpt[i],
		    strlen(o->rcpt[i]), EXPAND_BARE, f) == -1)
			return -1;
	return 0;
}

/* Staging: one address gets it all; whom it was for stays readable. */
static void
redirect(struct sender *s, struct buf *fields)
{
	struct envelope e = { .ret = s->env.ret, .envid = s->env.envid,
	    .eightbit = s->env.eightbit };
	const char *addr;
	size_t i;

	for (i = 0; i < s->env.nrcpt; i++) {
		addr = s->env.rcpt[i].addr;
		buf_adds(fields, "X-Original-To: ");
		if (ascii_only(addr, strlen(addr)))
			buf_adds(fields, addr);
		else
			phrase_encode(fields, addr, strlen(addr));
		buf_adds(fields, "\r\n");
	}
	envelope_from(&e, s->env.from);
	(void)envelope_add(&e, s->c->base.redirect_all);
	s->env.envid = NULL;
	envelope_release(&s->env);
	s->env = e;
}

/* The envelope is complete. */
int
sender_addressed(void *ctx, struct buf *fields, struct fault *f)
{
	struct sender *s = ctx;

	if (s->meta.account == NULL && sender_account(s, s->env.from, f) == -1)
		return -1;
	if (s->c->base.redirect_all != NULL)
		redirect(s, fields);
	return 0;
}

/* Each message has its own id, at the best name there is. */
struct message_opts
sender_options(struct sender *s, const char *sender)
{
	const char *at = sender != NULL ? addr_at(sender) : NULL;
	struct caller *a = &s->caller;

	(void)snprintf(a->unique, sizeof(a->unique), "%llx.%x%08x",
	    (unsigned long long)time(NULL), (unsigned)getpid(),
	    random_bits());
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

/* When a message comes, and from whom. */
void
sender_note(struct sender *s)
{
	s->meta.submitted = time(NULL);
	s->meta.uid = s->caller.uid;
	s->meta.origin = xstrdup(s->caller.origin);
}

/* Go on without anybody who waits for us. */
void
sender_background(struct sender *s)
{
	int i;

	(void)setsid();
	for (i = 0; i < 3; i++)
		(void)dup2(s->null, i);
	deliver_finish(&s->deliver);
}

void
sender_release(struct sender *s)
{
	dispatch_release(&s->deliver.dispatch);
	store_release(&s->store);
	envelope_release(&s->env);
	expand_release(&s->expand);
	free(s->from);
	free(s->from_name);
	spool_meta_release(&s->meta);
	report_close(&s->report);
	if (s->deliver.spool != NULL)
		spool_close(s->deliver.spool);
	free(s->path);
}

/* Nothing was taken: tell the caller and the log. */
int
sender_refuse(struct sender *s, const struct fault *f)
{
	int status = fault_exit(f);

	if (s->report.syslog.fd == -1)
		report_open(&s->report);
	if (s->meta.origin == NULL)
		sender_note(s);
	report_fault(&s->report, f, &(struct report_place){
	    .account = s->meta.account, .sender = s->env.from });
	report_refusal(&s->report, f, &s->meta);
	sender_release(s);
	return status;
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
close_inherited(const struct config *c)
{
	const char *file;
	int i;

	for (i = -1; i < (int)c->naccount; i++) {
		file = config_settings(c, i)->password_file;
		if (file != NULL && (strncmp(file, "/dev/fd/", 8) == 0 ||
		    strncmp(file, "/proc/self/fd/", 14) == 0))
			return;
	}
	closefrom(3);
}

void
sender_init(struct sender *s, const struct options *o, struct config *c,
    const struct config_source *src)
{
	*s = (struct sender){ .o = o, .c = c, .set = &c->base,
	    .caller.uid = src->uid,
	    .deliver = { .set = &c->base, .spare = -1,
	    .report = &s->report, .dispatch = { .sock = -1 } },
	    .store = { .fd = -1, .file.fd = -1 }, .null = -1 };
	report_init(&s->report, c, src, s->caller.host);
}

int
sender_find(struct sender *s, const struct config_source *src,
    struct fault *f)
{
	struct config *c = s->c;

	if (config_check(c, src, f) == -1)
		return -1;
	close_inherited(c);
	if (c->base.account != NULL)
		s->set = config_settings(c, account_find(c,
		    c->base.account));
	caller_find(&s->caller, src->uid, s->set);
	s->deliver.host = s->caller.host;
	make_policy(s);
	load_aliases(s);
	return 0;
}

int
sender_start(struct sender *s, const struct config_source *src,
    struct fault *f)
{
	if (sender_find(s, src, f) == -1)
		return -1;
	report_open(&s->report);
	find_spool(s, src);
	if (s->deliver.spool == NULL && s->set->queue &&
	    s->deliver.mode != SETTING_DELIVERY_NOW) {
		*f = s->no_spool;
		return -1;
	}
	return part(s, src, f);
}
