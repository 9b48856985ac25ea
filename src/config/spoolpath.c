/* spoolpath.c - the place of the spool */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/spoolpath.h"
#include "system/identity.h"
#include "system/priv.h"

char *
spoolpath_default(const char *home, const char *xdg, const char *state,
    uid_t uid, bool elevated, const char *system)
{
	if (uid == 0 || elevated)
		return xstrdup(system);
	if (xdg != NULL && xdg[0] == '/')
		return xasprintf("%s/heloise", xdg);
	/* A unit may have several, with colons between. */
	if (state != NULL && state[0] == '/')
		return xasprintf("%.*s/heloise", (int)strcspn(state, ":"),
		    state);
	if (home != NULL && home[0] == '/')
		return xasprintf("%s/.local/state/heloise", home);
	return NULL;
}

/* The home directory of passwd(5), for which an elevated caller has no say. */
static char *
spoolpath_home(const struct config_source *src)
{
	const char *home = src->elevated ? NULL : src->home != NULL ?
	    src->home : getenv("HOME");
	const struct passwd *pw;

	if (home == NULL && (pw = getpwuid(src->uid)) != NULL)
		home = pw->pw_dir;
	return xstrdup(home != NULL && home[0] == '/' ? home : "/nonexistent");
}

/* Put in the name of the user for %U, and the home directory for %h. */
static char *
spoolpath_expand(const char *path, const struct config_source *src)
{
	struct buf b = { .max = 65536 };
	char user[256], full[256], *home, *whole;

	if (strchr(path, '%') == NULL)
		return xstrdup(path);
	identity_user(src->uid, user, sizeof(user), full, sizeof(full));
	home = spoolpath_home(src);
	for (; *path != '\0'; path++)
		if (*path != '%')
			buf_add(&b, path, 1);
		else if (*++path == 'U')
			buf_adds(&b, user);
		else if (*path == 'h')
			buf_adds(&b, home);
		else
			buf_adds(&b, "%");	/* validate_spool() */
	free(home);
	whole = xstrdup(buf_text(&b));
	buf_release(&b);
	return whole;
}

/* The directory that the settings name. */
static char *
spoolpath_top(const struct settings *s, const struct config_source *src)
{
	if (s->spool != NULL)
		return spoolpath_expand(s->spool, src);
	if (src->elevated)
		return xstrdup(SPOOLDIR);
	return spoolpath_default(getenv("HOME"), getenv("XDG_STATE_HOME"),
	    getenv("STATE_DIRECTORY"), src->uid, false, SPOOLDIR);
}

bool
spoolpath_is_shared(const char *path, gid_t *group)
{
	struct stat st;

	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & (S_ISVTX | S_IWGRP | S_IRWXO)) !=
	    (S_ISVTX | S_IWGRP))
		return false;
	*group = st.st_gid;
	return true;
}

/* Does mail wait in this spool?  Its files are named by ids. */
static bool
spoolpath_waits(const char *path)
{
	char *queue = xasprintf("%s/queue", path);
	DIR *d = opendir(queue);
	const struct dirent *e;
	bool any = false;

	free(queue);
	while (d != NULL && !any && (e = readdir(d)) != NULL)
		any = strspn(e->d_name, "0123456789abcdef") ==
		    strlen(e->d_name);
	if (d != NULL)
		(void)closedir(d);
	return any;
}

static bool
spoolpath_is_own(const char *path, uid_t uid)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == uid;
}

/*
 * A directory of the user with a name from spoolpath_random(): one in which
 * mail waits, if there is such a one.  NULL if there is none.
 */
static char *
spoolpath_other(const char *top, uid_t uid)
{
	char *start = xasprintf("%lld.", (long long)uid), *path, *own = NULL;
	DIR *d = opendir(top);
	const struct dirent *e;
	bool waits = false;

	while (d != NULL && !waits && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, start, strlen(start)) != 0)
			continue;
		path = xasprintf("%s/%s", top, e->d_name);
		if (spoolpath_is_own(path, uid) &&
		    ((waits = spoolpath_waits(path)) || own == NULL)) {
			free(own);
			own = path;
		} else {
			free(path);
		}
	}
	if (d != NULL)
		(void)closedir(d);
	free(start);
	return own;
}

/* Somebody else has made the one that can be foreseen. */
static char *
spoolpath_random(const char *top, uid_t uid)
{
	return xasprintf("%s/%lld.%08x%08x", top, (long long)uid,
	    (unsigned)arc4random(), (unsigned)arc4random());
}

char *
spoolpath_spare(const char *top, uid_t uid)
{
	const mode_t safe = S_ISVTX | S_IRWXO;
	char *path, *other;
	struct stat st;
	bool own;

	if (lstat(top, &st) == -1 || !S_ISDIR(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & safe) != safe)
		return NULL;
	path = xasprintf("%s/%lld", top, (long long)uid);
	own = spoolpath_is_own(path, uid);
	if (own && spoolpath_waits(path))
		return path;
	other = spoolpath_other(top, uid);
	if (own ? other == NULL || !spoolpath_waits(other) : other == NULL &&
	    lstat(path, &st) == -1 && errno == ENOENT) {
		free(other);
		return path;
	}
	free(path);
	return other != NULL ? other : spoolpath_random(top, uid);
}

/* Can this user have a spool there, or make one? */
static bool
spoolpath_usable(const char *path, uid_t uid)
{
	char *up = xstrdup(path), *slash;
	struct stat st;
	bool usable;
	int rc;

	/* The nearest directory that exists. */
	while ((rc = stat(up, &st)) == -1 && errno == ENOENT &&
	    (slash = strrchr(up, '/')) != NULL && strcmp(up, "/") != 0)
		slash[slash == up] = '\0';
	usable = rc == 0 && S_ISDIR(st.st_mode) &&
	    (strcmp(up, path) != 0 || st.st_uid == uid) &&
	    faccessat(AT_FDCWD, up, W_OK | X_OK, AT_EACCESS) == 0;
	free(up);
	return usable;
}

/*
 * In place of top, which is freed, the directory for users without a place:
 * as long as mail waits there, or if top cannot be used.
 */
static char *
spoolpath_or_spare(char *top, const char *users, uid_t uid)
{
	char *spare = spoolpath_spare(users, uid);

	if (spare != NULL && (top == NULL || spoolpath_waits(spare) ||
	    !spoolpath_usable(top, uid))) {
		free(top);
		return spare;
	}
	free(spare);
	return top;
}

char *
spoolpath_find(const struct settings *s, const struct config_source *src)
{
	char *top = spoolpath_top(s, src), *own;
	gid_t group;

	if (src->uid != 0 && !src->elevated)
		return spoolpath_or_spare(top, SPOOLPATH_USERS, src->uid);
	if (top == NULL || !(src->elevated || (src->uid == 0 &&
	    spoolpath_is_shared(top, &group))))
		return top;
	own = xasprintf("%s/%lld", top, (long long)src->uid);
	free(top);
	return own;
}

void
spoolpath_remake(const struct settings *s, const struct config_source *src)
{
	char *top = src->uid == 0 ? spoolpath_top(s, src) : NULL;
	struct stat st;
	gid_t gid;

	if (top != NULL && strcmp(top, SPOOLDIR) == 0 &&
	    lstat(top, &st) == -1 && errno == ENOENT && priv_gives(&gid) &&
	    mkdir(top, 0700) == 0 && chown(top, 0, gid) == 0)
		(void)chmod(top, 03770);
	free(top);
}

char *
spoolpath_everyone(const struct settings *s, const struct config_source *src,
    gid_t *group)
{
	char *top = src->uid == 0 ? spoolpath_top(s, src) : NULL;

	if (top != NULL && spoolpath_is_shared(top, group))
		return top;
	free(top);
	return NULL;
}

bool
spoolpath_looks(const struct settings *s, const struct config_source *src,
    const char *top)
{
	return src->uid == 0 && src->file == NULL && top == NULL &&
	    s->spool == NULL;
}

char *
spoolpath_beside(const char *top, const char *users, uid_t uid)
{
	size_t n = top != NULL ? strlen(top) : 0;
	char *tokens = NULL, *spare, *path;

	while (n > 1 && top[n - 1] == '/')
		n--;
	if (top != NULL)
		tokens = xasprintf("%.*s-tokens", (int)n, top);
	if (users == NULL || (tokens != NULL && spoolpath_usable(tokens, uid)))
		return tokens;
	if ((spare = spoolpath_spare(users, uid)) == NULL)
		return tokens;
	path = xasprintf("%s/tokens", spare);
	free(spare);
	free(tokens);
	return path;
}

char *
spoolpath_tokens(const struct settings *s, const struct config_source *src,
    gid_t *group)
{
	char *top = spoolpath_top(s, src), *tokens;

	*group = (gid_t)-1;
	if (top != NULL && src->uid == 0 && !spoolpath_is_shared(top, group))
		*group = (gid_t)-1;
	tokens = spoolpath_beside(top, src->uid != 0 && !src->elevated ?
	    SPOOLPATH_USERS : NULL, src->uid);
	free(top);
	return tokens;
}
