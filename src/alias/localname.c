/* localname.c - who gets the mail of a name on this host without an alias */

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "alias/localname.h"
#include "base/ascii.h"
#include "system/identity.h"

/* Names that mean the administrator, whether or not they are users. */
static const char always[] = "root postmaster mailer-daemon hostmaster "
    "webmaster abuse";

static bool
localname_is_user(const struct localname *l, const char *name)
{
	return ascii_listed(always, name, strlen(name)) ||
	    (l->caller != NULL && strcasecmp(name, l->caller) == 0) ||
	    identity_listed(&l->users, name);
}

int
localname_mailbox(const struct localname *l, const char *name, const char **to,
    struct fault *f)
{
	bool user = localname_is_user(l, name);

	*to = NULL;
	if (!l->guarded || (!user && l->chosen))
		return 0;
	if (!user)
		return fault_set(f, ST_ADDRESS, FD_ERRNO, ESRCH, VD_PERM,
		    "\"%s\" is no address, no alias and no user of this host",
		    name);
	if (l->root_mail != NULL)
		*to = l->root_mail;
	else if (l->shared && l->owner != NULL)
		*to = l->owner;
	else if (l->shared)
		return fault_set(f, ST_ADDRESS, FD_ERRNO, ESRCH, VD_PERM,
		    "\"%s\" is a user of this host, and %s@%s is a stranger",
		    name, name, l->domain);
	return 0;
}

void
localname_release(struct localname *l)
{
	buf_release(&l->users);
	*l = (struct localname){ 0 };
}
