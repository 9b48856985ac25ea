/* t_config_write.c - the file that --write makes, and when it makes none */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/file.h"
#include "config/value.h"
#include "config/write.h"
#include "tap.h"

/* Lines of a file and of the environment, and those that are written. */
static const struct {
	const char	*name;
	const char	*file, *env;
	const char	*want;
} t[] = {
	{ "only what a file does not set", "relay a.test\nport 25\n",
	    "helo h.test\n", "helo h.test\n" },
	{ "what replaces a line of a file", "relay a.test\n", "relay b.test\n",
	    "relay b.test\n" },
	{ "secrets", "", "user u\npassword p  w\n", "user u\npassword p  w\n" },
	{ "words and numbers", "", "port 25\ntls none\nqueue no\n",
	    "port 25\ntls none\nqueue no\n" },
	{ "a whole path", "", "spool /s\n", "spool /s\n" },
	{ "no file, by its word", "", "aliases none\n", "aliases none\n" },
};

static char dir[] = "/tmp/t_config_write.XXXXXX";

/* The path of a file in dir; to be freed. */
static char *
path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

/* The content of a file, and its mode; to be freed. */
static char *
content(const char *path, mode_t *mode)
{
	char *text = xcalloc(1, 4096);
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || fstat(fd, &st) == -1 || read(fd, text, 4095) == -1) {
		free(text);
		text = NULL;
	} else {
		*mode = st.st_mode & 07777;
	}
	if (fd != -1)
		(void)close(fd);
	return text;
}

/* A setting of the environment that no file can hold, and why. */
static const struct { const char *key, *value, *why; } refused[] = {
	{ "password", " p", "password cannot be written to a file: it begins "
	    "with a blank" },
	{ "tls-ca", "ca.pem", "tls-ca cannot be written to a file: its path "
	    "is relative" },
	{ "tls-ca", "none", "tls-ca cannot be written to a file: its path is "
	    "relative" },
};

static void
set(struct config *c, enum config_level level, const char *lines)
{
	(void)config_file_text(c, level, "/d/f", "/h", lines, strlen(lines));
}

static void
test_rows(size_t i)
{
	struct config c;
	struct fault f = { 0 };
	char *path = path_of("made"), *got;
	bool made;
	mode_t mode = 0;

	config_init(&c);
	set(&c, CONFIG_USER, t[i].file);
	c.open = -1;
	set(&c, CONFIG_ENV, t[i].env);
	is_int(config_write(&c, path, &made, &f), 0, "%s: status", t[i].name);
	ok(made, "%s: a file was made", t[i].name);
	got = content(path, &mode);
	is(got, t[i].want, "%s: its lines", t[i].name);
	is_int(mode, 0600, "%s: its mode", t[i].name);
	free(got);
	(void)unlink(path);
	free(path);
	config_release(&c);
}

static void
test_refused(size_t i)
{
	const struct setting *row = setting_find(refused[i].key);
	struct config c;
	struct fault f = { 0 };
	struct buf why = { .max = 512 };
	char *path = path_of("made");
	bool made;

	config_init(&c);
	ok(value_set(row, &c.base, refused[i].value, &why), "%s: is set",
	    refused[i].key);
	c.origin[row - setting_table].level = CONFIG_ENV;
	is_int(config_write(&c, path, &made, &f), -1, "%s: status",
	    refused[i].key);
	is(f.text, refused[i].why, "%s: why", refused[i].key);
	ok(!made && access(path, F_OK) == -1, "%s: no file", refused[i].key);
	buf_release(&why);
	free(path);
	config_release(&c);
}

/* Without a setting to write there is no file; one that is there stays. */
static void
test_nothing(void)
{
	struct config c;
	struct fault f = { 0 };
	char *path = path_of("empty");
	bool made = true;
	int fd;

	config_init(&c);
	set(&c, CONFIG_SYSTEM, "relay a.test\n");
	is_int(config_write(&c, path, &made, &f), -1, "nothing: status");
	ok(strstr(f.text, "neither the environment nor the command line") !=
	    NULL, "nothing: why");
	ok(!made && access(path, F_OK) == -1, "nothing: no file");
	fault_clear(&f);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	ok(fd != -1 && close(fd) == 0, "nothing: there is a file");
	is_int(config_write(&c, path, &made, &f), 0, "nothing: no fault then");
	ok(!made, "nothing: it stays");
	(void)unlink(path);
	free(path);
	config_release(&c);
}

/* A file that is there stays. */
static void
test_there(void)
{
	struct config c;
	struct fault f = { 0 };
	char *path = path_of("there"), *got;
	mode_t mode = 0;
	bool made = true;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	ok(fd != -1 && write(fd, "mine\n", 5) == 5 && close(fd) == 0,
	    "there is a file");
	config_init(&c);
	set(&c, CONFIG_ENV, "relay a.test\n");
	is_int(config_write(&c, path, &made, &f), 0, "there: status");
	ok(!made, "there: no file was made");
	got = content(path, &mode);
	is(got, "mine\n", "there: it stays as it is");
	free(got);
	(void)unlink(path);
	free(path);
	config_release(&c);
}

int
main(void)
{
	size_t i;

	if (mkdtemp(dir) == NULL)
		return 1;
	for (i = 0; i < NITEMS(t); i++)
		test_rows(i);
	for (i = 0; i < NITEMS(refused); i++)
		test_refused(i);
	test_nothing();
	test_there();
	(void)rmdir(dir);
	return done();
}
