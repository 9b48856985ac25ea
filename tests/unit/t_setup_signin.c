/* t_setup_signin.c - --setup without a terminal, where OAuth is wanted */

#include "capture.h"
#include "reader.h"
#include "setup/signin.h"

static const struct service only = { .name = "x", .title = "X",
    .host = "x.test", .port = 465, .oauth = "microsoft", .oauth_only = true };
static const struct service either = { .name = "x", .title = "X",
    .host = "x.test", .port = 465, .oauth = "google" };
static const struct service never = { .name = "x", .title = "X",
    .host = "x.test", .port = 465 };

/* The provider, a setting; is a login by OAuth wanted? */
static const struct {
	const char	*what;
	const struct service *service;
	const char	*key, *value;
	bool		 want;
} wanted[] = {
	{ "a relay of no provider", NULL, NULL, NULL, false },
	{ "a setting", NULL, "oauth", "google", true },
	{ "a provider that takes nothing else", &only, NULL, NULL, true },
	{ "one that takes a password, too", &either, NULL, NULL, false },
	{ "one that does not have it", &never, NULL, NULL, false },
	{ "a password", &only, "password", "p", false },
	{ "a file with one", &only, "password-file", "/p", false },
	{ "a command for one", &only, "password-command", "p", false },
};

/* More settings; is the login left to --login, and what is said of that? */
static const struct {
	const char	*what;
	const struct service *service;
	const char	*set[3][2];
	bool		 later;
	enum verdict	 verdict;
	const char	*words;
} runs[] = {
	{ "no client", &only, { { NULL, NULL } }, true, VD_OK,
	    "Set `oauth-client-id` in /h/conf" },
	{ "a client, and nobody has logged in", &only,
	    { { "oauth-client-id", "c" } }, true, VD_PERM,
	    "run: heloise -C /h/conf --login" },
	{ "no person", NULL, { { "oauth", "microsoft" },
	    { "oauth-client-id", "c" },
	    { "oauth-grant", "client-credentials" } }, false, VD_PERM, NULL },
};

static void
test_wanted(size_t i)
{
	struct answers a = { .service = wanted[i].service };

	draft_init(&a.draft);
	if (wanted[i].key != NULL)
		(void)draft_set(&a.draft, wanted[i].key, wanted[i].value);
	ok(signin_wanted(&a) == wanted[i].want, "%s", wanted[i].what);
	draft_release(&a.draft);
}

static void
test_run(size_t i)
{
	struct options o = { .write = "/h/conf", .delivery = -1 };
	struct config_source src = { .system = "/nonexistent",
	    .uid = getuid(), .home = reader_dir };
	char path[] = "/h/conf", address[] = "joe@a.test";
	struct answers a = { .o = &o, .src = &src, .path = path,
	    .address = address, .service = runs[i].service };
	struct probe_result r = { 0 };
	struct fault f = { 0 };
	const char *said;
	size_t k;

	draft_init(&a.draft);
	(void)draft_set(&a.draft, "relay", "a.test");
	for (k = 0; k < 3 && runs[i].set[k][0] != NULL; k++)
		(void)draft_set(&a.draft, runs[i].set[k][0],
		    runs[i].set[k][1]);
	is_int(signin_run(&a, false, &r, &f), 0, "%s: %s", runs[i].what,
	    f.text);
	ok(a.later == runs[i].later, "%s: is it left", runs[i].what);
	is_int(r.fault.verdict, runs[i].verdict, "%s: the verdict",
	    runs[i].what);
	is(draft_get(&a.draft, "user"), address, "%s: the user",
	    runs[i].what);
	capture_begin();
	signin_say_later(&a);
	said = capture_end();
	ok(runs[i].words == NULL || strstr(said, runs[i].words) != NULL,
	    "%s: what is left to do", runs[i].what);
	draft_release(&a.draft);
}

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(wanted); i++)
		test_wanted(i);
	for (i = 0; i < NITEMS(runs); i++)
		test_run(i);
	is_int(rmdir(reader_dir), 0, "nothing is left behind");
	return done();
}
