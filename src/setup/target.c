/* target.c - where a new configuration goes, and whether it is complete */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/groupread.h"
#include "base/util.h"
#include "config/file.h"
#include "config/judge.h"
#include "config/load.h"
#include "config/value.h"
#include "setup/target.h"
#include "system/readfile.h"

/* The group of the password in an installation for all users. */
#define TARGET_GROUP	"heloise"

char *
target_path(const struct options *o, const struct config_source *src,
    struct fault *f)
{
	const char *path = o->write != NULL ? o->write : src->file;
	char *own;

	if (path == NULL && src->uid == 0)
		path = src->system;
	if (path != NULL)
		return xstrdup(path);
	if ((own = config_load_user_path(src)) == NULL)
		(void)fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "no home "
		    "directory for the configuration: name a file with "
		    "--write FILE");
	return own;
}

bool
target_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool
target_is_vacant(const char *path)
{
	struct buf text = { .max = 1 << 20, .secret = true };
	struct stat st;
	struct fault f = { 0 };
	bool vacant = readfile_whole(path, false, &text, &st, &f) == 0;
	const char *p = buf_text(&text);

	for (; vacant && *p != '\0'; p += *p == '\n') {
		p += strspn(p, " \t\r");
		vacant = *p == '#' || *p == '\n' || *p == '\0';
		p += strcspn(p, "\n");
	}
	buf_release(&text);
	return vacant;
}

/*
 * Make the directories that are missing above the user's own file.  Any other
 * path was written by a person, who may have mistyped it.
 */
static void
target_make_parents(const char *path, const struct config_source *src)
{
	char *own = config_load_user_path(src);
	char *copy = xstrdup(own != NULL && strcmp(path, own) == 0 ? path :
	    "/"), *p;

	free(own);
	for (p = copy + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)mkdir(copy, 0700);
		*p = '/';
	}
	free(copy);
}

/* Those who share the program may read the system's file; NULL: nobody. */
static const struct group *
target_group(const char *path, const struct config_source *src)
{
	if (src->uid != 0 || strcmp(path, src->system) != 0)
		return NULL;
	/* cppcheck-suppress getgrnamCalled */
	return getgrnam(TARGET_GROUP);
}

/* Read the text as the file would be. */
static void
target_parse(struct config *c, const char *path,
    const struct config_source *src, const struct buf *text)
{
	config_init(c);
	(void)config_file_text(c, CONFIG_USER, path, src->home,
	    buf_text(text), text->len);
	config_finish(c);
}

/* A secret, or a command, which may hold one. */
static bool
target_hides(const struct settings *set)
{
	size_t i;

	for (i = 0; i < setting_count; i++)
		if (setting_table[i].secret &&
		    value_text(&setting_table[i], set) != NULL)
			return true;
	return set->password_command != NULL ||
	    set->oauth_client_secret_command != NULL;
}

/* Has it a secret?  Of a file with mistakes nobody knows. */
static bool
target_secret(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->naccount; i++)
		if (target_hides(&c->account[i].set))
			return true;
	return c->nmistakes > 0 || target_hides(&c->base);
}

bool
target_is_private(const char *path, const struct config_source *src,
    const struct buf *text)
{
	struct config c;
	bool secret;

	if (src->uid != 0 || strcmp(path, src->system) != 0 ||
	    target_group(path, src) != NULL)
		return false;
	target_parse(&c, path, src, text);
	secret = target_secret(&c);
	config_release(&c);
	return secret;
}

void
target_say_readers(const char *path, const struct config_source *src,
    const struct buf *text)
{
	struct config c;

	if (src->uid != 0 || strcmp(path, src->system) != 0 ||
	    target_group(path, src) != NULL)
		return;
	target_parse(&c, path, src, text);
	if (target_secret(&c))
		puts("Only root can read it, and send.  For all users: make "
		    "install-shared, or\nthe package.  For one of them, see: "
		    "heloise --check-config --as USER");
	else if (c.base.password_file != NULL)
		printf("All users can read it.  Those who can read %s,\ntoo, "
		    "can send.  For all users: make install-shared, or the "
		    "package.\n", c.base.password_file);
	config_release(&c);
}

/* Of one account: as target_group_reads(). */
static bool
target_reads(const struct settings *set, gid_t group)
{
	const char *const files[] = { set->password_file,
	    set->oauth_client_secret_file };
	struct buf why = { .max = 16384 };
	bool can = true;
	size_t i;

	for (i = 0; i < NITEMS(files); i++) {
		if (files[i] == NULL || files[i][0] != '/' ||
		    groupread_can(files[i], group, &why))
			continue;
		can = false;
		printf("But %s\n", buf_text(&why));
		buf_clear(&why);
	}
	buf_release(&why);
	return can;
}

bool
target_group_reads(const char *path, const struct config_source *src,
    const struct buf *text)
{
	const struct group *gr = target_group(path, src);
	gid_t gid = gr != NULL ? gr->gr_gid : 0;
	struct config c;
	bool can;
	size_t i;

	if (gr == NULL)
		return true;
	target_parse(&c, path, src, text);
	can = target_reads(&c.base, gid);
	for (i = 0; i < c.naccount; i++)
		can = target_reads(&c.account[i].set, gid) && can;
	config_release(&c);
	return can;
}

/* Mode and group of the new file, which has mode 600 so far. */
static int
target_share(int fd, const char *path, const struct config_source *src,
    const struct buf *text)
{
	const struct group *gr = target_group(path, src);
	struct config c;
	bool secret;

	if (gr != NULL)
		return fchown(fd, 0, gr->gr_gid) == -1 ? -1 :
		    fchmod(fd, 0640);
	if (src->uid != 0 || strcmp(path, src->system) != 0)
		return 0;
	target_parse(&c, path, src, text);
	secret = target_secret(&c);
	config_release(&c);
	return secret ? 0 : fchmod(fd, 0644);
}

static int
target_fill(int fd, const struct buf *text)
{
	const char *p = buf_text(text);
	size_t left = text->len;
	ssize_t n;

	for (; left > 0; p += n, left -= (size_t)n)
		if ((n = write(fd, p, left)) == -1) {
			if (errno != EINTR)
				return -1;
			n = 0;
		}
	return fsync(fd);
}

char *
target_old(const char *path)
{
	char *old = xasprintf("%s.old", path);
	int i;

	for (i = 1; target_exists(old); i++) {
		free(old);
		old = xasprintf("%s.old.%d", path, i);
	}
	return old;
}

/*
 * The old file, if there is one, gets another name, too: so there is always
 * one to read, also if the new one cannot take its place.
 */
static int
target_keep_old(const char *path)
{
	char *old = target_old(path);
	int status = 0;

	if (target_exists(path) && (status = link(path, old)) == -1 &&
	    (errno == EPERM || errno == EOPNOTSUPP))
		status = rename(path, old);	/* no hard links there */
	if (status == 0 && target_exists(old))
		printf("The old file is %s.\n", old);
	free(old);
	return status;
}

int
target_write(const char *path, const struct config_source *src,
    const struct buf *text, bool replace, struct fault *f)
{
	char *new = xasprintf("%s.XXXXXX", path);
	struct stat st;
	int fd = -1, status = -1;

	target_make_parents(path, src);
	if (!replace && target_exists(path) && !target_is_vacant(path)) {
		(void)fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "%s: "
		    "already exists and was not changed; --yes replaces it, "
		    "--write FILE names another", path);
		goto out;
	}
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		(void)fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "%s: "
		    "is not a regular file; --write FILE names another", path);
		goto out;
	}
	fd = mkostemp(new, O_CLOEXEC);
	if (fd == -1 || target_share(fd, path, src, text) == -1 ||
	    target_fill(fd, text) == -1 || target_keep_old(path) == -1 ||
	    rename(new, path) == -1) {
		(void)fault_errno(f, ST_CONFIG, errno, VD_PERM, "%s", path);
		if (fd != -1)
			(void)unlink(new);
	} else {
		status = 0;
	}
out:
	if (fd != -1)
		(void)close(fd);
	free(new);
	return status;
}

size_t
target_judge(const char *path, const struct config_source *src,
    const struct buf *text, struct buf *out)
{
	struct config_source as = *src;
	struct config c;
	size_t n;

	as.file = path;
	target_parse(&c, path, src, text);
	n = c.nmistakes;
	buf_adds(out, buf_text(&c.mistakes));
	if (n == 0)
		n = judge_all(&c, &as, out);
	config_release(&c);
	return n;
}
