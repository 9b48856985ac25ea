/*
 * checkconfig.c - --check-config: mistakes in the configuration
 *
 * Checks the settings, then the files of configuration, passwords,
 * certificates, aliases, log and spool, as the user of this process.
 */

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/checkconfig.h"
#include "admin/findings.h"
#include "admin/groupread.h"
#include "agent/transport.h"
#include "alias/expand.h"
#include "base/json.h"
#include "base/util.h"
#include "config/account.h"
#include "config/issuer.h"
#include "config/lint.h"
#include "config/load.h"
#include "config/password.h"
#include "config/spoolpath.h"
#include "mail/addr.h"
#include "oauth/grant.h"
#include "report/explain.h"
#include "spool/spool.h"
#include "submit/caller.h"
#include "submit/rootmail.h"
#include "system/identity.h"
#include "system/log.h"
#include "system/priv.h"
#include "system/syslog.h"

struct check {
	const struct options *o;
	struct config	*config;
	struct config_source src;
	bool		 unread;	/* the user cannot read the file */
	struct buf	 lacks;		/* why users do not gain the group */
	struct lint	 lint;
	struct explain	 explain;
	struct buf	 json;		/* all so far, with --json */
};

/* Put out the lines gathered; with placed, they begin with their places. */
static void
check_print(struct check *k, bool placed)
{
	struct buf *b = &k->lint.out;

	if (k->o->json)
		findings_json(&k->json, buf_text(b),
		    buf_text(&k->lint.levels), placed);
	else
		(void)fputs(buf_text(b), stdout);
	buf_clear(b);
	buf_clear(&k->lint.levels);
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
	check_print(k, false);
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

/* The group that each user gains if there is one spool for all. */
static bool
check_group(const struct check *k, gid_t *group)
{
	char *top = spoolpath_everyone(&k->config->base, &k->src, group);

	free(top);
	return top != NULL;
}

/*
 * If there is one spool for all, do users who start this program gain its
 * group?  If not, the reason is kept until the settings are read.
 */
static bool
check_gains(struct check *k, gid_t group)
{
	char name[256], path[PATH_MAX];
	struct statvfs there;
	gid_t gained = 0;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	/* Nobody can tell without /proc. */
	if (n == -1)
		return true;
	path[n] = '\0';
	identity_group_of(group, name, sizeof(name));
	if (!priv_gives(&gained) || gained != group)
		buf_addf(&k->lacks, "%s is not set-group-ID %s, so only root "
		    "can send; run `chgrp %s %s && chmod 2755 %s`", path, name,
		    name, path, path);
	else if (statvfs(path, &there) == 0 && (there.f_flag & ST_NOSUID) != 0)
		buf_addf(&k->lacks, "%s is set-group-ID %s, but its file "
		    "system is mounted nosuid, so only root can send", path,
		    name);
	return k->lacks.len == 0;
}

static void
check_program(struct check *k)
{
	gid_t group;

	if (k->o->as == NULL && k->src.file == NULL && check_group(k, &group))
		(void)check_gains(k, group);
	if (k->lacks.len > 0) {
		lint_add(&k->lint, true, NULL, NULL, "%s", k->lacks.p);
		check_print(k, false);
	}
	buf_release(&k->lacks);
}

/*
 * Root can read any file.  If the program serves all users, it reads the
 * file with their rights and those of its group.
 */
static void
check_shared(struct check *k, const char *path)
{
	struct buf why = { .max = 16384 };
	gid_t group;

	/* -C is for root alone. */
	if (path == NULL || path[0] != '/' || k->src.file != NULL ||
	    !check_group(k, &group))
		return;
	if (!groupread_can(path, group, &why)) {
		lint_add(&k->lint, true, NULL, NULL, "%s",
		    buf_text(&why));
		check_print(k, false);
	}
	buf_release(&why);
}

static void
check_one(struct check *k, const char *path)
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
check_file(struct check *k, const char *path)
{
	check_one(k, path);
	if (path != k->src.file)
		check_shared(k, path);
}

static void
check_files(struct check *k)
{
	char *own;
	size_t i;

	check_file(k, k->src.file != NULL ? k->src.file : k->src.system);
	if (k->src.file == NULL && !k->src.elevated &&
	    k->config->foreign == NULL) {
		own = config_load_user_path(&k->src);
		check_one(k, own);
		free(own);
	}
	for (i = 0; i < k->config->nincluded; i++)
		check_file(k, k->config->included[i].path);
}

/* Runs no password command: its effects are unknown. */
static void
check_password(struct check *k, const struct settings *set)
{
	struct buf password = { .max = PASSWORD_MAX, .secret = true };
	struct fault f = { 0 };

	if (account_needs_password(set) && set->password_command != NULL &&
	    k->src.elevated)
		lint_add(&k->lint, false, NULL, "password-command", "mail of "
		    "%s waits for root's queue run, as only root runs it; "
		    "password-file and oauth have no delay",
		    k->explain.who);
	check_print(k, false);
	if (!account_needs_password(set) || set->password_file == NULL)
		return;
	(void)password_get(set, getenv("CREDENTIALS_DIRECTORY"), 0, &password,
	    &f);
	check_tell(k, "read the password", " in", set->password_file, &f, true);
	check_shared(k, set->password_file);
	if (password_quoted(buf_text(&password))) {
		lint_add(&k->lint, false, set->password_file, NULL,
		    "the quotes around the password are a part of it");
		check_print(k, false);
	}
	buf_release(&password);
}

/* The tokens of an account, and the secrets that asking for them needs. */
static void
check_tokens(struct check *k, const struct settings *set, const char *name)
{
	struct token_source from = { .set = set, .account = name,
	    .credentials = getenv("CREDENTIALS_DIRECTORY") };
	struct buf secret = { .max = PASSWORD_MAX, .secret = true };
	struct fault f = { 0 };
	const char *key;

	if (!account_needs_password(set) || set->oauth == NULL ||
	    issuer_mistake(set, 0, &key) != NULL)
		return;
	place_find(&from.place, &k->config->base, &k->src);
	(void)grant_check(&from, &f);
	check_tell(k, "use the tokens", " in", from.place.path, &f, true);
	if (f.verdict == VD_OK && grant_refused(&from, &f)) {
		lint_add(&k->lint, false, NULL, NULL, "the provider last "
		    "refused the token of %s: %s", set->user, f.text);
		check_print(k, false);
	}
	place_release(&from.place);
	if (set->oauth_client_secret_file == NULL)
		return;
	fault_clear(&f);
	(void)password_client(set, from.credentials, 0, &secret, &f);
	check_tell(k, "read the client's secret", " in",
	    set->oauth_client_secret_file, &f, true);
	buf_release(&secret);
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
	check_shared(k, set->tls_ca);
	check_shared(k, set->tls_cert);
	check_shared(k, set->tls_key);
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
	if (base->relay != NULL)
		check_tokens(k, base, "");
	check_certificates(k, base);
	for (i = 0; i < k->config->naccount; i++) {
		set = config_settings(k->config, (int)i);
		if (!check_same(set->password_file, base->password_file))
			check_password(k, set);
		if (base->relay == NULL || !check_same(set->user,
		    base->user) || !check_same(set->oauth, base->oauth) ||
		    !check_same(set->oauth_client_id, base->oauth_client_id))
			check_tokens(k, set, k->config->account[i].name);
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

/* Nobody may notice for long that mail of cron goes astray. */
static void
check_root(struct check *k)
{
	struct buf to = { .max = 65536 };
	struct fault f = { 0 };

	if (k->config->base.relay == NULL && k->config->naccount == 0)
		return;
	if (rootmail_find(k->src.uid, &k->config->base, &to, &f) == 0) {
		buf_addf(&k->lint.out, "mail for root goes to %s\n",
		    buf_text(&to));
		check_print(k, false);
	} else {
		check_tell(k, "send mail to root", "", "", &f, false);
	}
	buf_release(&to);
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
			    "no home directory for a spool, and no "
			    SPOOLPATH_USERS);
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
	gid_t group;
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
	if (syslog_is_file(log) && (k->src.elevated ||
	    check_group(k, &group))) {
		lint_add(&k->lint, false, NULL, "log", "no effect for users "
		    "other than root in an installation for all users: "
		    "syslog is used");
		check_print(k, false);
	}
}

/* A bad name of the host leads to addresses that relays refuse. */
static void
check_host(struct check *k)
{
	const struct settings *s = &k->config->base;
	char host[256] = "", domain[256];

	if (s->domain != NULL || (s->from != NULL &&
	    addr_at(s->from) != NULL && strstr(s->from, "%H") == NULL))
		return;
	if (gethostname(host, sizeof(host) - 1) == -1 ||
	    addr_host_domain(host, domain, sizeof(domain)))
		return;
	lint_add(&k->lint, false, NULL, NULL, "the name of this host, '%s', is "
	    "no domain: addresses without one get @localhost", host);
	buf_adds(&k->lint.out, "    hint: set `domain <domain>`\n");
	check_print(k, false);
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
	gid_t group = 0;

	/* These name files of the present user. */
	(void)unsetenv("XDG_CONFIG_HOME");
	(void)unsetenv("XDG_STATE_HOME");
	(void)unsetenv("STATE_DIRECTORY");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	src->env = environ;
	first = *src;
	first.home = "/dev/null";
	check_load(k, &first);
	if (!check_group(k, &group) || !check_gains(k, group))
		group = 0;
	if (priv_become(k->o->as, group != 0 ? &group : NULL, &src->uid, home,
	    PATH_MAX, f) == -1)
		return -1;
	src->elevated = src->elevated || (group != 0 && src->uid != 0);
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

/* The sum, at the end; in JSON the object of all. */
static void
check_sum_up(struct check *k)
{
	struct buf *out = &k->lint.out;

	if (k->o->json) {
		json_key(out, NULL);
		buf_adds(out, "{");
		json_number(out, "mistakes", (long long)k->lint.nmistakes);
		json_number(out, "warnings", (long long)k->lint.nwarnings);
		json_key(out, "findings");
		buf_addf(out, "%s]}", buf_text(&k->json));
	} else {
		check_add_count(out, k->lint.nmistakes, "mistake");
		check_add_count(out, k->lint.nwarnings, "warning");
	}
	puts(out->len > 0 ? buf_text(out) : "no mistakes");
	buf_release(out);
	buf_release(&k->lint.levels);
	buf_release(&k->json);
}

int
checkconfig_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct check k = { .o = o, .config = c, .src = *src,
	    .lint.out.max = 1 << 22, .lint.levels.max = 1 << 16,
	    .json.max = 1 << 21, .lacks.max = 16384 };
	struct fault f = { 0 };
	char home[PATH_MAX] = "", *own = config_load_user_path(src);

	/* -C may name a copy that is not in its place yet. */
	if (src->file != NULL)
		k.src.becomes = src->uid == 0 ? src->system : own;
	buf_adds(&k.json, "[");
	if (o->as == NULL)
		check_load(&k, &k.src);
	else
		(void)check_load_as(&k, home, &f);
	k.src.becomes = NULL;
	free(own);
	if (f.verdict != VD_OK) {
		buf_release(&k.json);
		return log_exit(&f);
	}
	explain_init(&k.explain, c, &k.src, NULL);
	lint_config(&k.lint, c, &k.src);
	check_print(&k, true);
	check_program(&k);
	check_files(&k);
	check_accounts(&k);
	check_aliases(&k);
	check_root(&k);
	check_spool(&k);
	check_log(&k);
	check_host(&k);
	check_sum_up(&k);
	return log_flush(k.lint.nmistakes > 0 ? EX_CONFIG : EX_OK);
}
