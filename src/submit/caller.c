/* caller.c - facts about the caller and the host */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "submit/caller.h"
#include "system/identity.h"

/*
 * A host may have any name, "my pc" or "vm.example.org.": without a domain for
 * the caller's address its mail would be lost.
 */
static void
caller_host_domain(const char *host, char *domain, size_t size)
{
	struct fault f = { 0 };
	char *spec = xasprintf("x@%s", host);

	if (addr_complete(&spec, NULL, &f) == 0)
		(void)strlcpy(domain, spec + 2, size);
	else
		(void)strlcpy(domain, "localhost", size);
	free(spec);
}

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
	if (s->domain != NULL || at != NULL)
		(void)strlcpy(a->domain, s->domain != NULL ? s->domain :
		    at + 1, sizeof(a->domain));
	else
		caller_host_domain(a->host, a->domain, sizeof(a->domain));
}
