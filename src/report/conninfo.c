/* conninfo.c - what is known of a connection, for logs and hints */

#include <string.h>

#include "base/util.h"
#include "report/conninfo.h"

bool
conninfo_sane(const struct conninfo *l)
{
	return l->account >= ACCOUNT_NONE && l->account < CONFIG_ACCOUNTS &&
	    ends_within(l->passed, sizeof(l->passed)) &&
	    ends_within(l->what, sizeof(l->what)) &&
	    ends_within(l->ip, sizeof(l->ip)) &&
	    ends_within(l->tried, sizeof(l->tried)) &&
	    ends_within(l->helo, sizeof(l->helo)) &&
	    ends_within(l->banner, sizeof(l->banner)) &&
	    ends_within(l->tls, sizeof(l->tls)) &&
	    ends_within(l->clear, sizeof(l->clear)) &&
	    ends_within(l->auth, sizeof(l->auth)) &&
	    ends_within(l->offered, sizeof(l->offered)) &&
	    l->authed <= 1 && l->quoted <= 1 &&
	    (l->lost == 0 || l->lost == 4 || l->lost == 6) && l->rtt >= -1;
}

void
conninfo_clear(struct conninfo *l)
{
	memset(l, 0, sizeof(*l));
	l->account = ACCOUNT_NONE;
	l->rtt = -1;
}
