/* main.c - the order of things */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "admin/aliases.h"
#include "admin/checkconfig.h"
#include "admin/mailq.h"
#include "admin/queuectl.h"
#include "cli/options.h"
#include "config/config.h"
#include "config/spoolpath.h"
#include "config/write.h"
#include "probe/probe.h"
#include "queue/runner.h"
#include "report/report.h"
#include "submit/sender.h"
#include "submit/sendmail.h"
#include "submit/smtpd.h"
#include "system/identity.h"
#include "system/log.h"
#include "system/priv.h"
#include "system/sandbox.h"

extern char **environ;

static volatile sig_atomic_t stop;

static int
report(const struct fault *f)
{
	log_fault(f);
	return fault_exit(f);
}

static int
flushed(void)
{
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

static int
help(void)
{
	puts("usage: heloise [--SETTING VALUE ...] [-C FILE] [-tiv] "
	    "[-f SENDER] [-F NAME]\n"
	    "               [--] [RECIPIENT ...]\n\n"
	    "Reads a message on standard input and sends it through a relay.\n"
	    "\nOptions:");
	options_help();
	puts("\nSettings:");
	setting_help(stdout);
	return flushed();
}

static int
version(void)
{
	char box[128];

	sandbox_describe(box, sizeof(box));
	printf("heloise %s\nsandbox: %s\n", VERSION, box);
	return flushed();
}

/* --write: what the environment says, to a file, once. */
static int
write_config(const struct config *c, const struct config_source *src,
    const char *path)
{
	struct fault f = { 0 };
	bool made;

	if (src->elevated)
		(void)fault_set(&f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--write: not for those who gain privileges by running "
		    "this program");
	else if (config_write(c, path, &made, &f) == 0) {
		if (!made)
			log_say("%s: is there already and stays as it is",
			    path);
		return EX_OK;
	}
	return report(&f);
}

static int
show_config(const struct config *c)
{
	struct buf b = { .max = 1 << 20 };

	config_dump(c, &b);
	fputs(buf_text(&b), stdout);
	buf_release(&b);
	return flushed();
}

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

static void
say_result(const struct queue_result *r)
{
	size_t again = r->tried > r->done ? r->tried - r->done : 0;

	printf("%zu tried: %zu delivered, %zu given up, %zu to be tried "
	    "again\n", r->tried, r->done - r->failed, r->failed, again);
}

/* -q, -q15m -bD, -q15m */
static int
queue_run_mode(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct queue_select select = { .all = o->mode == MODE_QUEUE_RUN,
	    .id = o->select[0],
	    .rcpt = o->select[1], .sender = o->select[2] };
	struct queue_result result;
	char host[256], *path = spoolpath_find(&c->base, src);
	struct report rep;
	const struct options_again again = { o, src, c };
	struct runner r = { .config = c, .spool = path, .host = host,
	    .report = &rep, .trace = o->verbose, .transcript = o->trace,
	    .stop = &stop, .reload = options_reload, .ctx = &again };
	struct fault f = { 0 };
	int status = EX_OK;

	if (o->what != NULL && strcmp(o->what, "all") != 0)
		select.id = o->what;
	if (config_check(c, src, &f) == -1)
		return report(&f);
	identity_host(host, sizeof(host));
	report_init(&rep, c, src, host);
	(void)signal(SIGTERM, on_stop);
	(void)signal(SIGINT, on_stop);
	if (o->interval == 0)
		(void)signal(SIGHUP, SIG_IGN);
	if (o->interval > 0 && !o->foreground &&
	    daemon(1, 0) == -1)
		status = EX_OSERR;
	else if (o->interval > 0)
		runner_loop(&r, o->interval);
	else if (path != NULL && runner_once(&r, &select, &result, &f) == -1)
		status = f.domain == FD_ERRNO && f.code == ENOENT ? EX_OK :
		    report(&f);
	else if (path != NULL && (o->what != NULL || o->verbose))
		say_result(&result);
	free(path);
	return status;
}

/* What operators do to the queue; -1 with a fault. */
static int
operate_on(const struct options *o, const struct mailq *q, struct fault *f)
{
	if (o->mode == MODE_HOLD)
		return queuectl_hold(q, o->what, f);
	if (o->mode == MODE_RELEASE)
		return queuectl_release(q, o->what, f);
	if (o->mode == MODE_RETRY)
		return queuectl_retry(q, o->what, f);
	if (o->mode == MODE_REMOVE)
		return queuectl_remove(q, o->what, f);
	if (o->mode == MODE_SHOW)
		return mailq_show(q, o->what, f);
	return mailq_list(q, o->json, f);
}

/* What the queue knows is less than there was to know: no link, say. */
static void
hint(const void *ctx, const struct fault *f, const struct claimed *c,
    struct buf *out)
{
	const struct report_place at = { .account = c->meta.account,
	    .sender = c->env.from, .recipient = c->env.nrcpt == 1 ?
	    c->env.rcpt[0].addr : NULL };

	(void)report_hint(ctx, f, &at, out);
}

static int
operate(const struct options *o, struct config *c,
    const struct config_source *src)
{
	const struct backoff sched = { .retry_min = c->base.retry_min,
	    .retry_max = c->base.retry_max, .expire = c->base.expire };
	struct report rep;
	struct mailq q = { .out = stdout, .now = time(NULL),
	    .schedule = &sched, .hint = hint, .hint_ctx = &rep,
	    .own = src->elevated, .uid = src->uid };
	char *path = spoolpath_find(&c->base, src);
	struct fault f = { 0 };
	struct spool spool;
	int status;

	report_init(&rep, c, src, NULL);
	if (path != NULL && spool_open(&spool, path, false, &f) == 0)
		q.spool = &spool;
	else if (path != NULL && f.code != ENOENT) {
		free(path);
		return report(&f);
	}
	status = operate_on(o, &q, &f);
	if (q.spool != NULL)
		spool_close(&spool);
	free(path);
	if (status == -1)
		return report(&f);
	status = flushed();
	/* What may be tried again is tried now. */
	if (status == EX_OK &&
	    (o->mode == MODE_RETRY || o->mode == MODE_RELEASE))
		status = queue_run_mode(o, c, src);
	return status;
}

static int
run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	switch (o->mode) {
	case MODE_SHOW_CONFIG:
		return o->write != NULL ? write_config(c, src, o->write) :
		    show_config(c);
	case MODE_QUEUE_RUN:
		return queue_run_mode(o, c, src);
	case MODE_MAILQ:
	case MODE_HOLD:
	case MODE_RELEASE:
	case MODE_RETRY:
	case MODE_REMOVE:
	case MODE_SHOW:
		return operate(o, c, src);
	case MODE_SEND:
		return sendmail_run(o, c, src);
	case MODE_SMTP:
		return smtpd_run(o, c, src);
	case MODE_ALIASES:
		return aliases_rebuild(&c->base);
	case MODE_PROBE:
		return probe_run(o, c, src);
	case MODE_VERIFY:
		return aliases_verify(o, &c->base);
	case MODE_NOTHING:
	case MODE_HELP:
	case MODE_VERSION:
	case MODE_CHECK_CONFIG:
		break;
	}
	return EX_OK;
}

/*
 * Who gained privileges chooses no file, sees no dialogue, leaves no process
 * behind that it cannot stop, and sets no limit to what is done for others.
 */
static int
restrain(struct options *o, struct fault *f)
{
	if (o->file != NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "-C: not with the privileges of another user");
	if (o->interval > 0)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "-qTIME: not with the privileges of another user");
	if (!priv_unlimited())
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "not under a limit on processor time or on the size of "
		    "files (ulimit -H -t -f)");
	o->verbose = o->trace = false;
	return 0;
}

static int
work(int argc, char **argv)
{
	struct config_source src = { .system = SYSCONFDIR "/heloise.conf" };
	struct options o;
	struct config c;
	struct fault f = { 0 };
	int status;

	if (argc < 1)
		return EX_USAGE;
	priv_start();
	src.uid = getuid();
	/* Root has nothing to gain. */
	src.elevated = priv_elevated() && src.uid != 0;
	if (src.elevated)
		priv_environment();
	priv_settle();
	if (options_parse(&o, argc, argv, &f) == -1)
		return report(&f);
	if (src.elevated && restrain(&o, &f) == -1)
		return report(&f);
	if (o.mode == MODE_HELP)
		return help();
	if (o.mode == MODE_VERSION)
		return version();
	src.file = o.file;
	src.env = environ;
	if (o.mode == MODE_CHECK_CONFIG)
		return checkconfig_run(&o, &src);
	config_init(&c);
	if (options_configure(&o, &c, &src, &f) == -1)
		status = o.mode == MODE_SEND || o.mode == MODE_SMTP ?
		    sendmail_refuse(&o, &c, &src, &f) : report(&f);
	else
		status = run(&o, &c, &src);
	config_release(&c);
	options_release(&o);
	return status;
}

/*
 * What is left is the kernel's to take back: we need none of the handlers
 * and destructors that exit(3) would look for, all over the memory.
 */
int
main(int argc, char **argv)
{
	int status = work(argc, argv);

	(void)fflush(stdout);
#ifdef __SANITIZE_ADDRESS__
	return status;	/* leaks are looked for there */
#else
	_exit(status);
#endif
}
