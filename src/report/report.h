/* report.h - what became of messages, for people and for the log */

#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "agent/dispatch.h"
#include "config/config.h"
#include "mail/envelope.h"
#include "queue/outcome.h"
#include "report/conninfo.h"
#include "spool/claimed.h"
#include "system/syslog.h"

/* What is known besides a fault; strings are borrowed. */
struct report {
	const struct config *config;
	const char	*fqdn;		/* of this host */
	const char	*file;		/* where a line would have to go */
	bool		 elevated;
	char		 who[128];	/* we run as */
	struct syslog	 syslog;
};

/* Where a fault was met; NULL is: not known. */
struct report_place {
	const char	*account;
	const struct conninfo *conninfo;	/* what the message went over */
	const char	*sender, *recipient;
};

/* Nothing is open after this, and the log goes nowhere. */
void	report_init(struct report *, const struct config *,
	    const struct config_source *, const char *fqdn);

/* Open the log, as far as that can be. */
void	report_open(struct report *);
void	report_close(struct report *);

/*
 * Append the cause of a fault and what to change; false if there is
 * nothing to say.
 */
bool	report_hint(const struct report *, const struct fault *,
	    const struct report_place *, struct buf *);

/* On stderr: the fault, and a line with the hint. */
void	report_fault(const struct report *, const struct fault *,
	    const struct report_place *);

/* What came of a message. */
struct report_try {
	const char	*id;		/* in the queue, or "" */
	const struct envelope *env;	/* with verdicts */
	const bool	*tried;		/* which of env; NULL: all */
	const struct spool_meta *meta;
	const struct conninfo *conninfo;	/* NULL: there was none */
	const char	*accepted;	/* the relay's words, or "" */
	size_t		 size;
	unsigned	 tries;
	bool		 kept;		/* who waits is in the queue */
	bool		 expired;	/* and not any more: it took too long */
	bool		 untried;	/* it was only put into the queue */
};

/* Log it: a line for each outcome. */
void	report_attempt(const struct report *, const struct report_try *);

/* The same for a message of the queue, after outcome_record(). */
void	report_outcome(const struct report *, const struct claimed *,
	    const struct delivery *, const bool *tried, enum outcome);

/* Log that a message was not even taken, or what else could not be done. */
void	report_refusal(const struct report *, const struct fault *,
	    const struct spool_meta *);

#endif
