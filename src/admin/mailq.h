/* mailq.h - lists and shows queue messages */

#ifndef ADMIN_MAILQ_H
#define ADMIN_MAILQ_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "admin/spools.h"
#include "report/explain.h"
#include "spool/claim.h"
#include "spool/spool.h"

/* The context of all functions; borrowed. */
struct mailq {
	struct spool *spool; /* NULL: there is none; treat as empty */
	FILE		*out;
	time_t		 now;
	const struct settings *set;
	bool		 relays;	/* list also what is known of relays */
	const struct explain *explain;	/* for hints; NULL: none */
	struct spools	 all;		/* in place of spool, or {0} */
	bool		 paced;		/* no try within retry-min of another */
};

/*
 * These return 0, or -1 with a fault: a message that does not exist or is
 * not in a state for it (EX_USAGE, EX_DATAERR), or the spool (EX_TEMPFAIL).
 * The caller flushes out and checks it for errors (ferror).  Text from
 * outside is made printable.
 */

/*
 * List the messages that wait, then those that failed, each the oldest
 * first.  An unusable message is listed with the reason.  As JSON it is
 * one array of objects:
 *
 *	id	and place, "queue" or "failed"
 *	state	"waiting", "busy" (being delivered right now), "held",
 *		"failed", or "damaged": then error and nothing else follows
 *	age	in seconds; submitted, in seconds since 1970
 *	size	octets; sender ("" is the null sender), bounce (is it one?),
 *		uid, origin (the program that submitted it) and account
 *	tries	and next, seconds since 1970, null if it will not be tried
 *	recipients, an array of
 *		address
 *		state	"waiting", "accepted", "refused", "failed" (the
 *			message failed), or "doubt": it may have arrived,
 *			and will be tried again
 *		reply	null, or stage, verdict, code (of SMTP, or null),
 *			enhanced (or null) and text
 *		hint	null or text
 */
int	mailq_list(const struct mailq *, bool json, struct fault *);

/* Show the facts of one message, and the message with LF line ends. */
int	mailq_show(const struct mailq *, const char *id, struct fault *);

/* The fault for an id without a message; returns -1. */
int	mailq_unknown(const char *id, struct fault *);

#endif
