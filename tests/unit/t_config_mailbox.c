/* t_config_mailbox.c - a name and an address in one value */

#include <stdlib.h>

#include "base/util.h"
#include "config/mailbox.h"
#include "tap.h"

int
main(void)
{
	static const struct { const char *value, *name, *address; } t[] = {
		{ "App <a@b.example>", "App", "a@b.example" },
		{ "<a@b.example>", "", "a@b.example" },
		{ "My \t App  <a@b.example>", "My \t App", "a@b.example" },
		{ "\"A, B\" <a@b.example>", "A, B", "a@b.example" },
		{ "\"A \\\"x\\\"\"<a@b.example>", "A \"x\"",
		    "a@b.example" },
		{ "\"\" <a@b.example>", "", "a@b.example" },
		{ "A < B <a@b.example>", "A < B", "a@b.example" },
		{ "a@b.example", NULL, NULL }, { "", NULL, NULL },
		{ "App <>", NULL, NULL }, { "App <a@b.example", NULL, NULL },
		{ ">", NULL, NULL }, { "<", NULL, NULL },
	};
	char *name, *address;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		name = address = NULL;
		ok(mailbox_split(t[i].value, &name, &address) ==
		    (t[i].name != NULL), "%s", t[i].value);
		is(name, t[i].name, "the name of %s", t[i].value);
		is(address, t[i].address, "the address of %s", t[i].value);
		free(name);
		free(address);
	}
	return done();
}
