/* t_config_norelay.c - what to do where no relay is set */

#include <stdlib.h>

#include "base/util.h"
#include "config/norelay.h"
#include "tap.h"

#define PUT "run `heloise --setup you@example.org`, or put a line \"relay " \
	"HOST\" into /etc/h, or set "

int
main(void)
{
	static const struct {
		const char *name;
		struct norelay x;
		const char *env;
		const char *want;
	} t[] = {
		{ "files", { .system = "/etc/h" }, NULL,
		    "no relay is set: " PUT "HELOISE_RELAY" },
		{ "no files", { .system = "/etc/h", .smtp_env = true }, NULL,
		    "no relay is set: " PUT "SMTP_HOST" },
		{ "-C", { .system = "/etc/h", .file = "c" }, NULL,
		    "no relay is set: put a line \"relay HOST\" into c, or "
		    "set HELOISE_RELAY" },
		{ "a file with settings", { .system = "/etc/h",
		    .settings = "/etc/h:12" }, "SMTP_HOST=h",
		    "no relay is set: " PUT "HELOISE_RELAY; SMTP_HOST is set "
		    "but has no effect, because /etc/h has settings" },
		{ "-C of no settings", { .system = "/etc/h", .file = "c" },
		    "SMTP_HOST=h", "no relay is set: put a line \"relay "
		    "HOST\" into c, or set HELOISE_RELAY; SMTP_HOST is set "
		    "but has no effect, because a file has settings" },
		{ "empty", { .system = "/etc/h", .smtp_env = true },
		    "SMTP_HOST=", "no relay is set: " PUT "SMTP_HOST; "
		    "SMTP_HOST is set, but empty" },
		{ "an empty one that has no effect", { .system = "/etc/h" },
		    "SMTP_HOST=", "no relay is set: " PUT "HELOISE_RELAY" },
		{ "another empty one", { .system = "/etc/h" },
		    "HELOISE_RELAY=", "no relay is set: " PUT "HELOISE_RELAY; "
		    "HELOISE_RELAY is set, but empty" },
		{ "misspelt", { .system = "/etc/h", .smtp_env = true },
		    "SMTP_HOTS=h", "no relay is set: " PUT "SMTP_HOST; "
		    "SMTP_HOTS is set: did you mean SMTP_HOST?" },
		{ "for all users", { .system = "/etc/h", .elevated = true },
		    "SMTP_HOST=h", "no relay is set in /etc/h; heloise is "
		    "installed for all users here, so variables and "
		    "~/.config/heloise/config are not read" },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct norelay x = t[i].x;
		char *env[] = { t[i].env != NULL ? xstrdup(t[i].env) : NULL,
		    NULL };
		struct buf b = { .max = 1024 };

		x.env = env;
		norelay_explain(&x, &b);
		is(buf_text(&b), t[i].want, "%s", t[i].name);
		buf_release(&b);
		free(env[0]);
	}
	return done();
}
