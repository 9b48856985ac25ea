/* file.c - the lines of a configuration file */

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/file.h"
#include "config/include.h"
#include "hint/local_table.h"
#include "system/identity.h"
#include "system/priv.h"
#include "system/readfile.h"

#define DEPTH	8	/* files, one within the other, below the first */
#define MOST	256	/* files that one may include in all */

/* A file that is being read; all of it borrowed. */
struct cfile {
	struct config	*c;
	const struct config_source *src;	/* NULL: it includes none */
	enum config_level level;
	const char	*path;
	const char	*home;		/* where "~/" is, or NULL */

	const struct cfile *up;		/* the one that includes it, or NULL */
	const struct cfile *top;	/* the first */
	int		 depth;
	struct stat	 st;
};

static bool	cfile_text(const struct cfile *, const char *text, size_t n);

/* The name of a file in the directory of another. */
static char *
cfile_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	return slash == NULL ? xstrdup(path) :
	    xasprintf("%.*s%s", (int)(slash - file + 1), file, path);
}

/* Is this file there, or one that the pattern matches? */
static bool
cfile_exists(const char *path)
{
	struct include_list files = { 0 };
	struct fault f = { 0 };
	bool any;

	if (!include_is_pattern(path))
		return access(path, F_OK) == 0;
	any = include_find(&files, path, &f) == 0 && files.n > 0;
	include_release(&files);
	return any;
}

/* "~/x" is in the home directory, "x" in the directory of this file. */
static char *
cfile_resolve(const struct cfile *r, const char *path)
{
	char *here, *there;

	if (path[0] == '~' && path[1] == '/' && r->home != NULL)
		return xasprintf("%s%s", r->home, path + 1);
	if (path[0] == '\0' || path[0] == '/')
		return xstrdup(path);
	here = cfile_beside(r->path, path);
	if (r->src == NULL || r->src->becomes == NULL || r->up != NULL ||
	    cfile_exists(here))
		return here;
	there = cfile_beside(r->src->becomes, path);
	if (!include_is_pattern(path) && access(there, F_OK) == -1) {
		free(there);
		return here;
	}
	free(here);
	return there;
}

static char *
cfile_resolve_path(const struct setting *row, const struct cfile *r,
    const char *path)
{
	return (path[0] == '~' && path[1] == '/') ||
	    setting_is_relative(row, path) ? cfile_resolve(r, path) :
	    xstrdup(path);
}

static void
cfile_unknown_key(struct config *c, const char *origin, const char *key)
{
	const struct setting *near = setting_near(key);

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

/* A file with a secret: check owner and mode. */
static void
cfile_check_mode(const struct cfile *r)
{
	const struct config_source *src = r->src;
	const struct stat *st = &r->st;
	const char *path = r->path;
	/* Root may choose the group of a file of root. */
	bool group = r->level == CONFIG_SYSTEM || st->st_uid == 0;

	if (r->level == CONFIG_USER && r->top->path != src->file &&
	    st->st_uid != src->uid && st->st_uid != 0)
		config_mistake(r->c, "%s: this file holds a password and "
		    "belongs to uid %u; run: chown %u %s", path,
		    (unsigned)st->st_uid, (unsigned)src->uid, path);
	if ((st->st_mode & (group ? 007 : 077)) != 0)
		config_mistake(r->c, "%s: this file holds a password and "
		    "others can read it; run: chmod %s %s", path,
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

/*
 * The system's file may be for many users: none of them must get it for a
 * group of their own, as that shuts out the others.
 */
static void
cfile_unreadable(struct config *c, const struct config_source *src,
    enum config_level level, const char *path, const struct fault *f)
{
	const char *why = priv_switched_off();
	char user[256], full[8], group[256];

	identity_user(geteuid(), user, sizeof(user), full, sizeof(full));
	identity_group(group, sizeof(group));
	if (f->code != EACCES)
		config_mistake(c, "%s", f->text);
	else if (why != NULL)
		config_mistake(c, "%s: %s may not read this file: the "
		    "program is set-group-ID, but %s; allow new privileges "
		    "there", path, user, why);
	else if (level == CONFIG_SYSTEM && !src->elevated)
		config_mistake(c, "%s: %s may not read this file; "
		    ADVICE_FOR_MANY, path, user);
	else
		config_mistake(c, "%s: %s may not read this file; run: "
		    "chgrp %s %s && chmod 640 %s", path, user, group, path,
		    path);
}

/* Is it one of those that are being read? */
static bool
cfile_loops(const struct cfile *r)
{
	const struct cfile *up;

	for (up = r->up; up != NULL; up = up->up)
		if (up->st.st_dev == r->st.st_dev &&
		    up->st.st_ino == r->st.st_ino)
			return true;
	return false;
}

/* Why this file must not be read, or NULL; to be freed. */
static char *
cfile_refusal(const struct cfile *r)
{
	bool trusts = r->src->elevated || r->src->uid == 0;

	if (cfile_loops(r))
		return xstrdup("this file is being read already: a loop");
	/* Else a user could give others, or root, a password-command. */
	return trusts && r->top->path != r->src->file ?
	    include_unsafe(r->path, &r->st) : NULL;
}

static void
cfile_note(const struct cfile *r)
{
	struct config *c = r->c;

	c->included = xreallocarray(c->included, c->nincluded + 1,
	    sizeof(*c->included));
	c->included[c->nincluded++] = (struct config_included){
	    xstrdup(r->path), xstrdup(r->top->path) };
}

/* The account of the line goes on behind it, and begins in the file. */
static void
cfile_include_one(const struct cfile *by, const char *origin,
    const char *path)
{
	struct buf text = { .max = CONFIG_FILE_MAX, .secret = true };
	struct cfile r = *by;
	struct fault f = { 0 };
	int open = by->c->open;
	char *why;

	r.path = path;
	r.up = by;
	r.depth++;
	if (r.depth > DEPTH || r.c->nincluded >= MOST) {
		config_mistake(r.c, "%s: include: %s: there are more than %d "
		    "files%s", origin, path, r.depth > DEPTH ? DEPTH : MOST,
		    r.depth > DEPTH ? ", one within the other" : "");
		return;
	}
	if (readfile_whole(path, false, &text, &r.st, &f) == -1) {
		if (f.code == EACCES)
			cfile_unreadable(r.c, r.src, r.level, path, &f);
		else
			config_mistake(r.c, "%s: include: %s%s", origin,
			    f.text, f.code != EISDIR ? "" :
			    "; for the files in it write `include DIR/*.conf`");
	} else if ((why = cfile_refusal(&r)) != NULL) {
		config_mistake(r.c, "%s: include: %s: %s", origin, path, why);
		free(why);
	} else {
		cfile_note(&r);
		if (cfile_text(&r, buf_text(&text), text.len))
			cfile_check_mode(&r);
		r.c->open = open;
	}
	buf_release(&text);
}

/* A file, or all that match a pattern, in the order of their names. */
static void
cfile_include(const struct cfile *r, const char *origin, const char *value)
{
	struct include_list list;
	struct fault f = { 0 };
	char *path;
	size_t i;

	if (value[0] == '\0' || r->src == NULL) {
		config_mistake(r->c, "%s: include: %s", origin,
		    value[0] == '\0' ? "expected a file" :
		    "not possible here");
		return;
	}
	path = cfile_resolve(r, value);
	if (include_find(&list, path, &f) == -1)
		config_mistake(r->c, "%s: include: %s", origin, f.text);
	for (i = 0; i < list.n; i++)
		cfile_include_one(r, origin, list.path[i]);
	include_release(&list);
	free(path);
}

/* A line that is no comment, without its end.  Returns the row it sets. */
static const struct setting *
cfile_read_line(const struct cfile *r, const char *origin, char *line)
{
	struct config *c = r->c;
	const struct setting *row;
	char *value, *path, sep;

	value = cfile_cut(line, &sep);
	if (value != NULL && ascii_blank(sep) && strcmp(line, "include") == 0) {
		cfile_trim(value);
		cfile_include(r, origin, value);
		return NULL;
	}
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
	    cfile_resolve_path(row, r, value) : NULL;
	config_apply(c, row, r->level, origin, path != NULL ? path : value);
	free(path);
	return row;
}

/* One line, without LF; returns the row it sets, or NULL. */
static const struct setting *
cfile_read_raw(const struct cfile *r, const char *origin, const char *p,
    size_t n)
{
	struct buf line = { .max = CONFIG_FILE_LINE, .secret = true };
	const struct setting *row = NULL;

	if (n > 0 && p[n - 1] == '\r')
		n--;
	for (; n > 0 && ascii_blank(*p); n--)
		p++;
	if (n == 0 || *p == '#')
		return NULL;
	r->c->nlines++;
	buf_add(&line, p, n);
	if (line.full)
		config_mistake(r->c, "%s: this line is longer than %d octets",
		    origin, CONFIG_FILE_LINE);
	else if (memchr(p, '\0', n) != NULL)
		config_mistake(r->c, "%s: this line has a NUL octet", origin);
	else
		row = cfile_read_line(r, origin, line.p);
	buf_release(&line);
	return row;
}

/* Read the lines; does one of them set a secret? */
static bool
cfile_text(const struct cfile *r, const char *text, size_t n)
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
		origin = xasprintf("%s:%u", r->path, ++lineno);
		row = cfile_read_raw(r, origin, text, k);
		secret = secret || (row != NULL && row->secret);
		free(origin);
		k += nl != NULL;
		text += k;
		n -= k;
	}
	return secret;
}

bool
config_file_text(struct config *c, enum config_level level, const char *file,
    const char *home, const char *text, size_t n)
{
	struct cfile r = { .c = c, .level = level, .path = file,
	    .home = home };
	bool secret = cfile_text(&r, text, n);

	config_close(c);
	return secret;
}

/* The first file; does it have settings, or a mistake? */
static bool
cfile_first(const struct cfile *r, const struct buf *text)
{
	const size_t lines = r->c->nlines;
	char *why = cfile_refusal(r);
	bool any = false;

	if (why == NULL) {
		if (cfile_text(r, buf_text(text), text->len))
			cfile_check_mode(r);
		config_close(r->c);
		any = r->c->nlines > lines;
	} else if (r->level == CONFIG_USER &&
	    include_foreign(r->path, &r->st)) {
		/* HOME is that of a user who became root. */
		config_warning(r->c, "%s: warning: no effect for root, since "
		    "this file belongs to another user", r->path);
		r->c->foreign = xstrdup(r->path);
	} else {
		config_mistake(r->c, "%s: %s", r->path, why);
		any = true;
	}
	free(why);
	return any;
}

bool
config_file_load(struct config *c, const struct config_source *src,
    enum config_level level, const char *path, const char *home)
{
	struct buf text = { .max = CONFIG_FILE_MAX, .secret = true };
	struct cfile r = { .c = c, .src = src, .level = level, .path = path,
	    .home = home, .top = &r };
	bool must = path == src->file, found = true;
	struct fault f;

	fault_clear(&f);
	if (readfile_whole(path, must, &text, &r.st, &f) == 0) {
		found = cfile_first(&r, &text) || must;
	} else if (!must && cfile_missing(path, f.code)) {
		found = false;
	} else {
		cfile_unreadable(c, src, level, path, &f);
	}
	buf_release(&text);
	return found;
}
