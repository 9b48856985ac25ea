/* mailq.h - the operator's view of the spool */

#ifndef ADMIN_MAILQ_H
#define ADMIN_MAILQ_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "report/explain.h"
#include "spool/claim.h"
#include "spool/spool.h"

/* What all of these work with; borrowed. */
struct mailq {
	struct spool	*spool;		/* NULL: none, so it is empty */
	FILE		*out;
	time_t		 now;
	const struct settings *set;
	bool		 own;		/* only what uid has submitted */
	uid_t		 uid;
	const struct explain *explain;	/* for hints; NULL: none */
};

/*
 * These return 0, or -1 with a fault: a message that does not exist or is
 * not in a state for it (EX_USAGE, EX_DATAERR), or the spool (EX_TEMPFAIL).
 * What could not be written to out is for the caller to see (ferror), as
 * flushing is.  What came from outside is printable there.
 */

/*
 * List the messages that wait, then those that failed, each the oldest
 * first.  One that cannot be used is listed with the reason.  As JSON it is
 * one array of objects:
 *
 *	id	and place, "queue" or "failed"
 *	state	"waiting", "busy" (being delivered right now), "held",
 *		"failed", or "damaged": then error and nothing else follows
 *	age	in seconds; submitted, in seconds since 1970
 *	size	octets; sender ("" is the null sender), bounce (is it one?),
 *		uid, origin (what the caller was) and account
 *	tries	and next, seconds since 1970, null if it will not be tried
 *	recipients, an array of
 *		address
 *		state	"waiting", "accepted", "refused", "failed" (of a
 *			message that failed), or "doubt": it may have
 *			arrived, and will be tried again
 *		reply	null, or stage, verdict, code (of SMTP, or null),
 *			enhanced (or null) and text
 *		hint	null or text
 */
int	mailq_list(const struct mailq *, bool json, struct fault *);

/* All that is known of one message, and the message with LF line ends. */
int	mailq_show(const struct mailq *, const char *id, struct fault *);

/*
 * May who asks see this message?  Whose one is that cannot be read is not
 * known.
 */
bool	mailq_may(const struct mailq *, enum claim, const struct claimed *);

/* What to say of an id that names nothing; returns -1. */
int	mailq_unknown(const char *id, struct fault *);

#endif
