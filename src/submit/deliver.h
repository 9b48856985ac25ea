/* deliver.h - a message now, in the background or queued */

#ifndef SUBMIT_DELIVER_H
#define SUBMIT_DELIVER_H

#include "agent/dispatch.h"
#include "config/setting.h"
#include "queue/outcome.h"
#include "report/maillog.h"
#include "spool/store.h"

/* What the dispatcher's process works with. */
struct deliver {
	const struct settings *set;
	struct spool	*spool;		/* NULL: nothing can be queued */
	struct dispatch	 dispatch;
	int		 spare;		/* write to it to have the queue run */
	enum setting_delivery mode;
	bool		 untold;	/* see deliver_message() */
	const struct maillog *log;
};

/* What became of one message. */
struct delivered {
	size_t		 taken;		/* recipients accepted by the relay */
	size_t		 queued;	/* will be tried (again) */
	size_t		 failed;	/* will not */
	bool		 waits_not;	/* patience is over: see below */
	time_t		 next;		/* when, if queued after a try */
	struct fault	 why;		/* of the queued; VD_OK: not tried */
	char		 accepted[512];	/* the relay's words */
	char		 id[SPOOL_ID];	/* in the spool, or "" */
	struct conninfo conninfo; /* what it went over, if tried */
};

/*
 * Deliver a message that was read whole, as the mode says.  All recipients
 * of the envelope have verdicts afterwards; VD_TEMP ones are queued if
 * d->queued counts them.  -1 with a fault: what must be queued could not
 * be, and nobody has it whom the envelope does not show as VD_OK.
 *
 * Our caller is told who failed, and tells its user.  Where it cannot say so
 * (untold) and others have or will get the message, a bounce is to follow:
 * the message is queued for that.
 *
 * When patience is over the message is in the queue, waits_not is set, and
 * deliver_finish() is still to be called, by a process that nobody waits
 * for.
 */
int	deliver_message(struct deliver *, struct store *, struct envelope *,
	    struct spool_meta *, struct delivered *, struct fault *);
void	deliver_finish(struct deliver *);

/*
 * In its place, by who has to go: what has no verdict by now gets one and
 * is tried again later.
 */
enum cut {
	CUT_WAITS,	/* nobody has it */
	CUT_DOUBT,	/* the relay may have it already */
	CUT_DONE	/* everybody has it: the verdicts were under way */
};
enum cut deliver_cut(struct deliver *);

/* In the process that stays: let go of what another now finishes. */
void	deliver_abandon(struct deliver *);

/* Have the queue run, now or when something is due. */
void	deliver_run_queue(struct deliver *);

#endif
