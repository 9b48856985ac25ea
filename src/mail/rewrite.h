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
	char		*owner;		/* for bare names of senders, or NULL */
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
 * From, Sender, Resent-From and Resent-Sender follow the sender policy.  False
 * if From is missing and there is no address for it.
 *
 * With repair each field is repaired (see mail/repair and mail/mimehead) and
 * long lines are folded.  Only the first of a HEADER_ONCE field then stays,
 * and of a HEADER_LAST field the last that can be read.  Several To, Cc or
 * Reply-To become one; empty ones are dropped.  A Date or Message-ID that
 * cannot be read is kept as X-Original-Date or X-Original-Message-ID.  A
 * From with several authors gets a Sender.
 *
 * From a header with a DKIM signature only hidden fields are removed, unless
 * the policy replaces a sender.
 */
bool	rewrite_header(struct buf *out, const char *p, size_t n,
	    const struct rewrite_opts *, struct rewrite_facts *);

/*
 * Where the newest block of Resent- fields ends, or all fields do: only that
 * block counts.
 */
size_t	rewrite_resent_end(const char *p, size_t n);

/*
 * Is it a resent message, where only Resent- fields count (3.6.6)?  Also if
 * they are empty: who fills in no Resent-To means nobody of To.
 */
bool	rewrite_resent(const char *p, size_t n);

#endif
