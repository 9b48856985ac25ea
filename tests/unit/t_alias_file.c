/* t_alias_file.c - the aliases file, and the files it includes */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "alias/file.h"
#include "tap.h"

static char dir[] = "/tmp/t_alias_file.XXXXXX";

static void
must(bool done, const char *what)
{
	if (done)
		return;
	perror(what);
	exit(1);
}

static char *
put(const char *name, const char *text, size_t n, mode_t mode)
{
	char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd != -1 && write(fd, text, n) == (ssize_t)n &&
	    fchmod(fd, mode) == 0 && close(fd) == 0, path);
	return path;
}

static void
loads(void)
{
	static const struct {
		mode_t mode;
		bool want;
	} t[] = {
		{ 0600, true }, { 0644, true }, { 0664, true },
		{ 0666, false }, { 0646, false },
	};
	static const char text[] = "a: b@x.test\nc d\n";
	struct buf mistakes = { .max = 4096 };
	struct aliases a;
	struct fault f;
	uid_t owner;
	char *path, *want;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		a = (struct aliases){ 0 };
		owner = (uid_t)-1;
		fault_clear(&f);
		buf_clear(&mistakes);
		path = put("aliases", text, sizeof(text) - 1, t[i].mode);
		is_int(alias_file_load(&a, path, &owner, &mistakes, &f),
		    t[i].want ? 0 : -1, "load, mode %03o", t[i].mode);
		if (t[i].want) {
			want = xasprintf("%s:2: expected a name, a colon and "
			    "addresses\n", path);
			is(buf_text(&mistakes), want, "its mistakes");
			is_int((long long)a.n, 1, "its aliases");
			is(a.file, path, "its name");
			ok(owner == geteuid(), "its owner");
		} else {
			want = xasprintf("run: chmod o-w %s", path);
			ok(strstr(f.text, want) != NULL, "%s", want);
			is_int(fault_exit(&f), 78, "exit");
		}
		aliases_release(&a);
		(void)unlink(path);
		free(want);
		free(path);
	}
	buf_release(&mistakes);
}

static void
others(void)
{
	struct aliases a = { 0 };
	struct fault f;
	uid_t owner;
	char *link = xasprintf("%s/link", dir);
	char *path = put("aliases", "a: b\n", 5, 0644);

	fault_clear(&f);
	is_int(alias_file_load(&a, "/nonexistent/a", &owner, NULL, &f), -1,
	    "no file");
	is_int(f.code, ENOENT, "is known by its number");
	is_int(alias_file_load(&a, dir, &owner, NULL, &f), -1, "a directory");
	is_int(alias_file_load(&a, "/dev/null", &owner, NULL, &f), -1,
	    "a device");
	must(symlink("aliases", link) == 0, link);
	is_int(alias_file_load(&a, link, &owner, NULL, &f), 0, "a link");
	is_int((long long)a.n, 1, "is followed");
	aliases_release(&a);
	must(truncate(path, ALIAS_FILE_MAX + 1) == 0, path);
	is_int(alias_file_load(&a, path, &owner, NULL, &f), -1, "too much");
	is_int(f.code, EFBIG, "is too large");
	(void)unlink(link);
	(void)unlink(path);
	free(link);
	free(path);
}

/* Include dir/name; want is its text, or why what the fault says. */
static void
include(const char *name, uid_t owner, const char *want, const char *why)
{
	struct buf out = { .max = ALIAS_INCLUDE_MAX };
	char *path = xasprintf("%s/%s", dir, name);
	struct fault f;
	int rc;

	fault_clear(&f);
	rc = alias_file_include(&owner, path, &out, &f);
	is_int(rc, want != NULL ? 0 : -1, "%s: result", name);
	if (want != NULL)
		is(buf_text(&out), want, "%s: text", name);
	else
		ok(strncmp(f.text, path, strlen(path)) == 0 &&
		    strstr(f.text, why) != NULL, "%s: %s", name, f.text);
	ok(rc == 0 || f.verdict == VD_PERM, "%s: verdict", name);
	free(path);
	buf_release(&out);
}

static void
modes(void)
{
	static const struct {
		const char *name;
		mode_t mode;
		const char *why;
	} t[] = {
		{ "private", 0600, NULL },
		{ "public", 0644, NULL },
		{ "group", 0664, "run: chmod go-w " },
		{ "world", 0646, "run: chmod go-w " },
	};
	size_t i;
	char *path;

	for (i = 0; i < NITEMS(t); i++) {
		path = put(t[i].name, "a\nb\n", 4, t[i].mode);
		include(t[i].name, geteuid(), t[i].why ? NULL : "a\nb\n",
		    t[i].why);
		include(t[i].name, geteuid() + 1, NULL, "belongs to uid ");
		(void)unlink(path);
		free(path);
	}
}

/* Links among the directories, of this user and of another. */
static void
links(void)
{
	char *path = put("file", "a\n", 2, 0644);
	char *sub = xasprintf("%s/sub", dir);
	char *deep = xasprintf("%s/sub/up", dir);
	char *loop = xasprintf("%s/loop", dir);
	uid_t me = geteuid();

	must(symlink(".", sub) == 0, sub);
	include("sub/file", me, "a\n", NULL);
	must(unlink(sub) == 0 && mkdir(sub, 0755) == 0, sub);
	must(symlink(dir, deep) == 0, deep);
	include("sub/up/file", me, "a\n", NULL);
	include("sub/up/none", me, NULL, "No such file");
	if (me == 0) {
		must(lchown(deep, 65534, 65534) == 0, deep);
		include("sub/up/file", me, NULL, "a symbolic link, or its ");
	}
	must(symlink("loop", loop) == 0, loop);
	include("loop/file", me, NULL, "a symbolic link, or its ");
	include("file/file", me, NULL, "Not a directory");
	(void)unlink(loop);
	(void)unlink(deep);
	(void)rmdir(sub);
	(void)unlink(path);
	free(loop);
	free(deep);
	free(sub);
	free(path);
}

static void
kinds(void)
{
	char *path = put("file", "a\n", 2, 0644);
	char *other = xasprintf("%s/other", dir);
	char *big = xmalloc(ALIAS_INCLUDE_MAX + 1);
	uid_t me = geteuid();

	include("none", me, NULL, "No such file");
	include("", me, NULL, "not a regular file");
	must(symlink("file", other) == 0, other);
	include("other", me, NULL, "a symbolic link");
	(void)unlink(other);
	must(mkfifo(other, 0600) == 0, other);
	include("other", me, NULL, "not a regular file");
	(void)unlink(other);
	include("file", me, "a\n", NULL);
	must(link(path, other) == 0, other);
	include("other", me, NULL, "a second hard link");
	include("file", me, NULL, "a second hard link");
	(void)unlink(other);
	(void)unlink(path);
	free(path);

	memset(big, 'x', ALIAS_INCLUDE_MAX);
	big[ALIAS_INCLUDE_MAX] = '\0';
	path = put("file", big, ALIAS_INCLUDE_MAX, 0644);
	include("file", me, big, NULL);
	must(truncate(path, ALIAS_INCLUDE_MAX + 1) == 0, path);
	include("file", me, NULL, "File too large");
	(void)unlink(path);
	free(path);
	free(big);
	free(other);
}

/* The whole of it: an alias that includes a file. */
static void
together(void)
{
	char *list = put("list", "a@x.test\nb\n", 11, 0644);
	char *text = xasprintf("all: :include:%s\n", list);
	char *path = put("aliases", text, strlen(text), 0644);
	struct aliases a = { 0 };
	struct buf want = { .max = 4096 };
	struct envelope e = { 0 };
	uid_t owner;
	struct alias_opts o = { .domain = "our.test",
	    .include = alias_file_include, .ctx = &owner };
	struct fault f;

	fault_clear(&f);
	is_int(alias_file_load(&a, path, &owner, NULL, &f), 0, "load");
	is_int(alias_expand(&a, &o, "all", &e, &f), 0, "expand");
	is_int((long long)e.nrcpt, 2, "two recipients");
	is(e.rcpt[1].addr, "b@our.test", "the second of them");
	must(chmod(list, 0666) == 0, list);
	is_int(alias_expand(&a, &o, "all", &e, &f), -1, "not any more");
	buf_addf(&want, "%s:1: %s: others may write to this file; run: "
	    "chmod go-w %s", a.file, list, a.v[0].v[0].text);
	is(f.text, want.p, "the fault");
	buf_release(&want);
	aliases_release(&a);
	envelope_release(&e);
	(void)unlink(list);
	(void)unlink(path);
	free(text);
	free(list);
	free(path);
}

int
main(void)
{
	must(mkdtemp(dir) != NULL, dir);
	loads();
	others();
	modes();
	kinds();
	/* Without O_PATH no link is followed. */
	if (PORTABLE_PATH != O_RDONLY)
		links();
	together();
	ok(rmdir(dir) == 0, "nothing is left behind");
	return done();
}
