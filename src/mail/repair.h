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
	 * The one address that a bare name expands to, to be freed; NULL if
	 * there are no aliases.
	 */
	bool		(*alias)(void *ctx, const char *name, char **spec);
	void		*ctx;
};

/* A field of addresses as it is read; list has offsets in p[0..n). */
struct repaired {
	const char		*p;
	size_t			 n;
	struct addr_list	 list;
	struct buf		 text;	/* holds p unless that is the value */
};

/*
 * As addr_parse_list(), but accepts names without the quotes they need where
 * the meaning is clear: see repair.c.  own may be NULL.  To be released in
 * any case.
 */
int	repair_parse(struct repaired *, const struct field *, const char *own,
	    struct fault *);
void	repaired_release(struct repaired *);

/*
 * Append the field: bare names with the domain, domains in A-labels, names
 * quoted.  Text that is not ASCII in names, comments and texts becomes
 * encoded words.  Correct and unreadable parts stay unchanged.
 */
void	repair_field(struct buf *out, const struct field *,
	    const struct repair *);

#endif
