/* frompolicy.h - who a message may say it is from */

#ifndef MAIL_FROMPOLICY_H
#define MAIL_FROMPOLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum policy_mode {
	POLICY_KEEP,		/* as given, but see domains */
	POLICY_FORCE,		/* always ours */
	POLICY_REPLY_TO		/* always ours; replies to the one given */
};

/*
 * What becomes of the envelope sender and of the field From, each looked at
 * by itself.  With POLICY_KEEP an address of a domain that is not in the
 * list is replaced all the same, and kept as Reply-To.  The null sender is
 * replaced only by POLICY_FORCE: relays that want to see their login as
 * sender want it in a bounce too, and whoever forces has to live with
 * bounces of bounces coming to that address.
 */
struct policy {
	enum policy_mode	 mode;
	const char		*from;	/* ours, complete; NULL: all may stay */
	const char		*name;	/* display name with it, or NULL */

	/*
	 * Domains with commas or white space between, ".x.test" or "*.x.test"
	 * being all below x.test; NULL or "" is any.
	 */
	const char		*domains;
};

/* Is this address, complete, to be replaced by ours?  NULL: no policy. */
bool	policy_replaces(const struct policy *, const char *addr);

/* Are replies to go to what was replaced? */
bool	policy_keeps_reply(const struct policy *);

/*
 * Append a setting's text with %U as user, %H as host and %% as %.  In an
 * address the user is quoted where it takes that to be a local part.
 */
void	policy_expand(struct buf *, const char *text, const char *user,
	    const char *host, bool address);

#endif
