/* addr.h - mailboxes and lists: parse, check, quote, qualify */

#ifndef MAIL_ADDR_H
#define MAIL_ADDR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

#define ADDR_MAX	254	/* octets, without <> (RFC 5321, 4.5.3.1.3) */

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
};

/*
 * Append the mailboxes of an address list (RFC 5322, 3.4 and 4.4).  A
 * semicolon separates anywhere, and a backslash before an octet of an atom
 * is dropped.  Line ends must be folding.  Takes time in proportion to n.
 * A mailbox that parses is not yet fit for the wire: "<>" gives an empty
 * spec, "root" a bare one; see addr_check().
 */
int	addr_parse_list(struct addr_list *, const char *p, size_t n,
	    struct fault *);
void	addr_list_release(struct addr_list *);

/* The @ between local part and domain, or NULL. */
const char *addr_at(const char *spec);

/* Are they the same?  Only the case of the domain does not matter. */
bool	addr_same(const char *, const char *);

/*
 * Check an address by the one grammar of wire, spool and envelope: a
 * Mailbox of RFC 5321, 4.1.2, with UTF-8 as in RFC 6531.  So it has no
 * control character, and no space or <> outside quotes.
 */
int	addr_check(const char *spec, struct fault *);

/*
 * The argument of -f or -r: an address in any form, "" and "<>" being the
 * null sender.  *spec is to be freed by the caller; it may be bare.
 */
int	addr_path(char **spec, const char *arg, struct fault *);

/* Give a bare local part its domain; an empty spec stays empty. */
void	addr_qualify(char **spec, const char *domain);

/*
 * Drop one final dot of a domain, and write it in A-labels, unless the local
 * part needs SMTPUTF8 anyway.
 * Comes before addr_check(): the mapping may yield any octets.
 */
int	addr_ascii_domain(char **spec, struct fault *);

/* The three above: qualify with domain (if not NULL), in ASCII, checked. */
int	addr_complete(char **spec, const char *domain, struct fault *);

/* Does the address need SMTPUTF8? */
bool	addr_needs_utf8(const char *spec);

/* Append a user's login name as a local part, quoted if need be. */
void	addr_add_local(struct buf *, const char *user);

#endif
