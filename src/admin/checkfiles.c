/* checkfiles.c - can we use the files that the settings name? */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/checkfiles.h"
#include "agent/transport.h"
#include "alias/expand.h"
#include "base/util.h"
#include "config/account.h"
#include "config/load.h"
#include "config/password.h"
#include "config/spoolpath.h"
#include "spool/spool.h"
#include "system/syslog.h"

static void
files_tell(const struct checkfiles *s, const char *what, const char *path,
    const struct fault *f, bool grave)
{
	s->tell(s->ctx, what, path, f, grave);
}

static int
files_may(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

/*
 * May we make this, which does not exist?  0, or the errno of the directory
 * it would be in; with parents, of the nearest one that exists.
 */
static int
files_may_make(const char *path, bool parents)
{
	char *up = xstrdup(path), *slash;
	struct stat st;
	int err = 0;

	do {
		if ((slash = strrchr(up, '/')) != NULL)
			slash[slash == up] = '\0';
	} while (parents && slash != NULL && slash != up &&
	    stat(up, &st) == -1 && errno == ENOENT);
	if (files_may(slash != NULL ? up : ".", W_OK | X_OK) == -1)
		err = errno;
	free(up);
	return err;
}

static void
files_look_config(const struct checkfiles *s, const char *path)
{
	struct fault f = { 0 };
	struct stat st;

	if (path == NULL)
		return;
	if (files_may(path, R_OK) == 0) {
		files_tell(s, "read the configuration in", path, NULL, true);
	} else if (errno == EACCES && !s->known && lstat(path, &st) == 0) {
		(void)fault_errno(&f, ST_CONFIG, EACCES, VD_PERM, "%s", path);
		files_tell(s, "read the configuration", path, &f, true);
	}
}

static void
files_look_configs(const struct checkfiles *s)
{
	char *own;

	if (s->src->file != NULL) {
		files_look_config(s, s->src->file);
		return;
	}
	files_look_config(s, s->src->system);
	if (s->src->elevated)
		return;
	own = config_load_user_path(s->src);
	files_look_config(s, own);
	free(own);
}

static bool
files_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A command is not run: who knows what it does. */
static void
files_look_password(const struct checkfiles *s, const struct settings *set)
{
	struct buf password = { .max = PASSWORD_MAX, .secret = true };
	struct fault f = { 0 };

	if (!account_logs_in(set) || set->password_file == NULL)
		return;
	if (password_get(set, getenv("CREDENTIALS_DIRECTORY"), 0,
	    &password, &f) == 0)
		files_tell(s, "read the password in", set->password_file, NULL,
		    true);
	else
		files_tell(s, "read the password", set->password_file, &f,
		    true);
	buf_release(&password);
}

static void
files_look_certificates(const struct checkfiles *s, const struct settings *set)
{
	struct fault f = { 0 };
	struct transport r;

	if (set->relay == NULL || config_tls_mode(set) == SETTING_TLS_NONE)
		return;
	if (transport_prepare(&r, set, NULL, &f) == -1)
		files_tell(s, "use the certificates", NULL, &f, true);
	else if (set->tls_ca != NULL &&
	    config_tls_mode(set) != SETTING_TLS_OPPORTUNISTIC)
		files_tell(s, "read the certificates in", set->tls_ca, NULL,
		    true);
	transport_release(&r);
}

/* What accounts have from above is looked at there. */
static void
files_look_layers(const struct checkfiles *s)
{
	const struct settings *base = &s->config->base, *set;
	bool done = base->relay != NULL &&
	    config_tls_mode(base) != SETTING_TLS_NONE;
	size_t i;

	files_look_password(s, base);
	files_look_certificates(s, base);
	for (i = 0; i < s->config->naccount; i++) {
		set = config_settings(s->config, (int)i);
		if (!files_same(set->password_file, base->password_file))
			files_look_password(s, set);
		if (!done || !files_same(set->tls_ca, base->tls_ca) ||
		    !files_same(set->tls_cert, base->tls_cert) ||
		    !files_same(set->tls_key, base->tls_key))
			files_look_certificates(s, set);
	}
}

/* As the lines of -bi, but they are only counted, and nobody is asked. */
static void
files_look_aliases(const struct checkfiles *s)
{
	const char *path = s->config->base.aliases;
	struct buf mistakes = { .max = 1 << 20 };
	struct fault f = { 0 };
	char host[256] = "";
	struct expand e = { .host = host, .domain = host };
	size_t i, n = 0;

	if (strcmp(path, "none") == 0)
		return;
	(void)gethostname(host, sizeof(host) - 1);
	if (files_may(path, F_OK) == -1 && errno == ENOENT) {
		(void)fault_errno(&f, ST_CONFIG, ENOENT, VD_PERM, "%s", path);
		if (strcmp(config_origin(s->config, setting_find("aliases")),
		    "default") != 0)
			files_tell(s, "use the aliases", path, &f, false);
		return;
	}
	if (expand_load(&e, path, &mistakes, &f) == -1)
		files_tell(s, "use the aliases", path, &f, true);
	for (i = 0; i < mistakes.len; i++)
		n += mistakes.p[i] == '\n';
	if (n > 0) {
		(void)fault_set(&f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s: %zu of its lines or names are wrong; heloise -bi "
		    "shows them", path, n);
		files_tell(s, "use all aliases", path, &f, true);
	}
	expand_release(&e);
	buf_release(&mistakes);
}

static int
files_check_spool(const char *path, struct fault *f)
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
	} else if (files_may(path, W_OK | X_OK) == -1) {
		err = errno == ENOENT ? files_may_make(path, true) : errno;
	}
	return err == 0 ? 0 :
	    fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s", path);
}

static void
files_look_spool(const struct checkfiles *s)
{
	char *path = spoolpath_find(&s->config->base, s->src);
	struct fault f = { 0 };
	int status;

	if (!s->config->base.queue) {
		free(path);
		return;
	}
	status = path != NULL ? files_check_spool(path, &f) :
	    fault_set(&f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
	    "no home directory for a spool: set `spool DIRECTORY`");
	files_tell(s, "write to the spool", path, status == -1 ? &f : NULL,
	    true);
	free(path);
}

/* What does not exist must not be made here: it would be ours. */
static void
files_look_log(const struct checkfiles *s)
{
	const char *log = s->config->base.log;
	bool file = syslog_is_file(log) && !s->src->elevated;
	struct syslog j = { .fd = -1 };
	struct fault f = { 0 };
	struct stat st;
	int err;

	if (file && lstat(log, &st) == -1 && errno == ENOENT) {
		if ((err = files_may_make(log, false)) != 0)
			(void)fault_errno(&f, ST_CONFIG, err, VD_PERM,
			    "log: %s", log);
	} else {
		(void)syslog_open(&j, log, SYSLOG_SOCKET, s->src->elevated,
		    false, &f);
		syslog_close(&j);
	}
	if (f.verdict != VD_OK)
		files_tell(s, "write the log", log, &f, file);
	else if (file)
		files_tell(s, "write the log", log, NULL, file);
}

void
checkfiles(const struct checkfiles *s)
{
	files_look_configs(s);
	files_look_layers(s);
	files_look_aliases(s);
	files_look_spool(s);
	files_look_log(s);
}
