/* t_config_spoolpath.c - where the spool of a caller is */

#include <stdlib.h>

#include "base/util.h"
#include "config/spoolpath.h"
#include "tap.h"

static const struct {
	const char	*home, *xdg, *state;
	uid_t		 uid;
	bool		 elevated;
	const char	*want;
} defaults[] = {
	{ "/home/a", NULL, NULL, 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "/x", NULL, 1000, false, "/x/heloise" },
	{ "/home/a", "x", NULL, 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "", NULL, 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "/x", NULL, 1000, true, "/sys" },
	{ "/root", "/x", NULL, 0, false, "/sys" },
	{ NULL, "/x", NULL, 1000, false, "/x/heloise" },
	{ NULL, NULL, NULL, 0, false, "/sys" },
	{ NULL, NULL, NULL, 1000, false, NULL },
	{ "home", NULL, NULL, 1000, false, NULL },
	{ "", "", NULL, 1000, false, NULL },
	{ "/", NULL, "/var/lib/private/app", 61184, false,
	    "/var/lib/private/app/heloise" },
	{ "/", NULL, "/var/lib/a:/var/lib/b", 33, false, "/var/lib/a/heloise" },
	{ "/", "/x", "/var/lib/a", 33, false, "/x/heloise" },
	{ "/", NULL, "/var/lib/a", 0, false, "/sys" },
	{ "/", NULL, "/var/lib/a", 33, true, "/sys" },
	{ "/h", NULL, "a", 33, false, "/h/.local/state/heloise" },
};

int
main(void)
{
	char *got;
	size_t i;

	for (i = 0; i < NITEMS(defaults); i++) {
		got = spoolpath_default(defaults[i].home, defaults[i].xdg,
		    defaults[i].state, defaults[i].uid, defaults[i].elevated, "/sys");
		is(got, defaults[i].want, "default %zu", i);
		free(got);
	}
	return done();
}
