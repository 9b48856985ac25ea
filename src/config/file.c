/* file.c - the lines of a configuration file */

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/file.h"
#include "config/suggest.h"
#include "system/readfile.h"

/*
 * "~/x" is in the home directory, "x" in the directory of the file that
 * names it.
 */
static char *
cfile_resolve_path(const struct setting *row, const char *file,
    const char *home, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (path[0] == '~' && path[1] == '/' && home != NULL)
		return xasprintf("%s%s", home, path + 1);
	if (path[0] == '\0' || slash == NULL ||
	    !setting_is_relative(row, path))
		return xstrdup(path);
	return xasprintf("%.*s%s", (int)(slash - file + 1), file, path);
}

static void
cfile_unknown_key(struct config *c, const char *origin, const char *key)
{
	const struct setting *near = suggest_setting(key);

	if (near != NULL)
		config_mistake(c, "%s: %s: no setting has this name; "
		    "did you mean %s?", origin, key, near->key);
	else
		config_mistake(c, "%s: %s: no setting has this name", origin,
		    key);
}

static void
cfile_trim(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && ascii_blank(s[n - 1]))
		n--;
	s[n] = '\0';
}

/*
 * Cut a line into key and value; NULL if it does not begin with a key.
 * *sep is the character after the key.
 */
static char *
cfile_cut(char *line, char *sep)
{
	char *value;
	size_t n;

	n = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-_");
	*sep = line[n];
	if (n == 0 || n >= SETTING_KEY ||
	    (*sep != '\0' && !ascii_blank(*sep) && *sep != '=' && *sep != ':'))
		return NULL;
	value = line + n + (*sep != '\0');
	line[n] = '\0';
	while (ascii_blank(*value))
		value++;
	return value;
}

/* A line that is no comment, without its end.  Returns the row it sets. */
static const struct setting *
cfile_read_line(struct config *c, enum config_level level, const char *origin,
    const char *file, const char *home, char *line)
{
	const struct setting *row;
	char *value, *path, sep;

	value = cfile_cut(line, &sep);
	row = value != NULL ? setting_find(line) : NULL;
	if (value == NULL || (row == NULL && sep == '\0')) {
		/* Not quoted, since it may be the rest of a password. */
		config_mistake(c, "%s: expected a key, a blank and a value",
		    origin);
		return NULL;
	}
	if (row == NULL) {
		cfile_unknown_key(c, origin, line);
		return NULL;
	}
	if (*value == '=' && !row->secret)
		sep = '=';
	if (sep == '=' || sep == ':') {
		config_mistake(c, "%s: %s: expected a blank, not '%c', "
		    "before the value", origin, row->key, sep);
		return row;
	}
	if (!row->secret)
		cfile_trim(value);
	if (row == setting_find("account")) {
		config_open(c, value, origin);
		return row;
	}
	path = row->type == SETTING_PATH ?
	    cfile_resolve_path(row, file, home, value) : NULL;
	config_apply(c, row, level, origin, path != NULL ? path : value);
	free(path);
	return row;
}

/* One line, without LF; returns the row it sets, or NULL. */
static const struct setting *
cfile_read_raw(struct config *c, enum config_level level, const char *origin,
    const char *file, const char *home, const char *p, size_t n)
{
	struct buf line = { .max = CONFIG_FILE_LINE, .secret = true };
	const struct setting *row = NULL;

	if (n > 0 && p[n - 1] == '\r')
		n--;
	for (; n > 0 && ascii_blank(*p); n--)
		p++;
	if (n == 0 || *p == '#')
		return NULL;
	buf_add(&line, p, n);
	if (line.full)
		config_mistake(c, "%s: this line is longer than %d octets",
		    origin, CONFIG_FILE_LINE);
	else if (memchr(p, '\0', n) != NULL)
		config_mistake(c, "%s: this line has a NUL octet", origin);
	else
		row = cfile_read_line(c, level, origin, file, home, line.p);
	buf_release(&line);
	return row;
}

bool
config_file_text(struct config *c, enum config_level level, const char *file,
    const char *home, const char *text, size_t n)
{
	const struct setting *row;
	const char *nl;
	bool secret = false;
	unsigned lineno = 0;
	char *origin;
	size_t k;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;		/* the byte order mark of UTF-8 */
		n -= 3;
	}
	while (n > 0) {
		nl = memchr(text, '\n', n);
		k = nl != NULL ? (size_t)(nl - text) : n;
		origin = xasprintf("%s:%u", file, ++lineno);
		row = cfile_read_raw(c, level, origin, file, home, text, k);
		secret = secret || (row != NULL && row->secret);
		free(origin);
		k += nl != NULL;
		text += k;
		n -= k;
	}
	config_close(c);
	return secret;
}

/* A file with a secret: check owner and mode. */
static void
cfile_check_mode(struct config *c, const struct config_source *src,
    enum config_level level, const char *path, const struct stat *st)
{
	/* Root may choose the group of a file of root. */
	bool group = level == CONFIG_SYSTEM || st->st_uid == 0;

	if (level == CONFIG_USER && path != src->file &&
	    st->st_uid != src->uid && st->st_uid != 0)
		config_mistake(c, "%s: this file holds a password and belongs "
		    "to uid %u; run: chown %u %s", path, (unsigned)st->st_uid,
		    (unsigned)src->uid, path);
	if ((st->st_mode & (group ? 007 : 077)) != 0)
		config_mistake(c, "%s: this file holds a password and others "
		    "can read it; run: chmod %s %s", path,
		    group ? "o-rwx" : "600", path);
}

/* Does it not exist, or is it in a directory of another user? */
static bool
cfile_missing(const char *path, int err)
{
	struct stat st;

	return err == ENOENT || err == ENOTDIR ||
	    (err == EACCES && lstat(path, &st) == -1);
}

/* Other users may be in the file's group, unless that is the group of root. */
static bool
cfile_shared(enum config_level level, const char *path)
{
	struct stat st;

	return level == CONFIG_SYSTEM && stat(path, &st) == 0 &&
	    st.st_gid != 0;
}

static void
cfile_unreadable(struct config *c, enum config_level level, const char *path,
    const struct fault *f)
{
	unsigned uid = geteuid();

	if (f->code != EACCES)
		config_mistake(c, "%s", f->text);
	else if (cfile_shared(level, path))
		config_mistake(c, "%s: uid %u may not read this file; put "
		    "that user into its group and run: chmod 640 %s; or keep "
		    "the password in a password-file and run: chmod 644 %s",
		    path, uid, path, path);
	else
		config_mistake(c, "%s: uid %u may not read this file; run: "
		    "chgrp %u %s && chmod 640 %s", path, uid,
		    (unsigned)getegid(), path, path);
}

bool
config_file_load(struct config *c, const struct config_source *src,
    enum config_level level, const char *path, const char *home)
{
	struct buf text = { .max = CONFIG_FILE_MAX, .secret = true };
	bool must = path == src->file, found = true;
	struct stat st;
	struct fault f;

	fault_clear(&f);
	if (readfile_whole(path, must, &text, &st, &f) == 0) {
		if (config_file_text(c, level, path, home, buf_text(&text),
		    text.len))
			cfile_check_mode(c, src, level, path, &st);
	} else if (!must && cfile_missing(path, f.code)) {
		found = false;
	} else {
		cfile_unreadable(c, level, path, &f);
	}
	buf_release(&text);
	return found;
}
