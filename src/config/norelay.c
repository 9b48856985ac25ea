/* norelay.c - what to do where no relay is set */

#include <string.h>

#include "config/envname.h"
#include "config/norelay.h"

/* A variable that was meant to set it, and why it does not. */
static void
norelay_variable(const struct norelay *x, struct buf *out)
{
	const char *other, *host = envname_value(x->env, "SMTP_HOST");
	size_t n = 0, file;

	if (!x->smtp_env && host != NULL && *host != '\0') {
		file = x->settings != NULL ? strcspn(x->settings, ":") : 0;
		buf_addf(out, "; SMTP_HOST is set but has no effect, because "
		    "%.*s has settings", file > 0 ? (int)file : 6, file > 0 ?
		    x->settings : "a file");
	} else if (envname_empty(x->env, "HELOISE_RELAY")) {
		buf_adds(out, "; HELOISE_RELAY is set, but empty");
	} else if (x->smtp_env && envname_empty(x->env, "SMTP_HOST")) {
		buf_adds(out, "; SMTP_HOST is set, but empty");
	} else if (x->smtp_env &&
	    (other = envname_find(x->env, "SMTP_HOST", &n)) != NULL) {
		buf_addf(out, "; %.*s is set: did you mean SMTP_HOST?", (int)n,
		    other);
	}
}

void
norelay_explain(const struct norelay *x, struct buf *out)
{
	if (x->elevated) {
		buf_addf(out, "no relay is set in %s; heloise is installed "
		    "for all users here, so variables and "
		    "~/.config/heloise/config are not read", x->system);
		return;
	}
	buf_addf(out, "no relay is set: %sput a line \"relay HOST\" into %s, "
	    "or set %s", x->file != NULL ? "" :
	    "run `heloise --setup you@example.org`, or ",
	    x->file != NULL ? x->file : x->system,
	    x->smtp_env ? "SMTP_HOST" : "HELOISE_RELAY");
	norelay_variable(x, out);
	if (x->foreign != NULL)
		buf_addf(out, "; root does not use %s, since that belongs to "
		    "another user: run with HOME=/root, or name it with -C",
		    x->foreign);
}
