/* t_config_include.c - the files of a line `include`, and which are safe */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/file.h"
#include "config/include.h"
#include "tap.h"
#include "config/value.h"

static const char *dir;

static void
put(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) == -1 ||
	    close(fd) == -1) {
		perror(path);
		exit(1);
	}
	free(path);
}

/* The names that a pattern finds, with blanks between. */
static void
find(const char *pattern, int rc, const char *want)
{
	char *path = xasprintf("%s/%s", dir, pattern);
	struct include_list l;
	struct fault f = { 0 };
	struct buf b = { .max = 4096 };
	size_t i;

	is_int(include_find(&l, path, &f), rc, "%s: found", pattern);
	for (i = 0; i < l.n; i++)
		buf_addf(&b, "%s%s", i > 0 ? " " : "",
		    l.path[i] + strlen(dir) + 1);
	is(buf_text(&b), want, "%s: these", pattern);
	buf_release(&b);
	include_release(&l);
	free(path);
}

/*
 * What "main" makes of the port, and its mistakes, without the directory;
 * with first set, the mistakes only begin so.
 */
static void
reads_as(const char *text, const char *port, const char *mistakes, bool first)
{
	struct config_source src = { .uid = geteuid() };
	static int nth;
	char *path = xasprintf("%s/main", dir), *p;
	struct buf seen = { .max = 8192 }, value = { .max = 64 };
	struct config c;

	nth++;
	put("main", text);
	src.file = path;
	config_init(&c);
	(void)config_file_load(&c, &src, CONFIG_USER, path, "/home/a");
	config_finish(&c);
	buf_adds(&seen, buf_text(&c.mistakes));
	while (seen.len > 0 && (p = strstr(seen.p, dir)) != NULL) {
		memmove(p, p + strlen(dir) + 1,
		    strlen(p + strlen(dir) + 1) + 1);
		seen.len = strlen(seen.p);
	}
	if (first)
		ok(strncmp(buf_text(&seen), mistakes, strlen(mistakes)) == 0,
		    "first mistake of %d", nth);
	else if (mistakes != NULL)
		is(buf_text(&seen), mistakes, "mistakes of %d", nth);
	if (port != NULL) {
		value_show(setting_find("port"), &c.base, &value);
		is(buf_text(&value), port, "port of %d", nth);
	}
	buf_release(&seen);
	buf_release(&value);
	config_release(&c);
	free(path);
}

static void
reads(const char *text, const char *port, const char *mistakes)
{
	reads_as(text, port, mistakes, false);
}

static void
files(void)
{
	put("a.conf", "port 1\n");
	put("b.conf", "port 2\n");
	put(".c.conf", "port 3\n");
	put("d.conf~", "port 4\n");
	put("loop", "port 5\ninclude main\n");
	put("self", "include self\n");
	put("bad", "port 6\nprot 7\n");
	put("account", "account x\nport 8\n");
	put("deep", "include deeper/../more\n");
	find("*.conf", 0, "a.conf b.conf");
	find("[b]?conf", 0, "b.conf");
	find("none", 0, "none");
	find("none/*.conf", 0, "");
	find("a.conf/*.conf", 0, "");
	reads("include a.conf\n", "1", "");
	reads("port 9\n  include \t a.conf \t\r\n", "1", "");
	reads("include a.conf\nport 9\n", "9", "");
	reads("include *.conf\n", "2", "");
	reads("include nowhere/*.conf\nport 9\n", "9", "");
	reads("include account\nport 9\n", "9", "");
	reads("account y\nport 7\ninclude account\nport 9\n", "auto", "");
	reads("\ninclude gone\n", NULL,
	    "main:2: include: gone: No such file or directory\n");
	reads("include bad\nport x\n", NULL, "bad:2: prot: no setting has "
	    "this name; did you mean port?\nmain:2: port: expected auto or a "
	    "number from 1 to 65535\n");
	reads("include loop\n", "5",
	    "loop:2: include: main: this file is being read already: a loop\n");
	reads("include self\n", NULL,
	    "self:1: include: self: this file is being read already: a loop\n");
	reads("include\n", NULL,
	    "main:1: expected a key, a blank and a value\n");
	reads("include \n", NULL, "main:1: include: expected a file\n");
	reads("include .\n", NULL, "main:1: include: .: Is a directory; for "
	    "the files in it write `include DIR/*.conf`\n");
	reads("include ~/x\n", NULL,
	    "main:1: include: /home/a/x: No such file or directory\n");
	reads("include /dev/null\n", NULL,
	    "main:1: include: /dev/null: not a regular file\n");
}

/* A chain of nine, and a tree that would be read a thousand times. */
static void
bounds(void)
{
	char name[16], text[64];
	int i;

	for (i = 1; i <= 9; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		(void)snprintf(text, sizeof(text), "include n%d\n", i + 1);
		put(name, i < 9 ? text : "port 9\n");
	}
	reads("include n2\n", "9", "");
	reads("include n1\n", NULL, "n8:1: include: n9: there are more than 8 "
	    "files, one within the other\n");
	put("t3", "port 3\n");
	put("t2", "include t3\ninclude t3\ninclude t3\ninclude t3\n"
	    "include t3\ninclude t3\ninclude t3\ninclude t3\n");
	put("t1", "include t2\ninclude t2\ninclude t2\ninclude t2\n"
	    "include t2\ninclude t2\ninclude t2\ninclude t2\n");
	reads("include t1\ninclude t1\ninclude t1\n", "3", "");
	put("t0", "include t1\ninclude t1\ninclude t1\ninclude t1\n");
	reads_as("include t0\n", "3", "t2:8: include: t3: there are more than 256 "
	    "files\n", true);
}

/* A secret in it needs the mode that it needs in the first file. */
static void
secrets(void)
{
	char *path = xasprintf("%s/secret", dir);

	put("secret", "port 25\npassword x\n");
	reads("include secret\n", "25", "");
	(void)chmod(path, 0644);
	reads("include secret\n", "25", geteuid() == 0 ?
	    "secret: this file holds a password and others can read it; run: "
	    "chmod o-rwx secret\n" : "secret: this file holds a password and "
	    "others can read it; run: chmod 600 secret\n");
	(void)chmod(path, 0602);
	reads_as("include secret\n", NULL, "secret: this file holds a password",
	    true);
	free(path);
}

/* An empty file. */
static int
make_empty(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	return fd == -1 ? -1 : close(fd);
}

static bool
is_safe(const char *path, const struct stat *st)
{
	char *why = include_unsafe(path, st);
	const bool safe = why == NULL;

	free(why);
	return safe;
}

static void
safety(void)
{
	static const struct {
		uid_t uid; gid_t gid; mode_t mode; bool safe;
	} t[] = {
		{ 0, 0, 0644, true }, { 0, 0, 0664, true },
		{ 0, 5, 0640, true }, { 0, 5, 0660, false },
		{ 0, 0, 0646, false }, { 7, 0, 0600, false },
	};
	struct stat st = { 0 };
	char *path;
	size_t i;

	/* In the directory's file system: not mounted by itself. */
	ok(stat("/etc/passwd", &st) == 0, "a file");
	for (i = 0; i < NITEMS(t); i++) {
		st.st_uid = t[i].uid;
		st.st_gid = t[i].gid;
		st.st_mode = S_IFREG | t[i].mode;
		ok(is_safe("/etc/passwd", &st) == t[i].safe, "safe %zu", i);
	}
	put("x", "");
	path = xasprintf("%s/x", dir);
	ok(stat(path, &st) == 0, "a file");
	st.st_uid = 0;
	st.st_mode = S_IFREG | 0644;
	ok(is_safe(path, &st) || getuid() != 0, "below /tmp");
	free(path);
	path = xasprintf("%s.x", dir);
	ok(make_empty(path) == 0 && !is_safe(path, &st),
	    "not in /tmp");
	(void)unlink(path);
	free(path);
	ok(!is_safe("/nowhere/x", &st), "not anywhere");
}

int
main(void)
{
	char top[] = "/tmp/t_config_include.XXXXXX", *run;

	if ((dir = mkdtemp(top)) == NULL)
		return 1;
	files();
	bounds();
	secrets();
	safety();
	run = xasprintf("rm -rf %s", top);
	(void)!system(run);
	free(run);
	return done();
}
