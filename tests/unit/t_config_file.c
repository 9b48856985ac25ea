/* t_config_file.c - the lines of a configuration file */

#include <sys/stat.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/file.h"
#include "tap.h"
#include "config/value.h"

#define SECRET	"hunter2hunter2"

/* What a text makes of one key, or its mistakes. */
static void
lines(void)
{
	static const struct { const char *text, *key, *want; } t[] = {
		{ "", "port", "auto" },
		{ "port 25\n", "port", "25" },
		{ "port 25", "port", "25" },
		{ "port 25\r\n", "port", "25" },
		{ "port 25\r", "port", "25" },
		{ "\xef\xbb\xbfport 25\n", "port", "25" },
		{ "  \t port \t 25 \t \n", "port", "25" },
		{ "\n\n \t\r\n\nport 25\n", "port", "25" },
		{ "#port 26\n  # port 27\nport 25\n#", "port", "25" },
		{ "port 25\nport 26\n", "port", "26" },
		{ "user alice # not a comment\n", "user",
		    "alice # not a comment" },
		{ "user \"alice\"\n", "user", "\"alice\"" },
		{ "from-name Alice \\ 'B'\n", "from-name", "Alice \\ 'B'" },
		{ "password-file secret\n", "password-file", "/d/secret" },
		{ "password-file ../x/s\n", "password-file", "/d/../x/s" },
		{ "password-file /secret\n", "password-file", "/secret" },
		{ "tls-key us.key\n", "tls-key", "/d/us.key" },
		{ "tls-key pkcs11:token=x\n", "tls-key", "pkcs11:token=x" },
		{ "password-file ~/secret\n", "password-file",
		    "/home/a/secret" },
		{ "tls-ca ca.pem\n", "tls-ca", "/d/ca.pem" },
		{ "tls-ca none\n", "tls-ca", "/d/none" },
		{ "aliases aliases\n", "aliases", "/d/aliases" },
		{ "aliases none\n", "aliases", "none" },
		{ "aliases none \n", "aliases", "none" },

		{ "port\n", NULL, "/d/f:1: port: expected a value\n" },
		{ "port \n", NULL, "/d/f:1: port: expected a value\n" },
		{ "tls-ca \n", NULL, "/d/f:1: tls-ca: expected a value\n" },
		{ "password \n", NULL,
		    "/d/f:1: password: expected a value\n" },
		{ "\nport x\n", NULL, "/d/f:2: port: expected auto or a "
		    "number from 1 to 65535\n" },
		{ "port 25 # submission\n", NULL, "/d/f:1: port: expected "
		    "auto or a number from 1 to 65535; a comment needs its "
		    "own line\n" },
		{ "prot 25\n", NULL, "/d/f:1: prot: no setting has this "
		    "name; did you mean port?\n" },
		{ "zebra 25\n", NULL,
		    "/d/f:1: zebra: no setting has this name\n" },
		{ "Port 25\n", NULL, "/d/f:1: Port: no setting has this "
		    "name; did you mean port?\n" },
		{ "mailhub h\n", NULL, "/d/f:1: mailhub: no setting has "
		    "this name; did you mean relay?\n" },
		{ "port=25\n", NULL, "/d/f:1: port: expected a blank, not "
		    "'=', before the value\n" },
		{ "port = 25\n", NULL, "/d/f:1: port: expected a blank, not "
		    "'=', before the value\n" },
		{ "port: 25\n", NULL, "/d/f:1: port: expected a blank, not "
		    "':', before the value\n" },
		{ "password=" SECRET "\n", NULL, "/d/f:1: password: "
		    "expected a blank, not '=', before the value\n" },
		{ SECRET "\n", NULL,
		    "/d/f:1: expected a key, a blank and a value\n" },
		{ SECRET SECRET SECRET " x\n", NULL,
		    "/d/f:1: expected a key, a blank and a value\n" },
		{ "!" SECRET "\n", NULL,
		    "/d/f:1: expected a key, a blank and a value\n" },
		{ "password " SECRET "\x01\n", NULL,
		    "/d/f:1: password: expected no control characters\n" },
		{ "user a\rb\n", NULL,
		    "/d/f:1: user: expected no control characters\n" },
		{ "port 25\nprot 1\ntls on\nhelo a b\n", NULL,
		    "/d/f:2: prot: no setting has this name; did you mean "
		    "port?\n"
		    "/d/f:3: tls: expected auto, starttls, implicit, "
		    "opportunistic or none\n"
		    "/d/f:4: helo: expected auto, a domain, or an address "
		    "literal such as [192.0.2.1]\n" },
	};
	struct buf b = { .max = 4096 };
	struct config c;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		buf_clear(&b);
		(void)config_file_text(&c, CONFIG_USER, "/d/f", "/home/a",
		    t[i].text, strlen(t[i].text));
		if (t[i].key != NULL) {
			value_show(setting_find(t[i].key), &c.base, &b);
			is(buf_text(&c.mistakes), "", "text %zu: fine", i);
			is(buf_text(&b), t[i].want, "text %zu", i);
		} else {
			is(buf_text(&c.mistakes), t[i].want, "text %zu", i);
		}
		config_release(&c);
	}
	buf_release(&b);
}

static void
passwords(void)
{
	static const struct { const char *text, *want; } t[] = {
		{ "password " SECRET "\n", SECRET },
		{ "password   " SECRET "\r\n", SECRET },
		{ "password #a b#\n", "#a b#" },
		{ "password a  \n", "a  " },
		{ "password a \r\n", "a " },
		{ "password a", "a" },
		{ "password = a\n", "= a" },
		{ "password \"a\"\\\n", "\"a\"\\" },
		{ "password \xff\xfe\n", "\xff\xfe" },
	};
	struct config c;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		config_init(&c);
		ok(config_file_text(&c, CONFIG_USER, "f", NULL, t[i].text,
		    strlen(t[i].text)), "password %zu: a secret", i);
		is(c.base.password, t[i].want, "password %zu", i);
		config_release(&c);
	}
	config_init(&c);
	ok(!config_file_text(&c, CONFIG_USER, "f", NULL, "# password x\n", 13),
	    "no secret in a comment");
	ok(!config_file_text(&c, CONFIG_USER, "f", NULL, "port 1\n", 7),
	    "no secret in a port");
	ok(config_file_text(&c, CONFIG_USER, "f", NULL, "password=x\nport 1\n",
	    18), "a secret that is wrongly written");
	config_release(&c);
}

static void
limits(void)
{
	struct buf b = { .max = 1 << 20 };
	char *fill = xcalloc(CONFIG_FILE_LINE + 1, 1);
	struct config c;

	memset(fill, 'x', CONFIG_FILE_LINE);
	config_init(&c);
	buf_adds(&b, "password ");
	buf_add(&b, fill, CONFIG_FILE_LINE - 9);
	buf_adds(&b, "\nport 26\nuser ");
	buf_add(&b, fill, CONFIG_FILE_LINE);
	buf_adds(&b, "\ntls none\n");
	(void)config_file_text(&c, CONFIG_USER, "f", NULL, b.p, b.len);
	is_int((long long)strlen(c.base.password), CONFIG_FILE_LINE - 9,
	    "a line of 64 KiB");
	is(buf_text(&c.mistakes), "f:3: this line is longer than 65536 "
	    "octets\n", "a longer one is named");
	ok(c.base.tls == SETTING_TLS_NONE && c.base.port == 26,
	    "and the others are read");
	config_release(&c);

	config_init(&c);
	(void)config_file_text(&c, CONFIG_USER, "f", NULL,
	    "user a\0b\nport 26\n\0", 18);
	is(buf_text(&c.mistakes), "f:1: this line has a NUL octet\n"
	    "f:3: this line has a NUL octet\n", "NUL is named");
	ok(c.base.user == NULL && c.base.port == 26, "NUL cuts nothing");
	config_release(&c);
	buf_release(&b);
	free(fill);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) == -1 ||
	    fchmod(fd, mode) == -1 || close(fd) == -1) {
		perror(path);
		exit(1);
	}
}

/* Who may read a file that holds a password. */
static void
modes(const char *dir)
{
	static const struct {
		enum config_level level;
		const char *text;
		mode_t mode;
		uid_t uid, owner;	/* 1: another one; else ours */
		const char *cure;
	} t[] = {
		{ CONFIG_USER, "password x\n", 0600, 0, 0, NULL },
		{ CONFIG_USER, "password x\n", 0640, 0, 0, "chmod 600 " },
		{ CONFIG_USER, "password x\n", 0604, 0, 0, "chmod 600 " },
		{ CONFIG_USER, "password x\n", 0620, 0, 0, "chmod 600 " },
		{ CONFIG_USER, "password x\n", 0644, 0, 0, "chmod 600 " },
		{ CONFIG_USER, "password-file x\n", 0644, 0, 0, NULL },
		{ CONFIG_USER, "port 25\n", 0644, 0, 0, NULL },
		{ CONFIG_USER, "password\n", 0644, 0, 0, "chmod 600 " },
		{ CONFIG_USER, "password x\n", 0600, 1, 0, "chown " },
		{ CONFIG_SYSTEM, "password x\n", 0640, 0, 0, NULL },
		{ CONFIG_SYSTEM, "password x\n", 0640, 1, 0, NULL },
		{ CONFIG_SYSTEM, "password x\n", 0644, 0, 0,
		    "chmod o-rwx " },
		{ CONFIG_SYSTEM, "password x\n", 0642, 0, 0,
		    "chmod o-rwx " },
		{ CONFIG_SYSTEM, "port 25\n", 0644, 0, 0, NULL },
	};
	struct config_source src = { .system = "none" };
	char *path = xasprintf("%s/modes", dir), *run;
	uid_t me = geteuid() == 0 ? 12345 : geteuid();
	struct config c;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		put(path, t[i].text, t[i].mode);
		/* Root's own files are another matter, below. */
		if (geteuid() == 0 && chown(path, me, (gid_t)-1) == -1)
			perror("chown");
		src.uid = me + t[i].uid;
		config_init(&c);
		ok(config_file_load(&c, &src, t[i].level, path, NULL),
		    "mode %zu: there", i);
		if (t[i].cure == NULL) {
			is(buf_text(&c.mistakes), "", "mode %zu: fine", i);
		} else {
			run = xasprintf("; run: %s", t[i].cure);
			ok(strstr(buf_text(&c.mistakes), run) != NULL &&
			    strstr(buf_text(&c.mistakes), path) != NULL,
			    "mode %zu: %s", i, t[i].cure);
			free(run);
		}
		config_release(&c);
	}
	if (geteuid() == 0) {
		put(path, "password x\n", 0640);
		if (chown(path, 0, (gid_t)-1) == -1)
			perror("chown");
		config_init(&c);
		(void)config_file_load(&c, &src, CONFIG_USER, path, NULL);
		is(buf_text(&c.mistakes), "", "a group chosen by root");
		config_release(&c);
	} else {
		ok(true, "a group chosen by root # SKIP needs root");
	}
	(void)unlink(path);
	free(path);
}

static void
load(const char *dir, const char *name, bool must, enum config_level level,
    const char *want, bool found)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct config_source src = { .file = must ? path : NULL,
		.uid = geteuid() };
	struct config c;

	config_init(&c);
	is_int(config_file_load(&c, &src, level, path, NULL), found,
	    "%s: found", name);
	if (*want == '\0')
		is(buf_text(&c.mistakes), "", "%s: fine", name);
	else
		ok(strstr(buf_text(&c.mistakes), want) != NULL, "%s: %s",
		    name, want);
	config_release(&c);
	free(path);
}

/* What may be found in the place of a file. */
static void
kinds(const char *dir)
{
	char *path = xasprintf("%s/fifo", dir);
	char *shut = xasprintf("%s/shut", dir);
	char *file = xasprintf("%s/shut/file", dir);
	char *own = xasprintf("%s/closed", dir);

	load(dir, "nothing", false, CONFIG_SYSTEM, "", false);
	load(dir, "nothing/there", false, CONFIG_USER, "", false);
	load(dir, "nothing", true, CONFIG_USER,
	    "nothing: No such file or directory\n", true);
	load(dir, ".", false, CONFIG_USER, "Is a directory\n", true);
	load(dir, "../../dev/null", true, CONFIG_USER, "", true);
	load(dir, "../../dev/null", false, CONFIG_USER,
	    "not a regular file\n", true);
	load(dir, "../../dev/zero", true, CONFIG_USER, "File too large\n",
	    true);
	if (mkfifo(path, 0600) == -1)
		perror(path);
	load(dir, "fifo", true, CONFIG_USER, "", true);
	load(dir, "fifo", false, CONFIG_USER, "not a regular file\n", true);
	(void)unlink(path);

	/* A directory that is closed to us, and a file. */
	(void)mkdir(shut, 0700);
	put(file, "port 25\n", 0600);
	put(own, "port 25\n", 0);
	if (geteuid() == 0 && chown(own, 0, 65533) == -1)
		perror("chown");
	(void)chmod(shut, 0);
	if (geteuid() == 0 && seteuid(65534) == -1)
		perror("seteuid");
	load(dir, "shut/file", false, CONFIG_USER, "", false);
	load(dir, "shut/file", true, CONFIG_USER, "may not read", true);
	load(dir, "closed", false, CONFIG_USER, "may not read", true);
	load(dir, "closed", false, CONFIG_SYSTEM, "; let all users send "
	    "without reading it, by `make install-shared`", true);
	if (getuid() == 0 && seteuid(0) == -1)
		perror("seteuid");
	(void)chmod(shut, 0700);
	(void)unlink(file);
	(void)rmdir(shut);
	(void)unlink(own);
	(void)unlink(path);
	free(path);
	free(shut);
	free(file);
	free(own);
}

int
main(void)
{
	char dir[] = "/tmp/t_config_file.XXXXXX";

	lines();
	passwords();
	limits();
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1) {
		perror(dir);
		return 1;
	}
	modes(dir);
	kinds(dir);
	(void)rmdir(dir);
	return done();
}
