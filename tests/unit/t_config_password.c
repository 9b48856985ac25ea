/* t_config_password.c - the password, from the setting or the file it names */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/password.h"
#include "tap.h"

#define SECRET	"hunter2hunter2"

static char dir[] = "/tmp/t_config_password.XXXXXX";

static char *
put(const char *name, const void *p, size_t n, mode_t mode)
{
	char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, p, n) == -1 || fchmod(fd, mode) == -1 ||
	    close(fd) == -1) {
		perror(path);
		exit(1);
	}
	return path;
}

static void
check(const char *name, const struct settings *s, const char *credentials,
    const char *want, const char *why)
{
	struct buf out = { .max = PASSWORD_MAX, .secret = true };
	struct fault f;
	int rc;

	fault_clear(&f);
	rc = password_get(s, credentials, 0, &out, &f);
	is_int(rc, want != NULL ? 0 : -1, "%s: result", name);
	if (want != NULL) {
		is(buf_text(&out), want, "%s", name);
	} else {
		ok(why != NULL && strstr(f.text, why) != NULL, "%s: %s", name,
		    why != NULL ? why : "no reason to look for");
		is_int(fault_exit(&f), 78, "%s: exit", name);
		ok(f.stage == ST_SECRET, "%s: stage", name);
		ok(strstr(f.text, SECRET) == NULL && out.len == 0,
		    "%s: nothing leaks", name);
	}
	buf_release(&out);
}

static void
files(void)
{
	static const struct {
		const char *name, *text;
		size_t n;
		mode_t mode;
		const char *want, *why;
	} t[] = {
		{ "lf", SECRET "\n", 15, 0600, SECRET, NULL },
		{ "crlf", SECRET "\r\n", 16, 0400, SECRET, NULL },
		{ "BOM", "\xef\xbb\xbf" SECRET "\n", 18, 0600, SECRET, NULL },
		{ "BOM alone", "\xef\xbb\xbf\n", 4, 0600, NULL, "empty" },
		{ "BOM in it", "a\xef\xbb\xbf", 4, 0600, "a\xef\xbb\xbf",
		    NULL },
		{ "quotes", "\"a b\"\n", 6, 0600, "\"a b\"", NULL },
		{ "bare", SECRET, 14, 0600, SECRET, NULL },
		{ "blanks", " a b \n", 6, 0600, " a b ", NULL },
		{ "hash", "#a\n", 3, 0600, "#a", NULL },
		{ "group", SECRET, 14, 0640, SECRET, NULL },
		{ "world", SECRET, 14, 0644, NULL, "; run: chmod o-rwx " },
		{ "writable", SECRET, 14, 0602, NULL, "; run: chmod o-rwx " },
		{ "empty", "", 0, 0600, NULL, "empty" },
		{ "newline", "\n", 1, 0600, NULL, "empty" },
		{ "two lines", SECRET "\nb\n", 17, 0600, NULL,
		    "on a single line" },
		{ "two ends", SECRET "\n\n", 16, 0600, NULL,
		    "on a single line" },
		{ "nul", SECRET "\0", 15, 0600, NULL, "control characters" },
	};
	struct settings s;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		memset(&s, 0, sizeof(s));
		s.password_file = put(t[i].name, t[i].text, t[i].n,
		    t[i].mode);
		check(t[i].name, &s, NULL, t[i].want, t[i].why);
		(void)unlink(s.password_file);
		free(s.password_file);
	}
}

static void
quotes(void)
{
	static const char *const yes[] = { "\"a\"", "'a b'", "\"\"", "'x'" };
	static const char *const no[] = { "", "\"", "a", "\"a", "a'", "\"a'",
	    "a\"b\"c" };
	size_t i;

	for (i = 0; i < NITEMS(yes); i++)
		ok(password_quoted(yes[i]), "quoted: %s", yes[i]);
	for (i = 0; i < NITEMS(no); i++)
		ok(!password_quoted(no[i]), "not quoted: %s", no[i]);
}

/* Mounted secrets are 0444, and symbolic links on Kubernetes. */
static void
mounted(void)
{
	char *path = put("cred", SECRET, 14, 0444);
	char *slash = xasprintf("%s/", dir);
	char *up = xasprintf("%s/x/../cred", dir);
	char *sub = xasprintf("%s/x", dir);
	char *link = xasprintf("%s/link", dir);
	struct settings s;

	memset(&s, 0, sizeof(s));
	(void)mkdir(sub, 0700);
	if (symlink("cred", link) == -1)
		perror(link);
	s.password_file = path;
	check("credential", &s, dir, SECRET, NULL);
	check("credential, with a slash", &s, slash, SECRET, NULL);
	check("no credential", &s, NULL, NULL, "chmod o-rwx");
	check("another directory", &s, "/tmp/t_secre", NULL, "chmod o-rwx");
	check("every directory", &s, "/", NULL, "chmod o-rwx");
	check("no directory", &s, "", NULL, "chmod o-rwx");
	s.password_file = up;
	check("out of the directory", &s, sub, NULL, "chmod o-rwx");
	s.password_file = link;
	check("a link", &s, dir, SECRET, NULL);
	(void)unlink(link);
	(void)unlink(path);
	(void)rmdir(sub);
	free(path);
	free(slash);
	free(up);
	free(sub);
	free(link);
}

/* The same below /run/secrets, where we may make a file there. */
static void
container(void)
{
	char path[] = "/run/secrets/t_config_password.XXXXXX";
	struct settings s;
	bool made = mkdir("/run/secrets", 0755) == 0;
	int fd = mkstemp(path);

	memset(&s, 0, sizeof(s));
	s.password_file = path;
	if (fd == -1) {
		ok(true, "/run/secrets # SKIP needs root");
	} else {
		if (write(fd, SECRET, 14) != 14 || fchmod(fd, 0444) == -1)
			perror(path);
		check("/run/secrets", &s, NULL, SECRET, NULL);
		(void)close(fd);
		(void)unlink(path);
	}
	if (made)
		(void)rmdir("/run/secrets");
}

static void
others(void)
{
	char word[] = SECRET, none[] = "/nonexistent/p", null[] = "/dev/null";
	char *big = xcalloc(PASSWORD_MAX + 2, 1);
	struct settings s;
	char *path;

	memset(&s, 0, sizeof(s));
	check("neither", &s, NULL, NULL, "neither password");
	s.password = word;
	check("a setting", &s, NULL, SECRET, NULL);
	s.password = NULL;
	s.password_file = none;
	check("no file", &s, NULL, NULL, "/nonexistent/p: No such file");
	s.password_file = null;
	check("a device", &s, NULL, NULL, "not a regular file");
	s.password_file = dir;
	check("a directory", &s, NULL, NULL, "directory");

	memset(big, 'x', PASSWORD_MAX + 1);
	s.password_file = path = put("big", big, PASSWORD_MAX + 1, 0600);
	check("too long", &s, NULL, NULL, "File too large");
	s.password_file = NULL;
	s.password = big;
	check("too long a setting", &s, NULL, NULL, "longer than 16384");
	big[PASSWORD_MAX] = '\0';
	check("just fits", &s, NULL, big, NULL);
	(void)unlink(path);
	free(path);
	free(big);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return 1;
	}
	files();
	quotes();
	mounted();
	container();
	others();
	(void)rmdir(dir);
	return done();
}
