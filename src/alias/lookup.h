/* lookup.h - what an address becomes */

#ifndef ALIAS_LOOKUP_H
#define ALIAS_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "alias/table.h"
#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

#define ALIAS_DEPTH		50	/* aliases of aliases */
#define ALIAS_RCPTS		100000	/* of one address */
#define ALIAS_INCLUDES		1000	/* files read for one address */
#define ALIAS_INCLUDE_MAX	1048576	/* octets of one of them */

/* The facts and wishes of the caller, who owns all of it. */
struct alias_opts {
	const char *const *hosts;	/* domains that mean this host */
	size_t		 nhosts;
	const char	*domain;	/* for bare names that stay, or NULL */

	/*
	 * Append what the file of an :include: holds to out, whose max is
	 * ALIAS_INCLUDE_MAX.  NULL: there are no such files.
	 */
	int		(*include)(void *ctx, const char *path,
			    struct buf *out, struct fault *);
	void		*ctx;

	/* Gets "file:line: words" of what was passed over; or NULL. */
	struct buf	*mistakes;
};

/* May an address have an alias, or is it another host's? */
bool	alias_concerns(const struct alias_opts *, const char *addr);

/*
 * Add what an address becomes to an envelope: each mailbox once, qualified
 * and checked.  Only a bare name and one at one of the hosts have aliases;
 * a name that has none takes that of "default", if there is one.  "\name"
 * is looked up nowhere.  A name among its own members is itself.
 *
 * Members that mail cannot go to, and those that lead back to where they
 * came from, are passed over unless nothing else is there.  On a fault
 * nothing was added; its verdict is permanent, unless that of a file that
 * could not be read says otherwise.
 */
int	alias_expand(const struct aliases *, const struct alias_opts *,
	    const char *addr, struct envelope *, struct fault *);

/*
 * The one address that a bare name stands for, to write it in a header;
 * false if it has no alias, or one of several members or of none that is an
 * address.  *spec is to be freed by the caller.
 */
bool	alias_lookup_single(const struct aliases *, const struct alias_opts *,
	    const char *name, char **spec);

/*
 * Add the mistakes that no single line shows to those of the opts: aliases
 * that lead back to themselves or too deep, files that cannot be included
 * and what is wrong in them, bare names without a domain.
 */
void	alias_check(const struct aliases *, const struct alias_opts *);

#endif
