/* t_setup_trial.c - a probe with settings that are not yet in a file */

#include "answering.h"
#include "reader.h"
#include "setup/trial.h"

static const struct answering_reply willing[] = {
	{ "AUTH PLAIN", "235 welcome\r\n" }, { NULL, NULL } };
static const struct answering_reply strict[] = {
	{ "AUTH PLAIN", "535 5.7.8 wrong password\r\n" }, { NULL, NULL } };
static const struct answering_reply choosy[] = {
	{ "AUTH PLAIN", "235 welcome\r\n" },
	{ "MAIL", "550 5.7.1 not your address\r\n" }, { NULL, NULL } };

static const struct answering_reply unrelated[] = {
	{ "AUTH PLAIN", "235 welcome\r\n" },
	{ "RCPT", "550 5.7.1 no relaying\r\n" }, { NULL, NULL } };

/* The relay (NULL: none listens), more lines, and how it ends. */
static const struct {
	const char	*what;
	const struct answering_reply *relay;
	const char	*key, *value;
	bool		 login;
	enum stage	 stage;
	enum verdict	 verdict;
	bool		 reached;
	const char	*words;
} t[] = {
	{ "a login", willing, NULL, NULL, true, ST_USAGE, VD_OK, true, "" },
	{ "a wrong password", strict, NULL, NULL, true, ST_AUTH, VD_PERM,
	    true, "5.7.8 wrong password" },
	{ "the same without a login", strict, NULL, NULL, false, ST_USAGE,
	    VD_OK, true, "" },
	{ "a sender that is refused", choosy, NULL, NULL, true, ST_MAIL,
	    VD_PERM, true, "5.7.1 not your address" },
	{ "a recipient that is refused", unrelated, NULL, NULL, true, ST_RCPT,
	    VD_PERM, true, "5.7.1 no relaying" },
	{ "no recipient without a login", unrelated, NULL, NULL, false,
	    ST_USAGE, VD_OK, true, "" },
	{ "no relay", NULL, NULL, NULL, false, ST_CONNECT, VD_TEMP, false,
	    "" },
	{ "TLS, which the relay lacks", willing, "tls", "starttls", true,
	    ST_STARTTLS, VD_PERM, false, "" },
};

static void
test_trial(size_t i)
{
	struct options o = { .delivery = -1 };
	struct config_source src = { .system = "/nonexistent", .uid = getuid(),
	    .home = reader_dir };
	struct answering relay = { .port = 9 };
	struct probe_result r = { 0 };
	struct draft d;

	if (t[i].relay != NULL)
		answering_start(&relay, t[i].relay);
	draft_init(&d);
	(void)draft_set(&d, "relay", "127.0.0.1");
	(void)draft_setf(&d, "port", "%d", relay.port);
	(void)draft_set(&d, "helo", "app.example.org");
	(void)draft_set(&d, "user", "joe");
	(void)draft_set(&d, "password", "sesame");
	(void)draft_set(&d, "auth-cleartext", "yes");
	(void)draft_set(&d, "log", "none");
	if (t[i].key != NULL)
		(void)draft_set(&d, t[i].key, t[i].value);
	trial_run(&d, &o, &src, "/h/conf", "joe@example.org", t[i].login, &r);
	is_int(r.fault.verdict, t[i].verdict, "%s: the verdict: %s",
	    t[i].what, r.fault.text);
	ok(r.fault.verdict == VD_OK || r.fault.stage == t[i].stage,
	    "%s: the stage %d", t[i].what, r.fault.stage);
	ok(trial_reached(&r) == t[i].reached, "%s: is it reached", t[i].what);
	ok(strstr(r.fault.text, t[i].words) != NULL, "%s: its words: %s",
	    t[i].what, r.fault.text);
	ok((r.hint[0] != '\0') == (t[i].verdict != VD_OK),
	    "%s: a hint: %s", t[i].what, r.hint);
	ok(strstr(r.fault.text, "sesame") == NULL, "%s: no secret",
	    t[i].what);
	if (t[i].relay != NULL)
		answering_stop(&relay);
	draft_release(&d);
}

/* A draft with mistakes is not tried. */
static void
test_mistake(void)
{
	struct options o = { .delivery = -1 };
	struct config_source src = { .system = "/nonexistent", .uid = getuid(),
	    .home = reader_dir };
	struct probe_result r = { 0 };
	struct draft d;

	draft_init(&d);
	(void)draft_set(&d, "relay", "127.0.0.1");
	(void)draft_set(&d, "user", "joe");
	trial_run(&d, &o, &src, "/h/conf", "joe@example.org", true, &r);
	ok(r.fault.stage == ST_CONFIG && !trial_reached(&r) &&
	    strstr(r.fault.text, "user is set, but neither") != NULL,
	    "a user without a password: %s", r.fault.text);
	draft_release(&d);
}

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++)
		test_trial(i);
	test_mistake();
	(void)rmdir(reader_dir);
	return done();
}
