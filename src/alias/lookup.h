/* lookup.h - the expansion of an address by aliases */

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

/* Facts and options of the caller, which owns all of it. */
struct alias_opts {
	const char *const *hosts;	/* domains that mean this host */
	size_t		 nhosts;
	const char	*domain;	/* for bare names that stay, or NULL */

	/* Where a bare name's mail goes; see localname_mailbox().  Or NULL. */
	int		(*bare)(void *ctx, const char *name, const char **to,
			    struct fault *);

	/*
	 * Append the text of an :include: file to out, whose max is
	 * ALIAS_INCLUDE_MAX.  NULL: files cannot be included.
	 */
	int		(*include)(void *ctx, const char *path,
			    struct buf *out, struct fault *);
	void		*ctx;

	/* Gets "file:line: text" for members that are left out; or NULL. */
	struct buf	*mistakes;
	bool		 refused;	/* also commands and files, which
					   aliases_parse() reports */
};

/* May an address have an alias?  Addresses of other hosts have none. */
bool	alias_concerns(const struct alias_opts *, const char *addr);

/*
 * Expand an address and add the results to an envelope: each mailbox once,
 * qualified and checked.  Only a bare name and a name at one of the hosts
 * have aliases; a name that has none takes that of "default", if there is
 * one.  "\name" has no alias.  A name among its own members stays as it is.
 *
 * Commands, files and members that refer back to themselves are left out; a
 * fault only if no address is left.  On a fault nothing is added.  Its
 * verdict is permanent, except that a file may fail temporarily.
 */
int	alias_expand(const struct aliases *, const struct alias_opts *,
	    const char *addr, struct envelope *, struct fault *);

/*
 * The one address that a bare name expands to, for a header.  False if it
 * has no alias, or if its alias has several members or is no address.
 * *spec is to be freed by the caller.
 */
bool	alias_lookup_single(const struct aliases *, const struct alias_opts *,
	    const char *name, char **spec);

/*
 * Add the mistakes that no single line shows to those of the opts: loops,
 * aliases that are nested too deep, files that cannot be included, mistakes
 * in those files, bare names without a domain.
 */
void	alias_check(const struct aliases *, const struct alias_opts *);

#endif
