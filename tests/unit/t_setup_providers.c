/* t_setup_providers.c - the list of providers */

#include <string.h>

#include "base/util.h"
#include "capture.h"
#include "hint/service.h"
#include "setup/providers.h"
#include "tap.h"

/* A whole entry for each form of a user, of TLS, and of OAuth. */
static const struct { const char *what, *text; } has[] = {
	{ "STARTTLS, OAuth only", "\noutlook: Outlook.com and Hotmail\n"
	    "    relay   smtp-mail.outlook.com port 587, STARTTLS\n"
	    "    user    the whole address\n"
	    "    login   this provider takes no password, only OAuth\n"
	    "    OAuth   microsoft, and nothing else\n"
	    "    domains outlook.com " },
	{ "no login", "\ngoogle-relay: the SMTP relay of Google Workspace\n"
	    "    relay   smtp-relay.gmail.com port 587, STARTTLS\n"
	    "    user    no login\n" },
	{ "the local part", "\n    user    the part before the @\n" },
	{ "implicit TLS", "\n    relay   smtp.gmail.com port 465, implicit "
	    "TLS\n" },
	{ "OAuth or a password", "\n    OAuth   google\n" },
	{ "a user that the provider gives", "\nmailgun: Mailgun\n"
	    "    relay   smtp.mailgun.org port 587, STARTTLS\n"
	    "    user    given by the provider\n" },
	{ "a word as user", "\n    user    apikey\n" },
};

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

int
main(void)
{
	const char *text;
	size_t i;
	int status;

	capture_begin();
	status = providers_run(NULL, NULL, NULL);
	text = capture_end();
	is_int(status, 0, "the status");
	for (i = 0; i < NITEMS(has); i++)
		ok(strstr(text, has[i].text) != NULL, "%s", has[i].what);
	is_int((long long)count(text, "\n    relay   "),
	    (long long)service_count, "a relay for each");
	is_int((long long)count(text, "\n    user    "),
	    (long long)service_count, "a user for each");
	return done();
}
