/* caller.c - facts about the caller and the host */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/freemail.h"
#include "mail/addr.h"
#include "mail/frompolicy.h"
#include "submit/caller.h"
#include "system/identity.h"

/* A domain that is set, in ASCII if it has such a form. */
static void
caller_set_domain(const char *set, char *domain, size_t size)
{
	struct fault f = { 0 };
	char *spec = xasprintf("x@%s", set);

	(void)addr_ascii_domain(&spec, &f);
	(void)strlcpy(domain, spec + 2, size);
	free(spec);
}

void
caller_find(struct caller *a, uid_t uid, const struct settings *s)
{
	const char *at = s->from != NULL ? addr_at(s->from) : NULL;
	struct buf own = { .max = 65536 };
	struct tm tm;

	*a = (struct caller){ .uid = uid, .now = time(NULL) };
	if (localtime_r(&a->now, &tm) != NULL)
		a->utc_offset = tm.tm_gmtoff;
	identity_user(uid, a->user, sizeof(a->user), a->full, sizeof(a->full));
	identity_parent(a->origin, sizeof(a->origin));
	identity_host(a->host, sizeof(a->host));
	if (at != NULL)
		frompolicy_expand(&own, at + 1, a->user, a->host, false);
	if (s->domain != NULL || at != NULL)
		caller_set_domain(s->domain != NULL ? s->domain :
		    buf_text(&own), a->domain, sizeof(a->domain));
	else
		(void)addr_host_domain(a->host, a->domain, sizeof(a->domain));
	buf_release(&own);
}

/* An address, and no pattern of addresses. */
static bool
caller_is_address(const char *s)
{
	return s != NULL && addr_at(s) != NULL && strchr(s, '%') == NULL;
}

void
caller_local_names(const struct caller *a, const struct settings *s,
    struct localname *l)
{
	bool mailbox = caller_is_address(s->user);

	*l = (struct localname){ .caller = a->user, .root_mail = s->root_mail,
	    .domain = a->domain, .chosen = s->domain != NULL,
	    .shared = freemail_domain(a->domain), .guarded = true };
	if (caller_is_address(s->from))
		l->owner = s->from;
	else if (mailbox)
		l->owner = s->user;
	/* The name of the host is no domain at such a provider. */
	if (mailbox && s->from == NULL && s->domain == NULL)
		l->shared = freemail_domain(addr_at(s->user) + 1);
	identity_users(&l->users);
}
