/* repair.h - a header field as it should have been written */

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
	 * The one address that a bare name stands for, to be freed; NULL
	 * if names stand for themselves.
	 */
	bool		(*alias)(void *ctx, const char *name, char **spec);
	void		*ctx;
};

/* What a field of addresses means; list counts in the octets of p[0..n). */
struct repaired {
	const char		*p;
	size_t			 n;
	struct addr_list	 list;
	struct buf		 text;	/* holds p, if it is not the value */
};

/*
 * As addr_parse_list(), but names that were not quoted as they should be
 * are understood where there is no doubt: see repair.c.  own may be NULL.
 * To be released in any case.
 */
int	repair_parse(struct repaired *, const struct field *, const char *own,
	    struct fault *);
void	repaired_release(struct repaired *);

/*
 * Append the field: bare names with the domain, domains in A-labels, names
 * quoted, what is not ASCII in names, comments and texts as encoded words.
 * What is right, and what cannot be understood, stays byte for byte.
 */
void	repair_field(struct buf *out, const struct field *,
	    const struct repair *);

#endif
