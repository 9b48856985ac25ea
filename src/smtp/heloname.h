/* heloname.h - chooses the HELO name from candidates, with a reason */

#ifndef SMTP_HELONAME_H
#define SMTP_HELONAME_H

#include <stdbool.h>
#include <stddef.h>

#define HELONAME_MAX	256
#define HELONAME_WHY	512

/* The candidates; NULL or "" if there is none. */
struct heloname_candidates {
	const char	*setting;	/* of the user, unless it is "auto" */
	const char	*fqdn;		/* the host's name, full if known */
	const char	*sender;	/* envelope sender, local@domain */
	const char	*literal;	/* "[192.0.2.1]", the local address */
};

/*
 * Is this a domain (RFC 5321 4.1.2: letters, digits, hyphens, dots) or an
 * address literal (4.1.3), as EHLO takes it?
 */
bool	heloname_valid(const char *);

/*
 * Why relays are likely to refuse this valid name ("a container id"), or
 * NULL if there is no known reason.
 */
const char *heloname_doubt(const char *);

/*
 * Choose the setting; else the first of the host's name, the sender's domain
 * and the address literal that has no known problem.  name gets HELONAME_MAX,
 * why HELONAME_WHY octets: "the host's name 'web1' was not used (no dot in
 * it); the domain of the sender".
 */
void heloname_choose(const struct heloname_candidates *, char *name, char *why);

#endif
