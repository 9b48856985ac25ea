/* t_config_spoolpath.c - where the spool of a caller is */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/spoolpath.h"
#include "tap.h"

static const struct {
	const char	*home, *xdg, *state;
	uid_t		 uid;
	bool		 elevated;
	const char	*want;
} defaults[] = {
	{ "/home/a", NULL, NULL, 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "/x", NULL, 1000, false, "/x/heloise" },
	{ "/home/a", "x", NULL, 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "", NULL, 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "/x", NULL, 1000, true, "/sys" },
	{ "/root", "/x", NULL, 0, false, "/sys" },
	{ NULL, "/x", NULL, 1000, false, "/x/heloise" },
	{ NULL, NULL, NULL, 0, false, "/sys" },
	{ NULL, NULL, NULL, 1000, false, NULL },
	{ "home", NULL, NULL, 1000, false, NULL },
	{ "", "", NULL, 1000, false, NULL },
	{ "/", NULL, "/var/lib/private/app", 61184, false,
	    "/var/lib/private/app/heloise" },
	{ "/", NULL, "/var/lib/a:/var/lib/b", 33, false, "/var/lib/a/heloise" },
	{ "/", "/x", "/var/lib/a", 33, false, "/x/heloise" },
	{ "/", NULL, "/var/lib/a", 0, false, "/sys" },
	{ "/", NULL, "/var/lib/a", 33, true, "/sys" },
	{ "/h", NULL, "a", 33, false, "/h/.local/state/heloise" },
};

/* Only root:GROUP 3770 is the directory of all. */
static void
shared(void)
{
	static const struct {
		mode_t	 mode;
		bool	 want;
	} t[] = {
		{ 03770, true }, { 01770, true }, { 0700, false },
		{ 02770, false }, { 03777, false }, { 01700, false },
	};
	char top[] = "/tmp/t_config_spoolpath-XXXXXX", *got, *want;
	struct config_source src = { .uid = 0 };
	struct settings s = { .spool = top };
	gid_t group;
	size_t i;

	if (mkdtemp(top) == NULL)
		abort();
	for (i = 0; i < NITEMS(t); i++) {
		ok(chmod(top, t[i].mode) == 0 &&
		    spoolpath_is_shared(top, &group) ==
		    (t[i].want && getuid() == 0), "shared %zu", i);
		got = spoolpath_find(&s, &src);
		want = xasprintf("%s%s", top, t[i].want && getuid() == 0 ?
		    "/0" : "");
		is(got, want, "the spool of root %zu", i);
		free(got);
		free(want);
		got = spoolpath_everyone(&s, &src, &group);
		ok((got != NULL) == (t[i].want && getuid() == 0),
		    "that of all users %zu", i);
		free(got);
	}
	ok(chmod(top, 03770) == 0 && (src.uid = 7) == 7 &&
	    spoolpath_everyone(&s, &src, &group) == NULL, "only for root");
	src.elevated = true;
	got = spoolpath_find(&s, &src);
	want = xasprintf("%s/7", top);
	is(got, want, "a user has a spool below it");
	free(got);
	free(want);
	(void)rmdir(top);
}

static void
spare(const char *top, uid_t uid, const char *want, const char *what)
{
	char *got = spoolpath_spare(top, uid), *all = want == NULL ? NULL :
	    xasprintf("%s/%s", top, want);

	is(got, all, "%s", what);
	free(got);
	free(all);
}

static void
make(const char *top, const char *name, uid_t uid)
{
	char *path = xasprintf("%s/%s", top, name);

	if (mkdir(path, 0700) == -1 || chown(path, uid, (gid_t)-1) == -1)
		abort();
	free(path);
}

/* A directory for users without a place, where others may be at work. */
static void
spares(void)
{
	static const struct {
		mode_t	 mode;
		bool	 safe;
	} t[] = {
		{ 01777, true }, { 01773, false }, { 0777, false },
		{ 01770, false }, { 0700, false },
	};
	char top[] = "/tmp/t_config_spare-XXXXXX", *run, *path, *again;
	size_t i;

	if (getuid() != 0) {
		ok(true, "spare # SKIP needs root");
		return;
	}
	if (mkdtemp(top) == NULL)
		abort();
	for (i = 0; i < NITEMS(t); i++) {
		(void)chmod(top, t[i].mode);
		spare(top, 7, t[i].safe ? "7" : NULL, "mode");
	}
	(void)chmod(top, 01777);
	make(top, "7", 7);
	spare(top, 7, "7", "the user's own");
	spare("/nonexistent", 7, NULL, "none there");
	make(top, "8", 7);
	make(top, "8.x", 8);
	spare(top, 8, "8.x", "made by another user in advance");
	path = xasprintf("%s/8", top);
	(void)rmdir(path);
	spare(top, 8, "8.x", "it stays when that name is free again");
	(void)!symlink("8.x", path);
	free(path);
	spare(top, 8, "8.x", "or a link");
	make(top, "9", 7);
	make(top, "9.y", 7);
	path = spoolpath_spare(top, 9);
	ok(path != NULL && strlen(path) == strlen(top) + 19 &&
	    mkdir(path, 0700) == 0, "a name that nobody foresees");
	spare(top, 7, "7", "not of interest to another user");
	if (path == NULL || chown(path, 9, (gid_t)-1) == -1)
		abort();
	again = spoolpath_spare(top, 9);
	is(again, path, "it stays");
	free(again);
	make(top, "9.x", 9);
	make(top, "9.x/queue", 9);
	make(top, "9.x/queue/1", 9);
	spare(top, 9, "9.x", "but first the one where mail waits");
	free(path);
	make(top, "7.q", 7);
	make(top, "7.q/queue", 7);
	make(top, "7.q/queue/junk", 7);
	spare(top, 7, "7", "no mail has such a name");
	make(top, "7.q/queue/6617", 7);
	spare(top, 7, "7.q", "mail waits in the other");
	make(top, "7/queue", 7);
	make(top, "7/queue/6618", 7);
	spare(top, 7, "7", "in both");
	if (chown(top, 7, (gid_t)-1) == -1)
		abort();
	spare(top, 7, NULL, "a directory of somebody else");
	run = xasprintf("rm -rf %s", top);
	(void)!system(run);
	free(run);
}

/* Where tokens are; the spool's own name decides if that can be used. */
static void
tokens(void)
{
	char users[] = "/tmp/t_config_tokens-XXXXXX", *got, *want, *top;

	if (mkdtemp(users) == NULL || chmod(users, 01777) == -1)
		abort();
	top = xasprintf("%s/spool//", users);
	got = spoolpath_beside(top, users, getuid());
	want = xasprintf("%s/spool-tokens", users);
	is(got, want, "beside the spool");
	free(got);
	free(want);
	got = spoolpath_beside("/proc/none/spool", NULL, getuid());
	is(got, "/proc/none/spool-tokens", "no other place");
	free(got);
	ok(spoolpath_beside(NULL, NULL, getuid()) == NULL, "no place");
	got = spoolpath_beside(NULL, users, 7);
	want = xasprintf("%s/7/tokens", users);
	is(got, getuid() == 0 ? want : NULL, "in the spare place");
	free(got);
	free(want);
	want = xasprintf("%s/spool-tokens", users);
	ok(mkdir(want, 0700) == 0, "one that exists");
	got = spoolpath_beside(top, users, getuid() + 1);
	ok((got == NULL || strcmp(got, want) != 0) == (getuid() == 0),
	    "and belongs to another user");
	free(got);
	(void)rmdir(want);
	free(want);
	free(top);
	(void)rmdir(users);
}

/* %U and %h in `spool`. */
static void
expansions(void)
{
	static const struct {
		const char	*spool, *want;
	} t[] = {
		{ "/m/%U", "/m/uid4242424" }, { "%h/mail", "/home/x/mail" },
		{ "/m/%%U", "/m/%U" }, { "/m/%U/%U", "/m/uid4242424/uid4242424" },
		{ "/m", "/m" },
	};
	struct config_source src = { .uid = 4242424, .home = "/home/x" };
	struct settings s = { 0 };
	char *got, *copy;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		s.spool = copy = xstrdup(t[i].spool);
		got = spoolpath_find(&s, &src);
		/* Root's test cannot look with the rights of that user. */
		is(got, t[i].want, "spool %s", t[i].spool);
		free(got);
		free(copy);
	}
	s.spool = copy = xstrdup("%h/m");
	src.elevated = true;
	got = spoolpath_find(&s, &src);
	is(got, "/nonexistent/m/4242424", "not as the environment says");
	free(got);
	free(copy);
}

int
main(void)
{
	char *got;
	size_t i;

	for (i = 0; i < NITEMS(defaults); i++) {
		got = spoolpath_default(defaults[i].home, defaults[i].xdg,
		    defaults[i].state, defaults[i].uid, defaults[i].elevated, "/sys");
		is(got, defaults[i].want, "default %zu", i);
		free(got);
	}
	shared();
	spares();
	tokens();
	expansions();
	return done();
}
