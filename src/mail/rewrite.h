/* rewrite.h - the header as given to the header as sent */

#ifndef MAIL_REWRITE_H
#define MAIL_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"
#include "mail/frompolicy.h"

struct rewrite_opts {
	const char	*from;		/* if it is missing, or NULL */
	const char	*name;		/* to go with it, or NULL */
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
	bool		 sealed;	/* signed by DKIM: body stays too */
	bool		 labelled;	/* as mime_labelled() */
	bool		 eightbit;	/* the header that was written is */
	size_t		 longest;	/* of its lines, without CRLF */
};

/*
 * Append the header p[0..n), fields with CRLF line ends, as it goes out,
 * and an empty line: with the fields it lacks, in front, and without those
 * that are not for the recipients; From as the sender policy wants it.
 * With repair each field is mended (see mail/repair), of a field that may
 * be there once the first stays, several To, Cc or Reply-To become one, and
 * lines are folded that are too long.  A header with a DKIM signature only
 * loses the fields that are not for the recipients.  False if From is
 * missing and there is nothing to put there.
 */
bool	rewrite_header(struct buf *out, const char *p, size_t n,
	    const struct rewrite_opts *, struct rewrite_facts *);

/* Was it sent on by hand, so that only Resent- fields count (3.6.6)? */
bool	rewrite_resent(const char *p, size_t n);

#endif
