/*
 * process.c - sets up the process that takes messages, and its children
 *
 * The process that the caller started is the dispatcher: when it is killed
 * before it has read everything, nothing is sent.  The agent and the
 * process for the runner are its children.  Both start before it reads
 * input from others, and so before it has given up what they need.
 */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/ipc.h"
#include "base/portable.h"
#include "base/util.h"
#include "config/account.h"
#include "config/judge.h"
#include "config/password.h"
#include "config/spoolpath.h"
#include "queue/limits.h"
#include "queue/runner.h"
#include "submit/process.h"
#include "system/log.h"
#include "system/priv.h"
#include "system/sandbox.h"

/* Without a spool mail can still be sent now, but not kept. */
static void
process_find_spool(struct submitter *p, const struct config_source *src)
{
	p->deliver.mode = p->o->delivery >= 0 ?
	    (enum setting_delivery)p->o->delivery :
	    (enum setting_delivery)p->set->delivery;
	if (!p->set->queue)
		return;
	spoolpath_remake(p->set, src);
	p->path = spoolpath_find(p->set, src);
	if (p->path == NULL)
		(void)fault_set(&p->no_spool, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "no home directory for a spool, and no "
		    SPOOLPATH_USERS);
	else if (spool_open(&p->spool, p->path, true, &p->no_spool) == 0) {
		if (spool_writable(&p->spool, &p->no_spool) == 0 &&
		    spool_room(&p->spool, &p->no_spool) == 0)
			p->deliver.spool = &p->spool;
		else
			spool_close(&p->spool);
	}
	if (p->deliver.spool != NULL)
		p->spool.limits = limits_get(&p->c->base, src->elevated);
	if (p->deliver.spool == NULL &&
	    p->deliver.mode == SETTING_DELIVERY_BACKGROUND)
		p->deliver.mode = SETTING_DELIVERY_NOW;
}

static int
process_fork_agent(struct submitter *p, struct fault *f)
{
	const struct agent_opts so = { .config = p->c, .place = &p->place,
	    .fqdn = p->caller.host, .trace = p->o->verbose,
	    .transcript = p->o->trace,
	    .progress = !p->o->verbose && isatty(STDERR_FILENO) == 1,
	    .single = p->o->mode == MODE_SEND };
	int sock[2], err;

	if (ipc_pair(sock, f) == -1)
		return -1;
	if ((p->agent = fork()) == 0) {
		(void)close(sock[0]);
		maillog_close(&p->log);
		if (p->deliver.spool != NULL)
			spool_close(p->deliver.spool);
		if (p->deliver.standby != -1)
			(void)close(p->deliver.standby);
		agent_run(sock[1], &so);
		_exit(EX_OK);
	}
	err = errno;
	(void)close(sock[1]);
	dispatch_init(&p->deliver.dispatch, p->agent != -1 ? sock[0] : -1);
	if (p->agent == -1) {
		p->deliver.dispatch.err = err;
		(void)close(sock[0]);
	}
	return 0;
}

static int
process_start_children(struct submitter *p, const struct config_source *src,
    struct fault *f)
{
	const struct options_again again = { p->o, src, p->c };
	const struct runner r = { .config = p->c, .spool = p->path,
	    .place = &p->place,
	    .host = p->caller.host, .log = &p->log,
	    .reload = options_reload, .ctx = &again };

	dispatch_init(&p->deliver.dispatch, -1);
	/* Without `linger` one delivery takes what is due along. */
	if (p->deliver.spool != NULL && (p->set->linger ||
	    p->deliver.mode == SETTING_DELIVERY_BACKGROUND ||
	    (p->deliver.mode == SETTING_DELIVERY_NOW &&
	    spool_any(p->deliver.spool, SPOOL_QUEUE))))
		p->deliver.standby = runner_standby(&r, &p->runner);
	if (p->deliver.mode == SETTING_DELIVERY_NOW || p->deliver.spool == NULL)
		return process_fork_agent(p, f);
	return 0;
}

/*
 * The dispatcher keeps no password and only the directories that it needs.
 * It may read libraries: a domain that is not ASCII needs GnuTLS.
 */
static void
process_enter_sandbox(struct submitter *p)
{
	int tmp[] = { -1, -1 };
	struct sandbox b = { .dirs = &p->spool.dir, .ndirs = 1,
	    .libraries = true, .kills = p->agent,
	    /* For a message that has to leave the spool; see store.h. */
	    .memory = true };

	p->null = priv_null();
	if (p->deliver.spool == NULL) {
		tmp[0] = open("/var/tmp",
		    PORTABLE_PATH | O_DIRECTORY | O_CLOEXEC);
		tmp[1] = open("/tmp", PORTABLE_PATH | O_DIRECTORY | O_CLOEXEC);
		b.dirs = tmp;
		b.ndirs = NITEMS(tmp);
	}
	config_wipe(p->c);
	sandbox_enter(&b);
}

/* A file of aliases that cannot be used is reported; mail goes on. */
static void
process_load_aliases(struct submitter *p)
{
	struct fault f = { 0 };

	p->expand.host = p->caller.host;
	p->expand.domain = p->caller.domain;
	caller_local_names(&p->caller, p->set, &p->expand.local);
	if (p->o->no_aliases || strcmp(p->set->aliases, "none") == 0)
		return;
	if (expand_load(&p->expand, p->set->aliases, NULL, &f) == -1)
		log_fault(&f);
}

/*
 * A child may go on after the process that the caller waits for has ended.
 * It must not hold a pipe that another process reads to its end.
 */
static void
process_close_inherited(const struct config *c)
{
	const char *file;
	int i;

	for (i = ACCOUNT_BASE; i < (int)c->naccount; i++) {
		file = config_settings(c, i)->password_file;
		if (file != NULL && (strncmp(file, "/dev/fd/", 8) == 0 ||
		    strncmp(file, "/proc/self/fd/", 14) == 0))
			return;
	}
	closefrom(3);
}

void
process_init(struct submitter *p, const struct options *o, struct config *c,
    const struct config_source *src)
{
	*p = (struct submitter){ .o = o, .c = c, .set = &c->base,
	    .caller.uid = src->uid,
	    .deliver = { .config = c, .set = &c->base, .standby = -1,
	    .patience.slot = -1, .keep_slot = o->mode == MODE_SEND,
	    .log = &p->log,
	    .dispatch = { .sock = -1 } }, .null = -1,
	    .agent = -1, .runner = -1 };
	maillog_init(&p->log, c, src, p->caller.host);
}

int
process_find(struct submitter *p, const struct config_source *src,
    struct fault *f)
{
	struct config *c = p->c;

	if (judge_check(c, src, f) == -1)
		return -1;
	place_find(&p->place, &c->base, src);
	process_close_inherited(c);
	if (c->base.account != NULL)
		p->set = config_settings(c, account_find(c, c->base.account));
	caller_find(&p->caller, src->uid, p->set);
	process_load_aliases(p);
	return 0;
}

int
process_start(struct submitter *p, const struct config_source *src,
    struct fault *f)
{
	if (process_find(p, src, f) == -1)
		return -1;
	maillog_open(&p->log);
	process_find_spool(p, src);
	if (p->deliver.spool == NULL && p->set->queue &&
	    p->deliver.mode != SETTING_DELIVERY_NOW) {
		*f = p->no_spool;
		return -1;
	}
	if (process_start_children(p, src, f) == -1)
		return -1;
	process_enter_sandbox(p);
	return 0;
}

pid_t
process_background(struct submitter *p)
{
	pid_t pid = fork();
	int i;

	if (pid == 0) {
		(void)setsid();
		for (i = 0; i < 3; i++)
			(void)dup2(p->null, i);
		deliver_finish(&p->deliver);
		_exit(EX_OK);
	}
	p->agent = p->runner = -1;
	return pid;
}

static void
process_wait(pid_t pid)
{
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

/*
 * The agent has nothing left to do, so it ends at once.  A broken one may
 * not.  One that was left alone may wait for a command or the DNS.
 */
static void
process_end_agent(struct submitter *p)
{
	const struct dispatch *k = &p->deliver.dispatch;

	if (p->agent == -1 || k->cut)
		return;
	if (k->lost)
		(void)kill(p->agent, SIGKILL);
	process_wait(p->agent);
}

void
process_dismiss(struct submitter *p)
{
	dispatch_release(&p->deliver.dispatch);
	patience_release(&p->deliver.patience);
	if (p->deliver.standby != -1)
		(void)close(p->deliver.standby);
	p->deliver.standby = -1;
}

void
process_release(struct submitter *p)
{
	process_dismiss(p);
	expand_release(&p->expand);
	maillog_close(&p->log);
	if (p->deliver.spool != NULL)
		spool_close(p->deliver.spool);
	free(p->path);
	place_release(&p->place);
	process_end_agent(p);
	if (p->runner != -1 && !p->deliver.woken)
		process_wait(p->runner);
	/* Also those that happen to have ended. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}
