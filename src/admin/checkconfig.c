/*
 * checkconfig.c - --check-config: mistakes in the configuration
 *
 * Checks the settings, then the files of configuration, passwords,
 * certificates, aliases, log and spool, as the user of this process.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/checkconfig.h"
#include "agent/transport.h"
#include "alias/expand.h"
#include "base/util.h"
#include "config/account.h"
#include "config/lint.h"
#include "config/load.h"
#include "config/password.h"
#include "config/spoolpath.h"
#include "report/explain.h"
#include "spool/spool.h"
#include "system/log.h"
#include "system/priv.h"
#include "system/syslog.h"

struct check {
	const struct options *o;
	struct config	*config;
	struct config_source src;
	bool		 unread;	/* the user cannot read the file */
	struct lint	 lint;
	struct explain	 explain;
};

static void
check_print(struct buf *b)
{
	fputs(buf_text(b), stdout);
	buf_clear(b);
}

/*
 * Print "joe can read the password in /etc/pw", or the fault, if there is
 * one, as a mistake or a warning.
 */
static void
check_tell(struct check *k, const char *action, const char *in,
    const char *path, const struct fault *f, bool mistake)
{
	const struct explain_place at = { 0 };
	struct buf hint = { .max = 8192 };
	/* The action says which setting it is. */
	const char *why = f->text + (strncmp(f->text, "log: ", 5) == 0 ? 5 : 0);

	if (f->verdict == VD_OK) {
		buf_addf(&k->lint.out, "%s can %s%s %s\n", k->explain.who,
		    action, in, path);
	} else {
		lint_add(&k->lint, mistake, NULL, NULL, "%s cannot %s: %s",
		    k->explain.who, action, why);
		if (explain_hint(&k->explain, f, &at, &hint))
			buf_addf(&k->lint.out, "    hint: %s\n",
			    buf_text(&hint));
	}
	buf_release(&hint);
	check_print(&k->lint.out);
}

static int
check_access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

/*
 * Can this path, which does not exist, be made?  0, or the errno of the
 * directory that it is in; with parents, of the nearest one that exists.
 */
static int
check_make(const char *path, bool parents)
{
	char *up = xstrdup(path), *slash;
	struct stat st;
	int err = 0;

	do {
		if ((slash = strrchr(up, '/')) != NULL)
			slash[slash == up] = '\0';
	} while (parents && slash != NULL && slash != up &&
	    stat(up, &st) == -1 && errno == ENOENT);
	if (check_access(slash != NULL ? up : ".", W_OK | X_OK) == -1)
		err = errno;
	free(up);
	return err;
}

static void
check_file(struct check *k, const char *path)
{
	struct fault f = { 0 };
	struct stat st;

	if (path == NULL)
		return;
	if (check_access(path, R_OK) == -1) {
		if (errno != EACCES || !k->unread || lstat(path, &st) == -1)
			return;
		(void)fault_errno(&f, ST_CONFIG, EACCES, VD_PERM, "%s", path);
	}
	check_tell(k, "read the configuration", " in", path, &f, true);
}

static void
check_files(struct check *k)
{
	char *own;

	check_file(k, k->src.file != NULL ? k->src.file : k->src.system);
	if (k->src.file != NULL || k->src.elevated)
		return;
	own = config_load_user_path(&k->src);
	check_file(k, own);
	free(own);
}

/* Runs no password command: its effects are unknown. */
static void
check_password(struct check *k, const struct settings *set)
{
	struct buf password = { .max = PASSWORD_MAX, .secret = true };
	struct fault f = { 0 };

	if (!account_needs_password(set) || set->password_file == NULL)
		return;
	(void)password_get(set, getenv("CREDENTIALS_DIRECTORY"), 0, &password,
	    &f);
	check_tell(k, "read the password", " in", set->password_file, &f, true);
	if (password_quoted(buf_text(&password))) {
		lint_add(&k->lint, false, set->password_file, NULL,
		    "the quotes around the password are a part of it");
		check_print(&k->lint.out);
	}
	buf_release(&password);
}

static void
check_certificates(struct check *k, const struct settings *set)
{
	struct fault f = { 0 };
	struct transport r;

	if (set->relay == NULL || config_tls_mode(set) == SETTING_TLS_NONE)
		return;
	if (transport_prepare(&r, set, NULL, &f) == -1)
		check_tell(k, "use the certificates", "", NULL, &f, true);
	else if (set->tls_ca != NULL &&
	    config_tls_mode(set) != SETTING_TLS_OPPORTUNISTIC)
		check_tell(k, "read the certificates", " in", set->tls_ca, &f,
		    true);
	transport_release(&r);
}

static bool
check_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Skips files that an account inherits: they were checked already. */
static void
check_accounts(struct check *k)
{
	const struct settings *base = &k->config->base, *set;
	bool done = base->relay != NULL &&
	    config_tls_mode(base) != SETTING_TLS_NONE;
	size_t i;

	check_password(k, base);
	check_certificates(k, base);
	for (i = 0; i < k->config->naccount; i++) {
		set = config_settings(k->config, (int)i);
		if (!check_same(set->password_file, base->password_file))
			check_password(k, set);
		if (!done || !check_same(set->tls_ca, base->tls_ca) ||
		    !check_same(set->tls_cert, base->tls_cert) ||
		    !check_same(set->tls_key, base->tls_key))
			check_certificates(k, set);
	}
}

/* Counts the mistakes that -bi shows, without DNS queries. */
static void
check_aliases(struct check *k)
{
	const char *path = k->config->base.aliases;
	struct buf mistakes = { .max = 1 << 20 };
	struct fault f = { 0 };
	char host[256] = "";
	struct expand e = { .host = host, .domain = host };
	size_t i, n = 0;

	if (strcmp(path, "none") == 0)
		return;
	(void)gethostname(host, sizeof(host) - 1);
	if (check_access(path, F_OK) == -1 && errno == ENOENT) {
		(void)fault_errno(&f, ST_CONFIG, ENOENT, VD_PERM, "%s", path);
		if (strcmp(config_origin(k->config, setting_find("aliases")),
		    "default") != 0)
			check_tell(k, "use the aliases", "", path, &f, false);
		return;
	}
	if (expand_load(&e, path, &mistakes, &f) == -1)
		check_tell(k, "use the aliases", "", path, &f, true);
	for (i = 0; i < mistakes.len; i++)
		n += mistakes.p[i] == '\n';
	if (n > 0) {
		(void)fault_set(&f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s: %zu of its lines or names are wrong; heloise -bi "
		    "shows them", path, n);
		check_tell(k, "use all aliases", "", path, &f, true);
	}
	expand_release(&e);
	buf_release(&mistakes);
}

static int
check_spool_path(const char *path, struct fault *f)
{
	struct spool sp;
	int err = 0;

	if (spool_open(&sp, path, false, f) == 0) {
		if (faccessat(sp.place[SPOOL_QUEUE], ".", W_OK | X_OK,
		    AT_EACCESS) == -1)
			err = errno;
		spool_close(&sp);
	} else if (f->domain != FD_ERRNO || f->code != ENOENT) {
		return -1;
	} else if (check_access(path, W_OK | X_OK) == -1) {
		err = errno == ENOENT ? check_make(path, true) : errno;
	}
	fault_clear(f);
	return err == 0 ? 0 :
	    fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s", path);
}

static void
check_spool(struct check *k)
{
	char *path = spoolpath_find(&k->config->base, &k->src);
	struct fault f = { 0 };

	if (k->config->base.queue) {
		if (path != NULL)
			(void)check_spool_path(path, &f);
		else
			(void)fault_set(&f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
			    "no home directory for a spool: set `spool "
			    "DIRECTORY`");
		check_tell(k, "write to the spool", "", path, &f, true);
	}
	free(path);
}

/* Creates no log: it would belong to the user of this check. */
static void
check_log(struct check *k)
{
	const char *log = k->config->base.log;
	bool file = syslog_is_file(log) && !k->src.elevated;
	struct syslog j = { .fd = -1 };
	struct fault f = { 0 };
	struct stat st;
	int err;

	if (file && lstat(log, &st) == -1 && errno == ENOENT) {
		if ((err = check_make(log, false)) != 0)
			(void)fault_errno(&f, ST_CONFIG, err, VD_PERM,
			    "log: %s", log);
	} else {
		(void)syslog_open(&j, log, SYSLOG_SOCKET, k->src.elevated,
		    false, &f);
		syslog_close(&j);
	}
	if (file || f.verdict != VD_OK)
		check_tell(k, "write the log", "", log, &f, file);
}

/* Load the settings; keep all mistakes of command line and files. */
static void
check_load(struct check *k, const struct config_source *src)
{
	const struct options_flag *flag = k->o->flag;
	struct fault f = { 0 };

	for (; flag < k->o->flag + k->o->nflag; flag++)
		if (config_set_flag(k->config, src, flag->key, flag->value,
		    &f) == -1)
			config_mistake(k->config, "%s", f.text);
	(void)config_load(k->config, src, &f);
}

/*
 * Load the settings as the user o->as; home has PATH_MAX octets.  This
 * process first reads the file, in case the user may not read it.  But as
 * root it opens no file in the home directory of another user.
 */
static int
check_load_as(struct check *k, char *home, struct fault *f)
{
	struct config_source *src = &k->src, first;
	const char *file = src->file != NULL ? src->file : src->system;

	/* Set-user-ID: the caller makes no difference. */
	if (src->elevated || (src->uid == 0 && geteuid() != 0)) {
		src->elevated = true;
		check_load(k, src);
		return 0;
	}
	/* These name files of the present user. */
	(void)unsetenv("XDG_CONFIG_HOME");
	(void)unsetenv("XDG_STATE_HOME");
	(void)unsetenv("STATE_DIRECTORY");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	src->env = environ;
	first = *src;
	first.home = "/dev/null";
	check_load(k, &first);
	if (priv_become(k->o->as, &src->uid, home, PATH_MAX, f) == -1)
		return -1;
	src->home = home;
	(void)setenv("HOME", home, 1);
	src->env = environ;
	k->unread = access(file, R_OK) == -1 && errno == EACCES;
	if (k->unread)
		return 0;
	config_release(k->config);
	config_init(k->config);
	check_load(k, src);
	return 0;
}

static void
check_add_count(struct buf *b, size_t n, const char *noun)
{
	if (n > 0)
		buf_addf(b, "%s%zu %s%s", b->len > 0 ? ", " : "", n, noun,
		    n > 1 ? "s" : "");
}

int
checkconfig_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct check k = { .o = o, .config = c, .src = *src,
	    .lint.out.max = 1 << 21 };
	struct buf *out = &k.lint.out;
	struct fault f = { 0 };
	char home[PATH_MAX] = "";

	if (o->as == NULL)
		check_load(&k, src);
	else if (check_load_as(&k, home, &f) == -1)
		return log_exit(&f);
	explain_init(&k.explain, c, &k.src, NULL);
	lint_config(&k.lint, c, &k.src);
	check_print(out);
	check_files(&k);
	check_accounts(&k);
	check_aliases(&k);
	check_spool(&k);
	check_log(&k);
	check_add_count(out, k.lint.nmistakes, "mistake");
	check_add_count(out, k.lint.nwarnings, "warning");
	puts(out->len > 0 ? buf_text(out) : "no mistakes");
	buf_release(out);
	return log_flush(k.lint.nmistakes > 0 ? EX_CONFIG : EX_OK);
}
