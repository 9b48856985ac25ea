/* t_setup_testmail.c - a message to its sender, and what became of it */

#include <sysexits.h>

#include "answering.h"
#include "capture.h"
#include "reader.h"
#include "setup/testmail.h"

static const struct answering_reply willing[] = { { NULL, NULL } };
static const struct answering_reply strict[] = {
	{ "RCPT", "550 5.1.1 nobody here\r\n" }, { NULL, NULL } };
static const struct answering_reply busy[] = {
	{ "MAIL", "451 4.3.0 later\r\n" }, { NULL, NULL } };

/* The relay (NULL: no such file), the status, and words. */
static const struct {
	const char	*what;
	const struct answering_reply *relay;
	int		 status;
	const char	*words;
} t[] = {
	{ "accepted", willing, 0,
	    "The relay has accepted a test message to joe@example.org.\n" },
	{ "refused", strict, EX_UNAVAILABLE, "550 5.1.1 nobody here" },
	{ "not now, so it is not queued", busy, EX_TEMPFAIL, "451 4.3.0 later" },
	{ "no configuration", NULL, EX_CONFIG, "No such file" },
};

static void
test_send(size_t i)
{
	struct config_source src = { .system = "/nonexistent", .uid = getuid(),
	    .home = reader_dir };
	struct answering relay = { .port = 9 };
	char *path = reader_path("conf"), *text, *spool;
	const char *said;
	int status;

	if (t[i].relay != NULL) {
		answering_start(&relay, t[i].relay);
		text = xasprintf("relay 127.0.0.1\nport %d\ntls none\n"
		    "log none\nspool %s/spool\nhelo app.example.org\n",
		    relay.port, reader_dir);
		reader_write("conf", text);
		free(text);
	}
	capture_begin();
	status = testmail_send(&src, path, "joe@example.org");
	said = capture_end();
	is_int(status, t[i].status, "%s: the status", t[i].what);
	if (!ok(strstr(said, t[i].words) != NULL, "%s: in words", t[i].what))
		printf("# %s\n", said);
	ok(status == 0 || strstr(said, "conf is written, but the relay did "
	    "not accept the test message; correct it as the hint says, or "
	    "run --setup again\n") != NULL, "%s: that it is written",
	    t[i].what);
	spool = reader_path("spool/queue");
	ok(rmdir(spool) == 0 || access(spool, F_OK) == -1,
	    "%s: nothing waits", t[i].what);
	free(spool);
	if (t[i].relay != NULL)
		answering_stop(&relay);
	reader_remove("conf");
	free(path);
}

int
main(void)
{
	char *command;
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++)
		test_send(i);
	command = xasprintf("rm -r %s", reader_dir);
	is_int(system(command), 0, "clean up");
	free(command);
	return done();
}
