/* link.c - what was known of a connection, for logs and hints */

#include <string.h>

#include "link.h"

static bool
ends(const char *s, size_t n)
{
	return memchr(s, '\0', n) != NULL;
}

bool
link_sane(const struct link *l)
{
	return l->account >= ACCOUNT_NONE && l->account < CONFIG_ACCOUNTS &&
	    ends(l->passed, sizeof(l->passed)) &&
	    ends(l->what, sizeof(l->what)) && ends(l->ip, sizeof(l->ip)) &&
	    ends(l->helo, sizeof(l->helo)) &&
	    ends(l->banner, sizeof(l->banner)) &&
	    ends(l->tls, sizeof(l->tls)) && ends(l->auth, sizeof(l->auth)) &&
	    ends(l->offered, sizeof(l->offered)) &&
	    l->authed <= 1 && l->rtt >= -1;
}

void
link_clear(struct link *l)
{
	memset(l, 0, sizeof(*l));
	l->account = ACCOUNT_NONE;
	l->rtt = -1;
}
