/* busy.c - does a relay refuse because it has too many connections? */

#include <string.h>

#include "base/ascii.h"
#include "smtp/busy.h"

static bool
busy_says(const char *text, const char *const *word)
{
	for (; *word != NULL; word++)
		if (strcasestr(text, *word) != NULL)
			return true;
	return false;
}

/* Copy the text without host names and addresses: any word may be in them. */
static void
busy_drop_names(const char *text, char out[FAULT_TEXT])
{
	const char *dot;
	size_t n;

	for (; *text != '\0'; text += n) {
		if ((n = strcspn(text, " \n")) == 0)
			n = 1;
		dot = memchr(text, '.', n);
		if (dot != NULL && (ascii_letter(dot[1]) ||
		    ascii_digit(dot[1])))
			continue;
		memcpy(out, text, n);
		out += n;
	}
	*out = '\0';
}

bool
busy_relay(const struct fault *f)
{
	static const char *const what[] = { "connection", "session",
	    "concurren", "simultan", "parallel", "thread", NULL };
	static const char *const much[] = { "too many", "limit", "exceed",
	    "maximum", "concurren", "simultan", "parallel", NULL };
	/* Postfix says "Error: too many connections". */
	static const char *const other[] = { "login", "auth", "recipient",
	    "messages", "mails", "errors", "fail", "command", "size",
	    "timeout", "timed out", "time limit", "idle", NULL };
	char text[FAULT_TEXT];

	if (f->domain != FD_SMTP || (f->code / 100 != 4 &&
	    f->stage != ST_GREETING && f->stage != ST_EHLO))
		return false;
	busy_drop_names(f->text, text);
	return busy_says(f->text, what) && busy_says(f->text, much) &&
	    !busy_says(text, other);
}
