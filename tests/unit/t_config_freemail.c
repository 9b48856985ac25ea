/* t_config_freemail.c - domains in which strangers have addresses */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "config/freemail.h"
#include "hint/service.h"
#include "tap.h"

int
main(void)
{
	static const char *const yes[] = { "gmail.com", "GMAIL.com",
	    "gmail.com.", "googlemail.com", "yahoo.fr", "yahoo.co.uk",
	    "hotmail.com.br", "live.nl", "web.de", "163.com", "me.com",
	    "posteo.eu", "Fastmail.net.", "kolabnow.com",
	    "users.noreply.github.com" };
	static const char *const no[] = { "", ".", "example.org", "gmail",
	    "mail.gmail.com", "gmail.com.example.org", "live.example.org",
	    "yahoo.example", "live", "live.", "mygmail.com", "com", "." };
	char domain[256];
	const char *p;
	size_t i, n;

	for (i = 0; i < NITEMS(yes); i++)
		ok(freemail_domain(yes[i]), "%s is everybody's", yes[i]);
	for (i = 0; i < NITEMS(no); i++)
		ok(!freemail_domain(no[i]), "\"%s\" is not", no[i]);
	/* All that --providers shows. */
	for (i = 0; i < service_count; i++)
		for (p = service_table[i].domains; p != NULL && *p != '\0';
		    p += n + (p[n] != '\0')) {
			n = strcspn(p, " ");
			(void)snprintf(domain, sizeof(domain), "%.*s", (int)n,
			    p);
			if (!freemail_domain(domain))
				ok(false, "%s is everybody's", domain);
		}
	return done();
}
