/* caller.c - facts about the caller and the host */

#include <string.h>

#include "mail/addr.h"
#include "submit/caller.h"
#include "system/identity.h"

void
caller_find(struct caller *a, uid_t uid, const struct settings *s)
{
	const char *at = s->from != NULL ? addr_at(s->from) : NULL;
	struct tm tm;

	*a = (struct caller){ .uid = uid, .now = time(NULL) };
	if (localtime_r(&a->now, &tm) != NULL)
		a->utc_offset = tm.tm_gmtoff;
	identity_user(uid, a->user, sizeof(a->user), a->full, sizeof(a->full));
	identity_parent(a->origin, sizeof(a->origin));
	identity_host(a->host, sizeof(a->host));
	(void)strlcpy(a->domain, s->domain != NULL ? s->domain :
	    at != NULL ? at + 1 : a->host, sizeof(a->domain));
}
