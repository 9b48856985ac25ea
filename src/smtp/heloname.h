/* heloname.h - chooses the HELO name from candidates and says why */

#ifndef SMTP_HELONAME_H
#define SMTP_HELONAME_H

#include <stdbool.h>
#include <stddef.h>

#define HELONAME_MAX	256
#define HELONAME_WHY	512

/* What there is to choose from; NULL or "" where there is nothing. */
struct heloname_candidates {
	const char	*setting;	/* what the user asks for; not "auto" */
	const char	*fqdn;		/* the host's name, whole if known */
	const char	*sender;	/* envelope sender, local@domain */
	const char	*literal;	/* "[192.0.2.1]", our end of the link */
};

/*
 * Is this a domain (RFC 5321 4.1.2: letters, digits, hyphens, dots) or an
 * address literal (4.1.3), as EHLO takes it?
 */
bool	heloname_valid(const char *);

/*
 * Why relays are likely to refuse this valid name ("a container id"), or
 * NULL if nothing is known against it.
 */
const char *heloname_doubt(const char *);

/*
 * Choose: the setting; else the host's name, the sender's domain, the
 * address literal, the first that nothing speaks against.  name gets
 * HELONAME_MAX, why HELONAME_WHY octets: "the host's name 'web1' was passed
 * over (no dot); the domain of the sender".
 */
void heloname_choose(const struct heloname_candidates *, char *name, char *why);

#endif
