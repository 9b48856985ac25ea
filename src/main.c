/* main.c - drops privileges, reads options and settings, runs the mode */

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/aliases.h"
#include "admin/checkconfig.h"
#include "admin/queuectl.h"
#include "admin/showconfig.h"
#include "cli/argv.h"
#include "cli/help.h"
#include "cli/option_table.h"
#include "config/config.h"
#include "probe/probe.h"
#include "queue/command.h"
#include "submit/sendmail.h"
#include "submit/smtpd.h"
#include "system/log.h"
#include "system/priv.h"

extern char **environ;

/* Each function returns the exit status. */
static const struct {
	int	(*run)(const struct options *, struct config *,
		    const struct config_source *);	/* NULL: do nothing */
	bool	 unread;	/* run is called before the settings are read */
	bool	 submits;	/* report wrong settings as for a submission */
} modes[MODE__MAX] = {
	[MODE_SEND] = { .run = sendmail_run, .submits = true },
	[MODE_SMTP] = { .run = smtpd_run, .submits = true },
	[MODE_QUEUE_RUN] = { .run = queue_command },
	[MODE_MAILQ] = { .run = queuectl_run },
	[MODE_ALIASES] = { .run = aliases_rebuild },
	[MODE_VERIFY] = { .run = aliases_verify },
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
 * When running set-user-ID: refuse -C, -qTIME and resource limits that would
 * stop the process halfway; turn off -v and --trace.
 */
static int
main_restrain(struct options *o, struct fault *f)
{
	if (o->file != NULL || o->interval > 0)
		return option_usage(f, o->file != NULL ? "-C" : "-qTIME",
		    OPTION_PRIVILEGED);
	if (!priv_unlimited())
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "not allowed under a limit on processor time or on the "
		    "size of files (ulimit -H -t -f)");
	o->verbose = o->trace = false;
	return 0;
}

static int
main_run(const struct options *o, const struct config_source *src)
{
	struct config c;
	struct fault f = { 0 };
	int status = EX_OK;

	config_init(&c);
	if (!modes[o->mode].unread && options_configure(o, &c, src, &f) == -1)
		status = modes[o->mode].submits ?
		    sendmail_refuse(o, &c, src, &f) : log_exit(&f);
	else if (modes[o->mode].run != NULL)
		status = modes[o->mode].run(o, &c, src);
	config_release(&c);
	return status;
}

int
main(int argc, char **argv)
{
	struct config_source src = { .system = SYSCONFDIR "/heloise.conf" };
	struct options o;
	struct fault f = { 0 };
	int status;

	if (argc < 1)
		return EX_USAGE;
	priv_start();
	src.uid = getuid();
	/* Root gains no privileges. */
	src.elevated = priv_elevated() && src.uid != 0;
	if (src.elevated)
		priv_environment();
	priv_settle();
	src.env = environ;
	if (argv_parse(&o, argc, argv, &f) == -1 ||
	    (src.elevated && main_restrain(&o, &f) == -1)) {
		status = log_exit(&f);
	} else {
		src.file = o.file;
		status = main_run(&o, &src);
	}
	options_release(&o);
	(void)fflush(stdout);
#ifdef __SANITIZE_ADDRESS__
	return status;	/* the leak check runs in an exit handler */
#else
	_exit(status);	/* no exit handler is needed */
#endif
}
