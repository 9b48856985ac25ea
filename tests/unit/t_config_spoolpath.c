/* t_config_spoolpath.c - where the spool of a caller is */

#include <stdlib.h>

#include "base/util.h"
#include "config/spoolpath.h"
#include "tap.h"

static const struct {
	const char	*home, *xdg;
	uid_t		 uid;
	bool		 elevated;
	const char	*want;
} defaults[] = {
	{ "/home/a", NULL, 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "/x", 1000, false, "/x/heloise" },
	{ "/home/a", "x", 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "", 1000, false, "/home/a/.local/state/heloise" },
	{ "/home/a", "/x", 1000, true, "/sys" },
	{ "/root", "/x", 0, false, "/sys" },
	{ NULL, "/x", 1000, false, "/x/heloise" },
	{ NULL, NULL, 0, false, "/sys" },
	{ NULL, NULL, 1000, false, NULL },
	{ "home", NULL, 1000, false, NULL },
	{ "", "", 1000, false, NULL },
};

int
main(void)
{
	char *got;
	size_t i;

	for (i = 0; i < NITEMS(defaults); i++) {
		got = spoolpath_default(defaults[i].home, defaults[i].xdg,
		    defaults[i].uid, defaults[i].elevated, "/sys");
		is(got, defaults[i].want, "default %zu", i);
		free(got);
	}
	return done();
}
