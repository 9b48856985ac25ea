/* addrlist.h - parse mailboxes and lists */

#ifndef MAIL_ADDRLIST_H
#define MAIL_ADDRLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * One mailbox of a list.  The offsets count octets of the text it was
 * found in.  A mailbox with its name is [start, end), the words before "<"
 * are [start, angle).  The address alone, without <> and route, is
 * [spec_start, spec_end); white space and comments may stand within it.
 */
struct addr {
	char	*spec;		/* local@domain, or a bare local part */
	char	*name;		/* unquoted; or else a comment; or NULL */
	size_t	 start;
	size_t	 angle;		/* start, if there is no "<" */
	size_t	 end;
	size_t	 spec_start;
	size_t	 spec_end;
	bool	 group;		/* one of a group's members */
};

/* Owns all it points to.  {0} is a valid empty list. */
struct addr_list {
	struct addr	*v;
	size_t		 n;
	size_t		 cap;

	/*
	 * The text ends within a group, and a semicolon would close it: not
	 * after a backslash.
	 */
	bool		 open;
};

/*
 * Append the mailboxes of an address list (RFC 5322, 3.4 and 4.4).  A
 * semicolon separates anywhere, and a backslash before an octet of an atom
 * is dropped.  Line ends must be folding.  Takes time in proportion to n.
 * A mailbox that parses is not yet fit for the wire: "<>" gives an empty
 * spec, "root" a bare one; see addr_check().
 */
int	addrlist_parse(struct addr_list *, const char *p, size_t n,
	    struct fault *);
void	addrlist_release(struct addr_list *);

#endif
