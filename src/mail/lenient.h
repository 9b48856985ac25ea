/* lenient.h - read address fields as people and programs write them */

#ifndef MAIL_LENIENT_H
#define MAIL_LENIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/addrlist.h"
#include "mail/header.h"

/* Addresses as they are read; list has offsets in p[0..n). */
struct lenient {
	const char		*p;
	size_t			 n;
	struct addr_list	 list;
	struct buf		 text;	/* holds p unless that is the value */
};

/*
 * As addrlist_parse(), but also accepts what is wrong in a clear way: see
 * lenient.c.  single: the text usually holds one mailbox, so commas belong
 * to its name.  own is the address for a text without one, or NULL.  Line
 * ends at the end do not count.  To be released in any case.
 */
int	lenient_list(struct lenient *, const char *p, size_t n, bool single,
	    const char *own, struct fault *);

/* The same of a field's value; own counts only in From. */
int	lenient_parse(struct lenient *, const struct field *, const char *own,
	    struct fault *);
void	lenient_release(struct lenient *);

/*
 * The length of the first element of a list, with the separator after it; of
 * a list that does not parse, too.  At least 1 if n is.
 */
size_t	lenient_element(const char *p, size_t n);

/*
 * The argument of -f or -r: an address in any form, "" and "<>" being the
 * null sender.  *spec is to be freed by the caller; it may be bare.
 */
int	lenient_path(char **spec, const char *arg, struct fault *);

#endif
