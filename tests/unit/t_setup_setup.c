/* t_setup_setup.c - --setup with its answers on the command line */

#include <sysexits.h>

#include "answering.h"
#include "capture.h"
#include "reader.h"
#include "setup/setup.h"

static const struct answering_reply willing[] = {
	{ "AUTH PLAIN", "235 welcome\r\n" }, { NULL, NULL } };
static const struct answering_reply strict[] = {
	{ "AUTH PLAIN", "535 5.7.8 wrong password\r\n" }, { NULL, NULL } };
static const struct answering_reply choosy[] = {
	{ "AUTH PLAIN", "235 welcome\r\n" },
	{ "MAIL", "550 5.7.1 not your address\r\n" }, { NULL, NULL } };

static const struct answering_reply unrelated[] = {
	{ "RCPT", "554 5.7.1 relay access denied\r\n" }, { NULL, NULL } };
static const struct answering_reply grey[] = {
	{ "RCPT", "450 4.7.1 try again later\r\n" }, { NULL, NULL } };

#define MAX	6

/* The options besides --relay and --helo; "@" is the test's directory. */
static const struct {
	const char	*what;
	const struct answering_reply *relay;	/* NULL: none listens */
	const char	*address, *flag[MAX][2];
	bool		 yes, send;
	int		 status;
	const char	*words, *line;		/* NULL: no file */
} t[] = {
	{ "all answers", willing, "joe@a.test", { { "password-file", "@/pw" },
	    { "root-mail", "ops@a.test" } }, true, true, EX_OK,
	    "The relay has accepted a test message to joe@a.test.",
	    "\nuser            joe@a.test\n" },
	{ "the address as sender", willing, "joe@a.test",
	    { { "password-file", "@/pw" } }, true, false, EX_OK,
	    "Trying the login ... accepted.",
	    "\nfrom            joe@a.test\n" },
	{ "a user of its own", willing, "joe@a.test", { { "user", "joe" },
	    { "password-file", "@/pw" } }, true, false, EX_OK,
	    "@/new is written.", "\nuser            joe\n" },
	{ "no login", willing, "joe@a.test", { { "auth", "none" } }, true,
	    false, EX_OK, "Trying the sender ... accepted.",
	    "\nauth            none\n" },
	{ "a wrong password", strict, "joe@a.test",
	    { { "password-file", "@/pw" } }, true, false, EX_NOPERM,
	    "hint: the relay refuses 'joe@a.test' with this password", NULL },
	{ "a sender that is refused", choosy, "joe@a.test",
	    { { "password-file", "@/pw" } }, true, false, EX_UNAVAILABLE,
	    "550 5.7.1 not your address", NULL },
	{ "a recipient that is refused", unrelated, "joe@a.test",
	    { { "auth", "none" } }, true, false, EX_UNAVAILABLE,
	    "554 5.7.1 relay access denied", NULL },
	{ "a recipient that is deferred", grey, "joe@a.test",
	    { { "auth", "none" } }, true, false, EX_OK,
	    "Trying the sender ... accepted, but not yet the recipient.",
	    "\nauth            none\n" },
	{ "a password file that is missing", willing, "joe@a.test",
	    { { "password-file", "@/none" } }, true, false, EX_CONFIG,
	    "Trying the login ... no password.", NULL },
	{ "no relay", NULL, "joe@a.test", { { "password-file", "@/pw" } },
	    true, false, EX_TEMPFAIL,
	    "Trying the relay that is set ... no: 127.0.0.1 port 9: Connection "
	    "refused.", NULL },
	{ "no address", willing, "", { { NULL, NULL } }, true, false, EX_USAGE,
	    "\"Your address\": give ADDRESS; nothing was written", NULL },
	{ "an address of no form", willing, "joe@", { { NULL, NULL } }, true,
	    false, EX_USAGE, "joe@", NULL },
	{ "no password", willing, "joe@a.test", { { "user", "joe" } }, true,
	    false, EX_USAGE, "no password: give --password-file", NULL },
	{ "no user either", willing, "joe@a.test", { { NULL, NULL } }, true,
	    false, EX_USAGE, "give --user and --password-file, or --auth "
	    "none", NULL },
	{ "no leave to write", willing, "joe@a.test", { { "auth", "none" } },
	    false, false, EX_USAGE, "--yes is needed", NULL },
	{ "a wrong value", willing, "joe@a.test", { { "port", "x" } }, true,
	    false, EX_USAGE, "port", NULL },
};

/* The text with the directory's name for "@" at its start. */
static char *
long_of(const char *text)
{
	return text[0] == '@' ? xasprintf("%s%s", reader_dir, text + 1) :
	    xstrdup(text);
}

static void
has_line(const char *path, const char *line, const char *what)
{
	char text[4096] = "";
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (line == NULL) {
		ok(fd == -1, "%s: no file", what);
		return;
	}
	if (!ok(n > 0 && strstr(text, line) != NULL, "%s: the file", what))
		printf("# %s\n", text);
	ok(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600,
	    "%s: its mode", what);
	(void)close(fd);
}

static void
add(struct options *o, const char *key, const char *value)
{
	o->flag[o->nflag].key = xstrdup(key);
	o->flag[o->nflag++].value = value;
}

/* Of o only what the rows do not say is set. */
static void
run(size_t i, struct options *o, const char *path)
{
	struct config_source src = { .system = "/nonexistent", .uid = getuid(),
	    .home = reader_dir };
	struct config c;
	char *words = long_of(t[i].words), *value[MAX];
	const char *said;
	size_t k, n;
	int status;

	for (n = 0; n < MAX && t[i].flag[n][0] != NULL; n++) {
		value[n] = long_of(t[i].flag[n][1]);
		add(o, t[i].flag[n][0], value[n]);
	}
	config_init(&c);
	capture_begin();
	status = setup_run(o, &c, &src);
	said = capture_end();
	is_int(status, t[i].status, "%s: the status", t[i].what);
	if (!ok(strstr(said, words) != NULL, "%s: in words", t[i].what))
		printf("# %s\n", said);
	ok(strstr(said, "sesame") == NULL, "%s: no secret", t[i].what);
	has_line(path, t[i].line, t[i].what);
	for (k = 0; k < n; k++)
		free(value[k]);
	config_release(&c);
	free(words);
}

static void
test_setup(size_t i)
{
	struct answering relay = { .port = 9 };
	char *path = reader_path("new"), *host, *spool = reader_path("spool");
	struct options_flag flag[MAX + 5];
	struct options o = { .what = t[i].address, .write = path,
	    .yes = t[i].yes, .send_test = t[i].send, .delivery = -1,
	    .flag = flag };
	size_t k;

	if (t[i].relay != NULL)
		answering_start(&relay, t[i].relay);
	host = xasprintf("127.0.0.1:%d", relay.port);
	add(&o, "relay", host);
	add(&o, "helo", "app.example.org");
	add(&o, "auth-cleartext", "yes");
	add(&o, "tls", "none");
	add(&o, "spool", spool);
	run(i, &o, path);
	for (k = 0; k < o.nflag; k++)
		free(flag[k].key);
	if (t[i].relay != NULL)
		answering_stop(&relay);
	(void)unlink(path);
	free(path);
	free(host);
	free(spool);
}

/* With privileges of another user. */
static void
test_elevated(void)
{
	struct options o = { .what = "joe@a.test", .delivery = -1 };
	struct config_source src = { .elevated = true };
	struct config c;
	int status;

	config_init(&c);
	capture_begin();
	status = setup_run(&o, &c, &src);
	ok(status == EX_USAGE && strstr(capture_end(), "--setup") != NULL,
	    "it is for no caller with privileges of another");
	config_release(&c);
}

int
main(void)
{
	char *command;
	size_t i;

	/* No terminal. */
	if (freopen("/dev/null", "r", stdin) == NULL)
		return 1;
	reader_begin();
	reader_write("pw", "sesame\n");
	for (i = 0; i < NITEMS(t); i++)
		test_setup(i);
	test_elevated();
	command = xasprintf("rm -r %s", reader_dir);
	is_int(system(command), 0, "clean up");
	free(command);
	return done();
}
