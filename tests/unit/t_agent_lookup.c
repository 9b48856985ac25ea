/* t_agent_lookup.c - where relays are found, and for how long it is tried */

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "agent/lookup.h"
#include "base/util.h"
#include "tap.h"

static const struct {
	const char	*name, *relay, *proxy;
	long long	 ms;		/* until the deadline */
	int		 family;	/* SETTING_FAMILY_* */
	size_t		 addresses;	/* of the relay, */
	size_t		 proxies;	/* of the proxy */
	int		 code;		/* of the fault, or 0 */
} table[] = {
	{ "an address needs no time", "127.0.0.1:25", NULL, 0,
	    SETTING_FAMILY_ANY, 1, 0, 0 },
	{ "of IPv6", "[::1]:25", NULL, 0, SETTING_FAMILY_ANY, 1, 0, 0 },
	{ "of a proxy", "mx.nowhere.invalid:25", "socks5://127.0.0.1", 0,
	    SETTING_FAMILY_ANY, 0, 1, 0 },
	{ "a socket", "unix:/run/relay", NULL, 0, SETTING_FAMILY_ANY, 0, 0,
	    0 },
	{ "a name", "localhost:25", NULL, 30000, SETTING_FAMILY_IPV4, 1, 0,
	    0 },
	{ "no time for a name", "localhost:25", NULL, -1000,
	    SETTING_FAMILY_ANY, 0, 0, EAI_AGAIN },
};

static void
look_up(size_t i)
{
	char relay[64], proxy[64];
	struct settings s = { .relay = relay, .family = table[i].family };
	struct fault f = { 0 };
	struct route r;
	int status;

	(void)strlcpy(relay, table[i].relay, sizeof(relay));
	if (table[i].proxy != NULL) {
		(void)strlcpy(proxy, table[i].proxy, sizeof(proxy));
		s.proxy = proxy;
	}
	is_int(route_prepare(&r, &s, &f), 0, "%s", table[i].name);
	status = lookup_route(&r, clock_ms() + table[i].ms, &f);
	is_int(status, table[i].code == 0 ? 0 : -1, "%s: found",
	    table[i].name);
	is_int((long long)r.hop[0].addrs.n, (long long)table[i].addresses,
	    "%s: addresses", table[i].name);
	is_int((long long)r.proxy_addrs.n, (long long)table[i].proxies,
	    "%s: addresses of the proxy", table[i].name);
	if (table[i].code != 0)
		ok(f.stage == ST_RESOLVE && f.domain == FD_GAI &&
		    f.code == table[i].code && f.verdict == VD_TEMP,
		    "%s: %s", table[i].name, f.text);
	ok(waitpid(-1, NULL, 0) == -1 && errno == ECHILD,
	    "%s: no child is left", table[i].name);
	route_release(&r);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(table); i++)
		look_up(i);
	return done();
}
