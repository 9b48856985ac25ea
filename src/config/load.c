/* load.c - files and environment to settings */

#include <sys/stat.h>

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/envname.h"
#include "config/file.h"
#include "config/load.h"
#include "net/relay.h"
#include "system/readfile.h"

#define ENV_PREFIX	"HELOISE_"
#define ENV_NAME	(sizeof(ENV_PREFIX) + SETTING_KEY + sizeof("_FILE"))

/* The value of a variable, or NULL; an empty one counts as not set. */
static const char *
load_env_value(const struct config_source *src, const char *name)
{
	const char *value = envname_value(src->env, name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* The home directory, or NULL; to be freed. */
static char *
load_home_dir(const struct config_source *src)
{
	const char *home = src->home;
	struct passwd *pw;

	if (home == NULL)
		home = load_env_value(src, "HOME");
	if (home == NULL && (pw = getpwuid(src->uid)) != NULL)
		home = pw->pw_dir;
	return home != NULL && home[0] == '/' ? xstrdup(home) : NULL;
}

static char *
load_user_settings(const struct config_source *src, const char *home)
{
	const char *xdg = load_env_value(src, "XDG_CONFIG_HOME");

	if (xdg != NULL && xdg[0] == '/')
		return xasprintf("%s/heloise/config", xdg);
	return home == NULL ? NULL :
	    xasprintf("%s/.config/heloise/config", home);
}

char *
config_load_user_path(const struct config_source *src)
{
	char *home = load_home_dir(src), *path = load_user_settings(src, home);

	free(home);
	return path;
}

/* Read the file of the user; was there one? */
static bool
load_user_file(struct config *c, const struct config_source *src,
    const char *home)
{
	char *path = load_user_settings(src, home);
	bool found = path != NULL &&
	    config_file_load(c, src, CONFIG_USER, path, home);

	free(path);
	return found;
}

/* HELOISE_TLS_CA of tls-ca; name has room for ENV_NAME. */
static void
load_env_name(const char *key, char *name)
{
	char *p;

	(void)strlcpy(name, ENV_PREFIX, ENV_NAME);
	(void)strlcat(name, key, ENV_NAME);
	for (p = name; *p != '\0'; p++)
		*p = *p == '-' ? '_' : ascii_upper(*p);
}

/* The row whose variable has the name name[0..n), or NULL. */
static const struct setting *
load_env_row(const char *name, size_t n)
{
	const struct setting *row;
	char own[ENV_NAME];

	for (row = setting_table; row < setting_table + setting_count; row++) {
		load_env_name(row->key, own);
		if (strlen(own) == n && memcmp(own, name, n) == 0)
			return row;
	}
	return NULL;
}

/*
 * A copy without the blanks around it.  A secret may have some: it loses one
 * end of a line, as in a file.
 */
static char *
load_trim(const struct setting *row, const char *value)
{
	size_t n = strlen(value);

	if (row->secret) {
		if (n > 0 && value[n - 1] == '\n')
			n--;
		if (n > 0 && value[n - 1] == '\r')
			n--;
		return xstrndup(value, n);
	}
	value += strspn(value, " \t\r\n");
	n = strlen(value);
	while (n > 0 && strchr(" \t\r\n", value[n - 1]) != NULL)
		n--;
	return xstrndup(value, n);
}

/* The value is the content of the file, which is for no secret. */
static void
load_apply_file(struct config *c, const struct setting *row,
    enum config_level level, const char *origin, const char *path)
{
	struct buf text = { .max = CONFIG_FILE_LINE, .secret = true };
	struct stat st;
	struct fault f;
	char *value;

	fault_clear(&f);
	if (readfile_whole(path, false, &text, &st, &f) == -1) {
		config_mistake(c, "%s: %s: %s", origin, row->key, f.text);
		c->refused[row - setting_table] = true;
	} else {
		value = load_trim(row, buf_text(&text));
		if (strlen(buf_text(&text)) != text.len)
			config_mistake(c, "%s: %s: the file %s has a NUL octet",
			    origin, row->key, path);
		else
			config_apply(c, row, level, origin, value);
		free(value);
	}
	buf_release(&text);
}

/* Does the environment ask for smtps: or port 465, so for TLS at once? */
static bool
load_implicit(const struct config_source *src)
{
	const struct setting *row = setting_find("port");
	const char *host = load_env_value(src, "HELOISE_RELAY");
	const char *value = load_env_value(src, "HELOISE_PORT");
	struct relay relay = { 0 };
	bool own = host != NULL, is;
	char *port, *name;

	if (!own)
		host = load_env_value(src, "SMTP_HOST");
	name = load_trim(row, host != NULL ? host : "");
	if (!relay_parse(name, &relay))
		relay = (struct relay){ 0 };
	free(name);
	/* The port of HELOISE_RELAY comes before SMTP_PORT. */
	if (value == NULL && !(own && relay.port != 0))
		value = load_env_value(src, row->env);
	if (relay.implicit || value == NULL)
		return relay.implicit || relay.port == 465;
	port = load_trim(row, value);
	is = strcmp(port, "465") == 0;
	free(port);
	return is;
}

/*
 * Translate words of other programs, in any letter case: On, TRUE.  Those
 * that ask for TLS mean the TLS of the port.
 */
static const char *
load_translate(const struct config_source *src, const struct setting *row,
    const char *value)
{
	const struct setting_word *w = row->words;

	for (; w != NULL && w->word != NULL; w++)
		if (strcasecmp(w->word, value) == 0)
			return strcmp(w->value, "starttls") == 0 &&
			    load_implicit(src) ? "implicit" : w->value;
	return value;
}

static void
load_apply_value(struct config *c, const struct config_source *src,
    const struct setting *row, enum config_level level, const char *origin,
    const char *value)
{
	char *text = load_trim(row, value), *path;

	if (setting_is_relative(row, text)) {
		path = config_absolute(src, text);
		free(text);
		text = path;
	}
	if (*text != '\0')
		config_apply(c, row, level, origin, level == CONFIG_SMTP_ENV ?
		    load_translate(src, row, text) : text);
	explicit_bzero(text, strlen(text));
	free(text);
}

/*
 * NAME or NAME_FILE of one row.  For a secret, NAME_FILE sets the setting for
 * its file, such as password-file.
 */
static void
load_variable(struct config *c, const struct config_source *src,
    const struct setting *row, enum config_level level, const char *name)
{
	char file[ENV_NAME];
	const char *value = load_env_value(src, name), *path;
	char *origin, *from;

	(void)strlcpy(file, name, sizeof(file));
	(void)strlcat(file, "_FILE", sizeof(file));
	path = load_env_value(src, file);
	if (value != NULL && path != NULL) {
		config_mistake(c, "environment: both %s and %s are set",
		    name, file);
		c->refused[row - setting_table] = true;
		return;
	}
	if (value == NULL && path == NULL)
		return;
	origin = xasprintf("environment %s", value != NULL ? name : file);
	from = path != NULL ? config_absolute(src, path) : NULL;
	if (value != NULL)
		load_apply_value(c, src, row, level, origin, value);
	else if (row->secret)
		config_apply(c, setting_find(row->rival[0]), level, origin,
		    from);
	else
		load_apply_file(c, row, level, origin, from);
	free(from);
	free(origin);
}

/*
 * Pass over a link to a service, which is no setting.  There are several of
 * each; one or two are enough for a warning.
 */
static bool
load_pass_link(struct config *c, const char *entry)
{
	const char *p = strchr(entry, '_');

	if (!envname_is_link(entry))
		return false;
	if (strncmp(p, "_PORT=", 6) != 0 &&
	    strncmp(p, "_SERVICE_HOST=", 14) != 0)
		return true;
	config_warning(c, "environment %.*s: warning: no effect: this is a "
	    "service link of Kubernetes, not a setting",
	    (int)strcspn(entry, "="), entry);
	return true;
}

/* Warn of the names that other programs give to the SMTP_* set. */
static void
load_check_others(struct config *c, const struct config_source *src)
{
	const char *meant, *entry;
	size_t i, n;

	for (i = 0; src->env != NULL && (entry = src->env[i]) != NULL; i++) {
		n = strcspn(entry, "=");
		meant = envname_meant(entry, n);
		if (meant != NULL && entry[n] == '=' && entry[n + 1] != '\0' &&
		    load_env_value(src, meant) == NULL)
			config_warning(c, "environment %.*s: warning: no "
			    "effect; did you mean %s?", (int)n, entry, meant);
	}
}

/* Report a variable with the prefix that is for no setting. */
static void
load_check_variable(struct config *c, const char *entry)
{
	const struct setting *near;
	char name[ENV_NAME], *key = name + sizeof(ENV_PREFIX) - 1;
	size_t n = strcspn(entry, "=");

	if (load_env_row(entry, n) != NULL || (n > 5 &&
	    memcmp(entry + n - 5, "_FILE", 5) == 0 &&
	    load_env_row(entry, n - 5) != NULL))
		return;
	n = n < sizeof(name) ? n : sizeof(name) - 1;
	memcpy(name, entry, n);
	name[n] = '\0';
	if ((near = setting_near(key)) != NULL) {
		load_env_name(near->key, name);
		config_mistake(c, "environment: %.*s: no setting has this "
		    "name; did you mean %s?", (int)n, entry, name);
	} else {
		config_mistake(c, "environment: %s: no setting has this name",
		    name);
	}
}

/*
 * The variables that may be settings, mostly none: each row is searched in
 * them.  The caller frees the list, but not its strings.
 */
static char **
load_env_own(struct config *c, char *const *env, bool smtp)
{
	static const char *const prefix[] = { ENV_PREFIX, "SMTP_" };
	char **own;
	size_t i, n = 0, k;

	for (i = 0; env != NULL && env[i] != NULL; i++)
		;
	own = xcalloc(i + 1, sizeof(*own));
	for (; i > 0; i--, env++)
		for (k = 0; k < (smtp ? NITEMS(prefix) : 1); k++)
			if (strncmp(*env, prefix[k], strlen(prefix[k])) == 0 &&
			    !load_pass_link(c, *env))
				own[n++] = *env;
	return own;
}

static void
load_variables(struct config *c, const struct config_source *src, bool smtp)
{
	const struct setting *row, *end = setting_table + setting_count;
	char name[ENV_NAME];
	size_t i;

	for (row = setting_table; smtp && row < end; row++)
		if (row->env != NULL)
			load_variable(c, src, row, CONFIG_SMTP_ENV, row->env);
	for (row = setting_table; row < end; row++) {
		load_env_name(row->key, name);
		load_variable(c, src, row, CONFIG_ENV, name);
	}
	for (i = 0; src->env[i] != NULL; i++)
		if (strncmp(src->env[i], ENV_PREFIX,
		    sizeof(ENV_PREFIX) - 1) == 0)
			load_check_variable(c, src->env[i]);
}

static void
load_environment(struct config *c, const struct config_source *src,
    bool smtp)
{
	struct config_source few = *src;
	char **own = load_env_own(c, src->env, smtp);

	c->smtp_env = smtp;
	if (smtp)
		load_check_others(c, src);
	few.env = own;
	if (own[0] != NULL)
		load_variables(c, &few, smtp);
	free(own);
}

int
config_load(struct config *c, const struct config_source *src,
    struct fault *f)
{
	char *home;
	bool found;

	if (src->elevated && src->file != NULL) {
		config_mistake(c, "%s: another file is not allowed with the "
		    "privileges of another user", src->file);
	} else if (src->elevated) {
		(void)config_file_load(c, src, CONFIG_SYSTEM, src->system,
		    NULL);
	} else {
		home = load_home_dir(src);
		if (src->file != NULL) {
			(void)config_file_load(c, src, CONFIG_USER, src->file,
			    home);
			found = true;
		} else {
			found = config_file_load(c, src, CONFIG_SYSTEM,
			    src->system, home);
			found |= load_user_file(c, src, home);
		}
		load_environment(c, src, !found);
		free(home);
	}
	config_finish(c);
	if (c->nmistakes == 0)
		return 0;
	return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "%.*s",
	    (int)(c->mistakes.len > 0 ? c->mistakes.len - 1 : 0),
	    buf_text(&c->mistakes));
}
