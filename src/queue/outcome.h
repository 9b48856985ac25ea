/* outcome.h - what a try has made of a message in the spool */

#ifndef QUEUE_OUTCOME_H
#define QUEUE_OUTCOME_H

#include "agent/delivery.h"
#include "config/setting.h"
#include "report/maillog.h"
#include "spool/claim.h"

enum outcome {
	OUTCOME_DONE,		/* everybody has it, and it is gone */
	OUTCOME_WAITS,		/* some will be tried again */
	OUTCOME_GAVE_UP		/* some never will: told, and in failed/ */
};

/* A queue message that this process has locked and the agent delivers. */
struct queue_delivery {
	struct delivery	 d;		/* its ctx is this */
	struct claimed	 claimed;
	bool		*tried;		/* which recipients; NULL: all */
};

/*
 * Put the verdicts of a try into the note, without writing it: one try
 * more, the last words, when to try again.  Returns how many recipients
 * are still to be tried.
 */
size_t	outcome_note(const struct settings *, struct envelope *,
	    struct note *, time_t submitted, time_t now);

/*
 * Record a try on disk: remove the message, or write its note, or bounce
 * it and move it to failed/.  A
 * spool that cannot be written leaves things as they are, with a fault; a
 * recipient may then get the message again.
 */
enum outcome outcome_record(struct spool *, const struct settings *,
	    const struct explain *, struct queue_delivery *, struct fault *);

/* Log what came of a try, after outcome_record(). */
void	outcome_log(const struct maillog *, const struct queue_delivery *,
	    enum outcome);

#endif
