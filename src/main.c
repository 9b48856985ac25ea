/* main.c - drops privileges, reads options and settings, runs the mode */

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/aliases.h"
#include "admin/checkconfig.h"
#include "admin/login.h"
#include "admin/queuectl.h"
#include "admin/showconfig.h"
#include "admin/status.h"
#include "base/util.h"
#include "cli/argv.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/option_table.h"
#include "config/config.h"
#include "probe/probe.h"
#include "queue/command.h"
#include "setup/import.h"
#include "setup/providers.h"
#include "setup/setup.h"
#include "submit/sendmail.h"
#include "submit/smtpd.h"
#include "system/identity.h"
#include "system/log.h"
#include "system/priv.h"
#include "system/sandbox.h"

extern char **environ;

/* Each function returns the exit status. */
static const struct {
	int	(*run)(const struct options *, struct config *,
		    const struct config_source *);	/* NULL: do nothing */
	bool	 unread;	/* run is called before the settings are read */
	bool	 submits;	/* report wrong settings as for a submission */
	bool	 stays;		/* processes may go on when run has returned */
	bool	 looks;		/* run all the same if settings are wrong */
} modes[MODE__MAX] = {
	[MODE_SEND] = { .run = sendmail_run, .submits = true, .stays = true },
	[MODE_SMTP] = { .run = smtpd_run, .submits = true, .stays = true },
	[MODE_QUEUE_RUN] = { .run = queue_command, .stays = true },
	[MODE_MAILQ] = { .run = queuectl_run, .looks = true },
	[MODE_ALIASES] = { .run = aliases_rebuild },
	[MODE_VERIFY] = { .run = aliases_verify },
	[MODE_HELP] = { .run = help_run, .unread = true },
	[MODE_VERSION] = { .run = help_version, .unread = true },
	[MODE_SHOW_CONFIG] = { .run = showconfig_run },
	[MODE_PROBE] = { .run = probe_run },
	[MODE_HOLD] = { .run = queuectl_run, .looks = true },
	[MODE_RELEASE] = { .run = queuectl_run },
	[MODE_RETRY] = { .run = queuectl_run },
	[MODE_REMOVE] = { .run = queuectl_run },
	[MODE_SHOW] = { .run = queuectl_run, .looks = true },
	[MODE_LOGIN] = { .run = login_run },
	[MODE_LOGOUT] = { .run = login_forget },
	[MODE_COMPLETION] = { .run = completion_run, .unread = true },
	[MODE_SETUP] = { .run = setup_run, .unread = true },
	[MODE_IMPORT] = { .run = import_run, .unread = true },
	[MODE_PROVIDERS] = { .run = providers_run, .unread = true },
	[MODE_STATUS] = { .run = status_run, .unread = true },
	[MODE_CHECK_CONFIG] = { .run = checkconfig_run, .unread = true },
};

/*
 * When running set-group-ID: refuse -C, -qTIME and resource limits that would
 * stop the process halfway; turn off -v and --trace.
 */
static int
main_restrain(struct options *o, struct fault *f)
{
	const char *limit;

	if (o->file != NULL || o->interval > 0)
		return option_usage(f, o->file != NULL ? "-C" : "-qTIME",
		    OPTION_PRIVILEGED);
	if ((limit = priv_limited()) != NULL)
		return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "not allowed under so low a hard limit on %s", limit);
	o->verbose = o->trace = false;
	return 0;
}

/* Nothing must be tried that opens a socket, also for the log. */
static int
main_no_sockets(void)
{
	char unit[128];

	identity_unit(unit, sizeof(unit));
	log_say("a filter of system calls%s%s ends each process that opens a "
	    "connection (SystemCallFilter=)", unit[0] != '\0' ? " of " : "",
	    unit);
	log_say("hint: write `SystemCallFilter=@network-io` into the unit");
	return EX_TEMPFAIL;
}

/* Words, before anything is read that could be lost. */
static int
main_no_stack(void)
{
	log_say("the limit on the stack is so low that this program could "
	    "crash");
	log_say("hint: raise it to 128 KiB or more (LimitSTACK= of a unit, or "
	    "ulimit -s)");
	return EX_TEMPFAIL;
}

/*
 * A process that stays must not keep a file system in use.  Returns the
 * caller's directory; NULL: it stays here, as that has no name.
 */
static char *
main_leave_directory(void)
{
	char *dir = getcwd(NULL, 0);

	/* "(unreachable)/..." is not a name. */
	if (dir != NULL && dir[0] == '/' && chdir("/") == 0)
		return dir;
	free(dir);
	return NULL;
}

/* Wrong settings.  Who looks at the queue needs only the right ones. */
static int
main_mistaken(const struct options *o, struct config *c,
    const struct config_source *src, const struct fault *f)
{
	int status = log_exit(f);

	if (modes[o->mode].looks && c->nmistakes > 0 &&
	    !config_refused(c, "spool"))
		(void)modes[o->mode].run(o, c, src);
	return status;
}

static int
main_run(const struct options *o, const struct config_source *src)
{
	struct config c;
	struct fault f = { 0 };
	int status = EX_OK;

	if (modes[o->mode].submits && sandbox_no_sockets())
		return main_no_sockets();
	config_init(&c);
	if (!modes[o->mode].unread && options_configure(o, &c, src, &f) == -1)
		status = modes[o->mode].submits ?
		    sendmail_refuse(o, &c, src, &f) :
		    main_mistaken(o, &c, src, &f);
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
	char *dir = NULL, *file = NULL;
	int status;

	if (argc < 1)
		return EX_USAGE;
	priv_start();
	if (!priv_stack())
		return main_no_stack();
	src.uid = getuid();
	/* Root gains no privileges. */
	src.elevated = priv_elevated() && src.uid != 0;
	if (src.elevated)
		priv_environment();
	priv_settle();
	/* The caller's directory may be of any kind, and may be in use. */
	if (src.elevated && chdir("/") == -1)
		return EX_OSERR;
	src.env = environ;
	if (argv_parse(&o, argv, &f) == -1 ||
	    (src.elevated && main_restrain(&o, &f) == -1)) {
		status = log_exit(&f);
	} else {
		if (modes[o.mode].stays && !src.elevated)
			dir = main_leave_directory();
		src.dir = dir;
		file = o.file != NULL ? config_absolute(&src, o.file) : NULL;
		src.file = file;
		status = main_run(&o, &src);
	}
	options_release(&o);
	free(file);
	free(dir);
	(void)fflush(stdout);
#ifdef __SANITIZE_ADDRESS__
	return status;	/* the leak check runs in an exit handler */
#else
	_exit(status);	/* no exit handler is needed */
#endif
}
