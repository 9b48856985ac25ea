/* outcome.h - what becomes of a queue message after a try */

#ifndef QUEUE_OUTCOME_H
#define QUEUE_OUTCOME_H

#include "agent/delivery.h"
#include "config/setting.h"
#include "report/maillog.h"
#include "spool/claim.h"

enum outcome {
	OUTCOME_DONE,		/* all recipients have it; it is removed */
	OUTCOME_WAITS,		/* some will be tried again */
	OUTCOME_GAVE_UP		/* some never will; it is in failed/ */
};

/* A queue message that this process has locked and the agent delivers. */
struct queue_delivery {
	struct delivery	 d;		/* its ctx is this */
	struct claimed	 claimed;
	bool		*tried;		/* which recipients; NULL: all */
};

/*
 * Put a try into the note, without writing it: the number of tries, the last
 * fault, when to try again.  Returns how many recipients will be tried again.
 */
size_t	outcome_note(const struct settings *, struct envelope *,
	    struct note *, time_t submitted, time_t now);

/*
 * Record a try on disk: remove the message, or write its note, or bounce it
 * and move it to failed/.  If the spool cannot be written all stays as it is,
 * with a fault; then a recipient may get the message twice.
 */
enum outcome outcome_record(struct spool *, const struct settings *,
	    const struct explain *, struct queue_delivery *, struct fault *);

/* Set what is known of the relay with that key (slot.h); sp may be NULL. */
void	outcome_recall(const struct spool *sp, const char *key,
	    struct delivery *);

/* Keep what the agent learned about it, once the delivery is done. */
void	outcome_learn(const struct spool *sp, const char *key,
	    const struct delivery *);

/*
 * Keep when mail of this account went, or did not; before outcome_record().
 * A relay that is busy counts for neither.  tried is as above; sp may be NULL,
 * and so may the name of no account.
 */
void	outcome_remember(const struct spool *sp, const char *account,
	    const struct envelope *, const bool *tried);

/* Log the result of a try, after outcome_record(). */
void	outcome_log(const struct maillog *, const struct queue_delivery *,
	    enum outcome);

#endif
