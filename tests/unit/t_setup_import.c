/* t_setup_import.c - which file of another mailer is read, and as what */

#include <sysexits.h>

#include "capture.h"
#include "reader.h"
#include "setup/import.h"

/*
 * "@" is the directory of the test; all files of a row exist.  words are
 * among those that are said, and line is in the new file (NULL: there is
 * none).
 */
static const struct {
	const char	*what;
	struct { const char *name, *text; } file[2];
	const char	*from;
	int		 status;
	const char	*words, *line;
} t[] = {
	{ "by the file's name", { { "my.msmtprc", "account default\nhost a.test\n" } },
	    "@/my.msmtprc", EX_OK, "is made of @/my.msmtprc (msmtp).",
	    "\nrelay           a.test\n" },
	{ "by that of its directory",
	    { { "nullmailer/remotes", "a.test smtp\n" } }, "@/nullmailer",
	    EX_OK, "is made of @/nullmailer (nullmailer).",
	    "\nrelay           a.test\n" },
	{ "by a name before it", { { "x", "mailhub=a.test\n" } }, "ssmtp:@/x",
	    EX_OK, "is made of @/x (ssmtp).", "\nrelay           a.test\n" },
	{ "of no known name", { { "x", "mailhub=a.test\n" } }, "@/x",
	    EX_USAGE, "write FORMAT:@/x, where FORMAT is one of msmtp, esmtp, "
	    "ssmtp, nullmailer, dma, exim, postfix, git, netrc", NULL },
	{ "a format that is no file", { { NULL, NULL } }, "postfix", EX_CONFIG,
	    "postfix: No such file or directory; write postfix:FILE, or auto",
	    NULL },
	{ "no file, whatever its name", { { NULL, NULL } }, "@/x", EX_CONFIG,
	    "@/x: No such file", NULL },
	{ "a HELO name that relays refuse", { { "ssmtp.conf",
	    "mailhub=a.test\nhostname=vm\n" } }, "@/ssmtp.conf", EX_OK,
	    "is made of", "# @/ssmtp.conf: helo vm: left out, since relays "
	    "may refuse this name; `helo auto` chooses one\n" },
	{ "an account without its password", { { "git",
	    "[sendemail]\nsmtpserver=a.test\nsmtpuser=u\nsmtppass=p\n"
	    "smtpencryption=tls\n[sendemail \"work\"]\nsmtpserver=b.test\n"
	    "smtpencryption=tls\nsmtpuser=w\n" } }, "@/git", EX_CONFIG,
	    "account work: git asks its credential helper",
	    "\naccount         work\n" },
	{ "logins that are not read", { { "main.cf", "relayhost=[a.test]\n"
	    "smtp_sasl_auth_enable=yes\n"
	    "smtp_sasl_password_maps=ldap:/etc/logins\n" } }, "@/main.cf",
	    EX_CONFIG, "a table of this kind is not read",
	    "\nrelay           a.test\n" },
	{ "a certificate that is not there", { { "dma.conf",
	    "SMARTHOST a.test\nSECURETRANSFER\nCERTFILE @/cert\n" } },
	    "@/dma.conf", EX_CONFIG, "tls-cert @/cert: No such file",
	    "\ntls-cert        @/cert\n" },
	{ "accounts by the sender", { { ".msmtprc",
	    "account default\nhost a.test\naccount b\nhost b.test\n"
	    "from *b.test\n" } }, "@/.msmtprc", EX_OK,
	    "the account follows the envelope sender (-f), see `match`; -a "
	    "NAME chooses another", "\nmatch           *b.test\n" },
	{ "a format without a file", { { NULL, NULL } }, "msmtp:", EX_USAGE,
	    "the name of a file is missing", NULL },
	{ "a file that is not there", { { NULL, NULL } }, "@/.msmtprc",
	    EX_CONFIG, "@/.msmtprc: No such file", NULL },
	{ "a file without a relay", { { "dma.conf", "PORT 25\n" } },
	    "@/dma.conf", EX_CONFIG, "@/dma.conf: names no relay", NULL },
	{ "auto: the first, and a word of others",
	    { { ".msmtprc", "account default\nhost a.test\n" },
	    { ".esmtprc", "hostname=b.test:25\n" } }, "auto", EX_OK,
	    "there is also @/.esmtprc; to take that: heloise --import "
	    "@/.esmtprc", "\nrelay           a.test\n" },
	{ "auto: passes over one without a relay",
	    { { ".msmtprc", "defaults\nport 25\n" },
	    { ".esmtprc", "hostname=b.test:25\n" } }, "auto", EX_OK,
	    "passed over: @/.msmtprc: names no relay", "\nrelay           b.test\n" },
	{ "a login that still lacks its password",
	    { { ".msmtprc", "account default\nhost a.test\nauth on\n"
	    "user u\n" } }, "auto", EX_CONFIG, "\nStill wrong:\n@/new:", "\nuser" },
	{ "a password in clear, not shown", { { "s",
	    "mailhub=a.test\nAuthUser=u\nAuthPass=sesame\n" } }, "ssmtp:@/s",
	    EX_OK, "see whether `tls starttls` works", "sesame" },
};

/* A test; what was found, where it fails. */
static void
shown(bool good, const char *what, const char *text)
{
	if (!ok(good, "%s: the words", what))
		printf("# %s\n", text);
}

static void
has_line(const char *path, const char *name, const char *what)
{
	char text[4096] = "", *line = name != NULL ? reader_long(name) : NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (line == NULL)
		ok(fd == -1, "%s: no file", what);
	else
		shown(n > 0 && strstr(text, line) != NULL, what, text);
	if (fd != -1)
		(void)close(fd);
	free(line);
}

static void
test_import(size_t i)
{
	char *from = reader_long(t[i].from), *path = reader_path("new");
	char *words = reader_long(t[i].words);
	struct options o = { .what = from, .write = path, .delivery = -1 };
	struct config_source src = { .system = "/nonexistent", .uid = getuid(),
	    .home = reader_dir };
	struct config c;
	const char *said;
	char *text;
	size_t k;
	int status;

	for (k = 0; k < 2 && t[i].file[k].name != NULL; k++) {
		text = reader_long(t[i].file[k].text);
		reader_write(t[i].file[k].name, text);
		free(text);
	}
	config_init(&c);
	capture_begin();
	status = import_run(&o, &c, &src);
	said = capture_end();
	is_int(status, t[i].status, "%s: the status", t[i].what);
	shown(strstr(said, words) != NULL, t[i].what, said);
	ok(strstr(said, "sesame") == NULL, "%s: no secret", t[i].what);
	has_line(path, t[i].line, t[i].what);
	for (k = 0; k < 2 && t[i].file[k].name != NULL; k++)
		reader_remove(t[i].file[k].name);
	(void)unlink(path);
	config_release(&c);
	free(from);
	free(path);
	free(words);
}

/* A file that is there stays, unless --yes says otherwise. */
static void
test_replace(bool yes)
{
	char *from = reader_path(".msmtprc"), *path = reader_path("new");
	char *old = reader_path("new.old");
	struct options o = { .what = from, .write = path, .yes = yes,
	    .delivery = -1 };
	struct config_source src = { .system = "/nonexistent", .uid = getuid(),
	    .home = reader_dir };
	struct config c;
	int status;

	reader_write(".msmtprc", "account default\nhost b.test\n");
	reader_write("new", "relay a.test\n");
	config_init(&c);
	capture_begin();
	status = import_run(&o, &c, &src);
	(void)capture_end();
	is_int(status, yes ? EX_OK : EX_CONFIG, "a file is there");
	has_line(path, yes ? "b.test" : "a.test", "which it is now");
	has_line(old, yes ? "a.test" : NULL, "the old one");
	(void)unlink(from);
	(void)unlink(path);
	(void)unlink(old);
	config_release(&c);
	free(from);
	free(path);
	free(old);
}

int
main(void)
{
	char *dir;
	size_t i;

	reader_begin();
	dir = reader_path("nullmailer");
	(void)mkdir(dir, 0700);
	for (i = 0; i < NITEMS(t); i++)
		test_import(i);
	test_replace(false);
	test_replace(true);
	(void)rmdir(dir);
	free(dir);
	is_int(rmdir(reader_dir), 0, "nothing is left behind");
	return done();
}
