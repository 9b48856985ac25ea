/* t_config_freemail.c - domains in which strangers have addresses */

#include "base/util.h"
#include "config/freemail.h"
#include "tap.h"

int
main(void)
{
	static const char *const yes[] = { "gmail.com", "GMAIL.com",
	    "gmail.com.", "googlemail.com", "yahoo.fr", "yahoo.co.uk",
	    "hotmail.com.br", "live.nl", "web.de", "163.com", "me.com",
	    "users.noreply.github.com" };
	static const char *const no[] = { "", ".", "example.org", "gmail",
	    "mail.gmail.com", "gmail.com.example.org", "live.example.org",
	    "yahoo.example", "live", "live.", "mygmail.com", "com", "." };
	size_t i;

	for (i = 0; i < NITEMS(yes); i++)
		ok(freemail_domain(yes[i]), "%s is everybody's", yes[i]);
	for (i = 0; i < NITEMS(no); i++)
		ok(!freemail_domain(no[i]), "\"%s\" is not", no[i]);
	return done();
}
