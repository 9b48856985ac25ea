/* frompolicy.h - who a message may say it is from */

#ifndef MAIL_FROMPOLICY_H
#define MAIL_FROMPOLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum frompolicy_mode {
	FROMPOLICY_KEEP, /* as given, but see domains */
	FROMPOLICY_FORCE, /* always ours */
	FROMPOLICY_REPLY_TO /* always ours; replies to the one given */
};

/*
 * What becomes of the envelope sender and of the field From, each looked at
 * by itself.  With FROMPOLICY_KEEP an address of a domain that is not in the
 * list is replaced all the same, and kept as Reply-To.  The null sender is
 * replaced only by FROMPOLICY_FORCE: relays that want to see their login as
 * sender want it in a bounce too, and whoever forces has to live with
 * bounces of bounces coming to that address.
 */
struct frompolicy {
	enum frompolicy_mode	 mode;
	const char		*from;	/* ours, complete; NULL: all may stay */
	const char		*name;	/* display name with it, or NULL */

	/*
	 * Domains with commas or white space between, ".x.test" or "*.x.test"
	 * being all below x.test; NULL or "" is any.
	 */
	const char		*domains;
};

/* Is this address, complete, to be replaced by ours?  NULL: no policy. */
bool	frompolicy_replaces(const struct frompolicy *, const char *addr);

/* Are replies to go to what was replaced? */
bool	frompolicy_keeps_reply(const struct frompolicy *);

/*
 * Append a setting's text with %U as user, %H as host and %% as %.  In an
 * address the user is quoted where it takes that to be a local part.
 */
void	frompolicy_expand(struct buf *, const char *text, const char *user,
	    const char *host, bool address);

#endif
