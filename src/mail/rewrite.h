/* rewrite.h - from the given header to the header that is sent */

#ifndef MAIL_REWRITE_H
#define MAIL_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"
#include "mail/frompolicy.h"

struct rewrite_opts {
	const char	*from;		/* for a missing From, or NULL */
	const char	*name;		/* display name of that, or NULL */
	const char	*domain;	/* for bare names, or NULL */
	const char	*hostname;	/* right side of a Message-ID */
	const char	*unique;	/* left side of it */
	time_t		 now;
	long		 utc_offset;	/* seconds ahead of UTC */
	bool		 repair;
	const struct frompolicy *policy;	/* NULL: From stays as it is */
	bool		(*alias)(void *ctx, const char *name, char **spec);
	void		*ctx;		/* for alias: see mail/repair */
};

struct rewrite_facts {
	bool		 fixed;		/* signed by DKIM: body stays too */
	bool		 labelled;	/* as mime_labelled() */
	bool		 eightbit;	/* the new header has octets over 127 */
	size_t		 longest;	/* of its lines, without CRLF */
};

/*
 * Append the header to send for p[0..n), fields with CRLF line ends, and an
 * empty line.  Missing fields come first; HEADER_HIDDEN fields are removed;
 * From follows the sender policy.  With repair each field is repaired (see
 * mail/repair) and long lines are folded.  Only the first of a HEADER_ONCE
 * field then stays, and several To, Cc or Reply-To become one.  From a
 * header with a DKIM signature only hidden fields are removed.  False if
 * From is missing and there is no address for it.
 */
bool	rewrite_header(struct buf *out, const char *p, size_t n,
	    const struct rewrite_opts *, struct rewrite_facts *);

/* Is it a resent message, where only Resent- fields count (3.6.6)? */
bool	rewrite_resent(const char *p, size_t n);

#endif
