/* deliver.h - a message now, in the background or queued */

#ifndef SUBMIT_DELIVER_H
#define SUBMIT_DELIVER_H

#include "agent/dispatch.h"
#include "config/config.h"
#include "queue/outcome.h"
#include "report/maillog.h"
#include "spool/store.h"
#include "submit/patience.h"

/* What the process needs to deliver or queue a message. */
struct deliver {
	const struct config *config;
	const struct settings *set;	/* those above all accounts */
	struct spool	*spool;		/* NULL: nothing can be queued */
	struct dispatch	 dispatch;
	struct patience	 patience;
	bool		 keep_slot;	/* until the process ends */
	int standby; /* pipe: writing runs the queue; -1: none */
	bool woken; /* it was written to */
	bool others; /* the queue held messages at the last try */
	enum setting_delivery mode;
	bool by_bounce; /* a bounce reports failures: see below */
	const struct maillog *log;
};

/* The result for one message. */
struct delivered {
	size_t		 taken;		/* recipients accepted by the relay */
	size_t		 queued;	/* will be tried (again) */
	size_t		 failed;	/* will not */
	bool		 in_background;	/* patience has ended: see below */
	time_t		 next;		/* when, if queued after a try */
	struct fault	 why;		/* of the queued; VD_OK: not tried */
	char		 accepted[512];	/* the relay's reply */
	char		 id[SPOOL_ID];	/* in the spool, or "" */
	char		 copy[SPOOL_ID]; /* the id of a failed one, or "" */
	struct conninfo	 conninfo;	/* the connection, if tried */
	uint32_t	 learned;	/* CAP_* that the relay did not keep */
};

/*
 * Deliver or queue a complete message, as the mode says.  All recipients of
 * the envelope have verdicts afterwards; VD_TEMP ones are queued if
 * d->queued counts them.  -1 with a fault: the message could not be queued,
 * and only the recipients with VD_OK have it.
 *
 * Usually the caller reports the failed recipients to the user.  With
 * by_bounce it cannot.  If other recipients then have the message or wait for
 * it, the message is queued so that a bounce follows.
 *
 * A relay that has too many connections, and `connections` and `rate`, are
 * waited for as long as patience lasts.  If it ends before the message could
 * be sent, that is a fault, after which the message is soon tried again.
 *
 * If patience ends first, the message is in the queue and in_background is
 * set.  The envelope is then empty.  A process for which no caller waits must
 * call deliver_finish().
 */
int	deliver_message(struct deliver *, struct store *, struct envelope *,
	    struct spool_meta *, struct delivered *, struct fault *);
void	deliver_finish(struct deliver *);

/*
 * In place of deliver_finish() when the process has to stop: recipients
 * without a verdict get one and are tried again later.
 */
enum cut {
	CUT_WAITS,	/* no recipient has it */
	CUT_DOUBT,	/* the relay may have it already */
	CUT_DONE	/* all recipients have it: verdicts had just come */
};
enum cut deliver_cut(struct deliver *);

/* In the parent of the process that calls deliver_finish(): forget it. */
void	deliver_abandon(struct deliver *);

#endif
