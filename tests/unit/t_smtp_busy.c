/* t_smtp_busy.c - relays that have too many connections, in their words */

#include <string.h>

#include "base/util.h"
#include "smtp/busy.h"
#include "tap.h"

static const struct {
	enum stage	 stage;
	int		 code;
	const char	*text;
	bool		 want;
} busies[] = {
	/* Postfix, Sendmail, Exim, Exchange, Dovecot */
	{ ST_GREETING, 421, "mx.example.org Error: too many connections from "
	    "192.0.2.1", true },
	{ ST_GREETING, 421, "Too many open connections.", true },
	{ ST_GREETING, 421, "Connection rate limit exceeded.", true },
	{ ST_GREETING, 421, "Too many concurrent SMTP connections; please try "
	    "again later.", true },
	{ ST_MAIL, 432, "Concurrent connections limit exceeded. Visit "
	    "https://aka.ms/concurrent_sending for more information.", true },
	{ ST_BODY, 432, "STOREDRV.ClientSubmit; sender thread limit exceeded "
	    "[Hostname=authmails.size.example]", true },
	{ ST_GREETING, 421, "The maximum number of concurrent connections "
	    "has exceeded a limit,\nclosing transmission channel", true },
	{ ST_AUTH, 421, "Maximum number of connections from user+IP exceeded "
	    "(mail_max_userip_connections=10)", true },
	{ ST_GREETING, 554, "Too many simultaneous sessions", true },
	{ ST_GREETING, 421, "smtp-auth.mails.example.org Too many sessions",
	    true },

	{ ST_RCPT, 550, "Too many connections", false },
	{ ST_GREETING, 421, "Service not available", false },
	{ ST_GREETING, 421, "connections.example.org has no time", false },
	{ ST_RCPT, 452, "Too many recipients in this session", false },
	{ ST_MAIL, 421, "Too many messages in this session", false },
	{ ST_MAIL, 421, "too many errors on this connection", false },
	{ ST_AUTH, 454, "Too many failed logins in this session", false },
	{ ST_BODY, 421, "Session timeout exceeded, closing connection",
	    false },
	{ ST_BODY, 421, "connection idle limit exceeded", false },
	{ ST_RCPT, 450, "Greylisted", false },
};

static void
busy(void)
{
	struct fault f = { 0 };
	char big[FAULT_TEXT];
	size_t i;

	for (i = 0; i < NITEMS(busies); i++) {
		fault_clear(&f);
		(void)fault_set(&f, busies[i].stage, FD_SMTP, busies[i].code,
		    VD_TEMP, "%s", busies[i].text);
		ok(busy_relay(&f) == busies[i].want, "%s: %.40s",
		    busies[i].want ? "busy" : "not busy", busies[i].text);
	}
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	memcpy(big, "too many sessions ", 18);
	fault_clear(&f);
	f.stage = ST_GREETING;
	f.domain = FD_SMTP;
	f.code = 421;
	memcpy(f.text, big, sizeof(big));
	ok(busy_relay(&f), "busy, in the longest text");
}

int
main(void)
{
	busy();
	return done();
}
