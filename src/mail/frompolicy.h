/* frompolicy.h - which sender addresses are kept or replaced */

#ifndef MAIL_FROMPOLICY_H
#define MAIL_FROMPOLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum frompolicy_mode {
	FROMPOLICY_KEEP,	/* replace only outside the domains */
	FROMPOLICY_FORCE,	/* always replace */
	FROMPOLICY_REPLY_TO	/* always replace; the old one to Reply-To */
};

/*
 * The policy for the envelope sender and the field From, each on its own;
 * also for Sender, Resent-From and Resent-Sender.
 * FROMPOLICY_KEEP also replaces an address outside the domains, and keeps it
 * as Reply-To.  Only FROMPOLICY_FORCE replaces the null sender: a relay that
 * accepts only the login as sender also checks bounces.  Bounces of bounces
 * then go to that address.
 */
struct frompolicy {
	enum frompolicy_mode	 mode;
	const char		*from;	/* the new address; NULL: keep all */
	const char		*name;	/* display name with it, or NULL */

	/*
	 * Domains, separated by commas or white space.  ".x.test" and
	 * "*.x.test" match all names below x.test; NULL and "" match any.
	 */
	const char		*domains;
};

/* Is this address, with its domain, to be replaced?  NULL: no policy. */
bool	frompolicy_replaces(const struct frompolicy *, const char *addr);

/* Does the address that was replaced become Reply-To? */
bool	frompolicy_keeps_reply(const struct frompolicy *);

/*
 * Append a setting's text with %U as user, %H as host and %% as %.  In an
 * address the user is quoted if a local part needs that.
 */
void	frompolicy_expand(struct buf *, const char *text, const char *user,
	    const char *host, bool address);

#endif
