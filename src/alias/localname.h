/* localname.h - who gets the mail of a name on this host without an alias */

#ifndef ALIAS_LOCALNAME_H
#define ALIAS_LOCALNAME_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"

/* All but users is borrowed; {0} gives every name the domain. */
struct localname {
	struct buf	 users;		/* see identity_users() */
	const char	*caller;	/* the caller's login name, */
	const char	*root_mail;	/* and the settings: `root-mail`, */
	char		*owner;		/* whose account it is, */
	const char	*domain;	/* what bare names get: */
	bool		 chosen;	/* `domain` says so */
	bool		 shared;	/* its provider is open to all */
	bool		 guarded;	/* this is not {0} */
};

/*
 * Where does mail for that name go?  0: to *to, which is borrowed, or, if that
 * is NULL, to the name at the domain.  -1 with a fault: nowhere.
 *
 * A local user is the caller, one of passwd(5), or "root" and other names that
 * each host has (RFC 2142).  Its mail goes to `root-mail`.  Without it, at a
 * provider that is open to strangers, to the owner of the account.  Another
 * name is no local user's: it gets the domain only if `domain` says so.
 */
int	localname_mailbox(const struct localname *, const char *name,
	    const char **to, struct fault *);

void	localname_release(struct localname *);

#endif
