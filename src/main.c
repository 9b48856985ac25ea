/* main.c - the order of privileges, options and settings; then the mode */

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/aliases.h"
#include "admin/checkconfig.h"
#include "admin/queuectl.h"
#include "admin/showconfig.h"
#include "cli/argv.h"
#include "cli/help.h"
#include "cli/options.h"
#include "config/config.h"
#include "probe/probe.h"
#include "queue/command.h"
#include "submit/sendmail.h"
#include "submit/smtpd.h"
#include "system/log.h"
#include "system/priv.h"

extern char **environ;

/* What each mode does; all functions return the exit status. */
static const struct {
	/* NULL: nothing. */
	int	(*run)(const struct options *, struct config *,
		    const struct config_source *);
	bool	 unread;	/* it needs no settings, or reads them itself */

	/* If the settings are wrong.  NULL: they are named on stderr. */
	int	(*refuse)(const struct options *, struct config *,
		    const struct config_source *, const struct fault *);
} modes[MODE__MAX] = {
	[MODE_SEND] = { .run = sendmail_run, .refuse = sendmail_refuse },
	[MODE_SMTP] = { .run = smtpd_run, .refuse = sendmail_refuse },
	[MODE_QUEUE_RUN] = { .run = queue_command },
	[MODE_MAILQ] = { .run = queuectl_run },
	[MODE_ALIASES] = { .run = aliases_rebuild },
	[MODE_VERIFY] = { .run = aliases_verify },
	[MODE_NOTHING] = { .run = NULL },
	[MODE_HELP] = { .run = help_run, .unread = true },
	[MODE_VERSION] = { .run = help_version, .unread = true },
	[MODE_SHOW_CONFIG] = { .run = showconfig_run },
	[MODE_PROBE] = { .run = probe_run },
	[MODE_HOLD] = { .run = queuectl_run },
	[MODE_RELEASE] = { .run = queuectl_run },
	[MODE_RETRY] = { .run = queuectl_run },
	[MODE_REMOVE] = { .run = queuectl_run },
	[MODE_SHOW] = { .run = queuectl_run },
	[MODE_CHECK_CONFIG] = { .run = checkconfig_run, .unread = true },
};

/*
 * When running set-user-ID: refuse -C, limits, and a process that the caller
 * could not stop; turn off -v and --trace.
 */
static int
restrain(struct options *o, struct fault *f)
{
	if (o->file != NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "-C: not allowed with the privileges of another user");
	if (o->interval > 0)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "-qTIME: not allowed with the privileges of another user");
	if (!priv_unlimited())
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "not allowed under a limit on processor time or on the "
		    "size of files (ulimit -H -t -f)");
	o->verbose = o->trace = false;
	return 0;
}

static int
run(const struct options *o, const struct config_source *src)
{
	struct config c;
	struct fault f = { 0 };
	int status = EX_OK;

	config_init(&c);
	if (!modes[o->mode].unread && options_configure(o, &c, src, &f) == -1)
		status = modes[o->mode].refuse != NULL ?
		    modes[o->mode].refuse(o, &c, src, &f) : log_exit(&f);
	else if (modes[o->mode].run != NULL)
		status = modes[o->mode].run(o, &c, src);
	config_release(&c);
	return status;
}

static int
work(int argc, char **argv)
{
	struct config_source src = { .system = SYSCONFDIR "/heloise.conf" };
	struct options o;
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
	src.env = environ;
	if (argv_parse(&o, argc, argv, &f) == -1 ||
	    (src.elevated && restrain(&o, &f) == -1)) {
		status = log_exit(&f);
	} else {
		src.file = o.file;
		status = run(&o, &src);
	}
	options_release(&o);
	return status;
}

/* The kernel frees the rest; no exit handler is needed. */
int
main(int argc, char **argv)
{
	int status = work(argc, argv);

	(void)fflush(stdout);
#ifdef __SANITIZE_ADDRESS__
	return status;	/* it looks for leaks there */
#else
	_exit(status);
#endif
}
