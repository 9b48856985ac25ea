/* t_setup_mapping.c - keys of other programs, and forms of a relay */

#include <stdlib.h>

#include "base/util.h"
#include "setup/mapping.h"
#include "tap.h"

static const struct mapping map[] = {
	TO("Host", "relay"),
	WORD("verify", "tls-verify", "yes", "no"),
	WORD("force", "from-policy", "force", NULL),
	NONE("old", "see `new`"),
	LOST("lost", "gone"),
};

/* A key and its value, and the draft's lines. */
static const struct { const char *key, *value, *want; } keys[] = {
	{ "host", "a.test", "relay           a.test\n" },
	{ "HOST", "a.test", "relay           a.test\n" },
	{ "host", "", "" },
	{ "verify", "off", "tls-verify      no\n" },
	{ "verify", "on", "tls-verify      yes\n" },
	{ "force", "on", "from-policy     force\n" },
	{ "force", "off", "" },
	{ "old", "x", "# old: see `new`\n" },
	{ "lost", "x", "\n# Check:\n# lost: gone\n\n" },
	{ "lost", "", "" },
	{ "unknown", "x", "# unknown: no counterpart\n" },
};

static const struct { const char *value, *port, *want; } relays[] = {
	{ "a.test", "25", "relay           a.test\nport            25\n" },
	{ "a.test:26", "25", "relay           a.test\nport            26\n" },
	{ "[a.test]", NULL, "relay           a.test\n" },
	{ "[a.test]:submission", "25",
	    "relay           a.test\nport            587\n" },
	{ "[::1]:26", NULL, "relay           [::1]\nport            26\n" },
	{ "2001:db8::1", "25",
	    "relay           2001:db8::1\nport            25\n" },
};

static void
is_lines(const struct draft *d, const char *want, const char *what)
{
	struct buf b = { .max = 4096 };

	draft_text(d, "x", false, &b);
	is(buf_text(&b) + 5, want, "%s", what);
	buf_release(&b);
}

int
main(void)
{
	struct draft d;
	size_t i;

	for (i = 0; i < NITEMS(keys); i++) {
		draft_init(&d);
		mapping_apply(&d, map, NITEMS(map), keys[i].key,
		    keys[i].value);
		is_lines(&d, keys[i].want, keys[i].key);
		draft_release(&d);
	}
	for (i = 0; i < NITEMS(relays); i++) {
		draft_init(&d);
		mapping_relay(&d, relays[i].value, relays[i].port);
		is_lines(&d, relays[i].want, relays[i].value);
		draft_release(&d);
	}
	return done();
}
