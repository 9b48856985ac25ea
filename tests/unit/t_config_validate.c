/* t_config_validate.c - checks of values beyond their type */

#include <stddef.h>

#include "base/util.h"
#include "config/validate.h"
#include "net/relay.h"
#include "tap.h"

#define PORT	"a port from 1 to 65535 after the host"
#define ALONE	"a host alone: user and password are settings of their own"

/* What a wrong relay should be; only a wrong port is named alone. */
static void
relays(void)
{
	static const struct {
		const char *value, *want;
	} t[] = {
		{ "h", "" }, { "h:25", "" }, { "h:65535", "" },
		{ "smtp://h:25", "" }, { "[::1]:25", "" }, { "::1", "" },
		{ "h:0", PORT }, { "h:65536", PORT }, { "h:99999", PORT },
		{ "h:99999999999999999999", PORT },
		{ "smtps://h:99999", PORT }, { "[::1]:99999", PORT },
		{ "192.0.2.1:99999", PORT },
		{ "h:", RELAY_FORMS }, { "h:smtp", RELAY_FORMS },
		{ "h:2x", RELAY_FORMS }, { ":99999", RELAY_FORMS },
		{ "::1:99999", RELAY_FORMS }, { "-h:99999", RELAY_FORMS },
		{ "srv:h.test:99999", RELAY_FORMS }, { "h:25:99999",
		    RELAY_FORMS }, { "u@h:99999", ALONE },
	};
	const char *got;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		got = validate_relay(t[i].value);
		is(got != NULL ? got : "", t[i].want, "%s", t[i].value);
	}
}

/* A pattern is checked with a user and a host in its place. */
static void
senders(void)
{
	static const struct { const char *value; bool from, mailbox; } t[] = {
		{ "a@example.org", true, true },
		{ "root@%H", true, false }, { "%U@%H", true, false },
		{ "noreply@mail.%H", true, false },
		{ "%U@example.org", true, true },
		{ "100%%@example.org", true, true },
		{ "a@%U%H", true, false }, { "a@%", false, false },
		{ "a@%x", false, false }, { "a b@%H", false, false },
		{ "App <a@example.org>", false, false },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		ok((validate_from(t[i].value) == NULL) == t[i].from,
		    "from %s", t[i].value);
		ok((validate_mailbox(t[i].value) == NULL) == t[i].mailbox,
		    "an address %s", t[i].value);
	}
}

int
main(void)
{
	relays();
	senders();
	return done();
}
