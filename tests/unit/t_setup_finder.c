/* t_setup_finder.c - the relays that may take the mail of an address */

#include <string.h>

#include "base/util.h"
#include "setup/finder.h"
#include "tap.h"

/* In a domain: host, port, and whether TLS is implicit. */
static const struct { const char *host; int port; bool implicit; } guess[] = {
	{ "smtp.a.test", 465, true }, { "smtp.a.test", 587, false },
	{ "smtp.a.test", 25, false }, { "mail.a.test", 465, true },
	{ "mail.a.test", 587, false }, { "mail.a.test", 25, false },
	{ "a.test", 465, true }, { "a.test", 587, false },
	{ "a.test", 25, false },
};

/* Those of the table need no DNS. */
static const struct { const char *address, *service; } known[] = {
	{ "a@gmail.com", "gmail" }, { "a@GMX.de", "gmx" },
	{ "\"x@y\"@icloud.com", "icloud" },
};

static void
test_guess(void)
{
	struct finder f = { .n = 0 };
	char name[300];
	size_t i;

	finder_guess(&f, "a.test");
	is_int((long long)f.n, NITEMS(guess), "usual names");
	for (i = 0; i < f.n && i < NITEMS(guess); i++) {
		is(f.v[i].host, guess[i].host, "name %zu", i);
		ok(f.v[i].port == guess[i].port &&
		    f.v[i].implicit == guess[i].implicit &&
		    f.v[i].source == FINDER_GUESS && !f.v[i].foreign &&
		    f.v[i].service == NULL, "its port %d", f.v[i].port);
	}
	f.n = 0;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	finder_guess(&f, name);
	is_int((long long)f.n, 0, "none of a name that is too long");
	for (i = 0; i < 5; i++)
		finder_guess(&f, "a.test");
	is_int((long long)f.n, FINDER_MAX, "and not more than there is room");
}

int
main(void)
{
	struct finder f;
	size_t i;

	test_guess();
	for (i = 0; i < NITEMS(known); i++) {
		finder_find(&f, known[i].address, "127.0.0.1:9");
		ok(f.n == 1 && f.v[0].source == FINDER_TABLE,
		    "%s: of the table", known[i].address);
		is(f.v[0].service->name, known[i].service, "which");
		is(f.v[0].host, f.v[0].service->host, "its host");
	}
	/* A name server that does not answer. */
	finder_find(&f, "a@b.test", "127.0.0.1:9");
	ok(f.n == NITEMS(guess) && f.v[0].source == FINDER_GUESS,
	    "without DNS: usual names");
	return done();
}
