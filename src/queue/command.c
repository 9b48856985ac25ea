/* command.c - -q: runs the queue on request */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "config/judge.h"
#include "config/spoolpath.h"
#include "queue/command.h"
#include "queue/everyone.h"
#include "queue/others.h"
#include "report/maillog.h"
#include "system/identity.h"
#include "system/log.h"
#include "system/stopflag.h"

static void
command_result(const struct queue_result *r)
{
	size_t again = r->tried > r->done ? r->tried - r->done : 0;

	printf("%zu tried: %zu delivered, %zu given up, %zu to be tried "
	    "again\n", r->tried, r->done - r->failed, r->failed, again);
	if (r->left == 0)
		return;
	printf("%zu not tried: ", r->left);
	switch (r->why) {
	case QUEUE_STOP_NONE:
	case QUEUE_STOP_RELAY:
		printf("the relay cannot be used now\n");
		break;
	case QUEUE_STOP_CONNECTIONS:
		printf("`connections` allows no more connections now\n");
		break;
	case QUEUE_STOP_RATE:
		printf("`rate` allows no more messages now\n");
		break;
	}
}

/* Run what -qI and the like select, or --retry.  No spool: nothing waits. */
static int
command_once(const struct options *o, const struct config_source *src,
    const struct runner *r)
{
	/* Users try what is due: the relay is not theirs. */
	struct queue_select select = {
	    .all = o->mode == MODE_QUEUE_RUN && !src->elevated,
	    .patience = r->config->base.patience * 1000,
	    .id = o->select[0], .rcpt = o->select[1], .sender = o->select[2] };
	struct queue_result result = { 0 };
	struct fault f = { 0 };

	if (r->spool == NULL && r->top == NULL)
		return EX_OK;
	if (o->what != NULL && strcmp(o->what, "all") != 0)
		select.id = o->what;
	if ((r->once != NULL ? r->once : runner_once)(r, &select, &result,
	    &f) == -1)
		return f.domain == FD_ERRNO && f.code == ENOENT ? EX_OK :
		    log_exit(&f);
	if (o->what != NULL || o->verbose)
		command_result(&result);
	return EX_OK;
}

/* Which queues? */
static runner_run *
command_each(const struct config *c, const struct config_source *src,
    const char *top)
{
	if (top != NULL)
		return everyone_once;
	return spoolpath_looks(&c->base, src, top) ? others_once : NULL;
}

static char *
command_spool(const struct config *c, const struct config_source *src)
{
	spoolpath_remake(&c->base, src);
	return spoolpath_find(&c->base, src);
}

int
queue_command(const struct options *o, struct config *c,
    const struct config_source *src)
{
	char host[256], *path = command_spool(c, src);
	gid_t group = 0;
	char *top = spoolpath_everyone(&c->base, src, &group);
	struct maillog log;
	struct place place;
	const struct options_again again = { o, src, c };
	const struct runner r = { .top = top, .group = group, .own = c,
	    .once = command_each(c, src, top), .config = c,
	    .spool = path, .host = host, .place = &place,
	    .log = &log, .trace = o->verbose, .transcript = o->trace,
	    .stop = stopflag_get(), .reload = options_reload, .ctx = &again };
	struct fault f = { 0 };
	int status = EX_OK;

	if (judge_check(c, src, &f) == -1) {
		free(path);
		free(top);
		return log_exit(&f);
	}
	place_find(&place, &c->base, src);
	identity_host(host, sizeof(host));
	maillog_init(&log, c, src, host);
	stopflag_catch();
	if (o->interval == 0) {
		(void)signal(SIGHUP, SIG_IGN);
		status = command_once(o, src, &r);
	} else if (!o->foreground && daemon(1, 0) == -1) {
		log_say("cannot run in the background: %s", strerror(errno));
		status = EX_OSERR;
	} else
		runner_loop(&r, o->interval);
	place_release(&place);
	free(top);
	free(path);
	return status;
}
