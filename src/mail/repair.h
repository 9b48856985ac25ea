/* repair.h - repair the syntax of header fields */

#ifndef MAIL_REPAIR_H
#define MAIL_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/addr.h"
#include "mail/header.h"

struct repair {
	const char	*domain;	/* for bare names, or NULL */
	const char	*own;		/* for a From without an address */

	/*
	 * The one address that a bare name expands to, to be freed, or NULL
	 * if it must not get the domain: then it becomes a group without
	 * members.  The function is NULL if there are no aliases.
	 */
	bool		(*alias)(void *ctx, const char *name, char **spec);
	void		*ctx;
};

/*
 * Append the field: bare names with the domain, domains in A-labels, names
 * quoted.  Text that is not ASCII in names, comments and texts becomes
 * encoded words.  Correct and unreadable parts stay unchanged.
 */
void	repair_field(struct buf *out, const struct field *,
	    const struct repair *);

#endif
