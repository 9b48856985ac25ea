/* maillog.h - the lines of the log on what became of messages */

#ifndef REPORT_MAILLOG_H
#define REPORT_MAILLOG_H

#include "mail/envelope.h"
#include "report/explain.h"
#include "spool/head.h"
#include "system/syslog.h"

struct maillog {
	struct explain	 explain;	/* for the hints */
	bool		 elevated;
	struct syslog	 syslog;
};

/* Nothing is open after this, and the log goes nowhere. */
void	maillog_init(struct maillog *, const struct config *,
	    const struct config_source *, const char *fqdn);

/* Open the log, as far as that can be. */
void	maillog_open(struct maillog *);
void	maillog_close(struct maillog *);

/* What came of a message. */
struct maillog_try {
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
void	maillog_attempt(const struct maillog *, const struct maillog_try *);

/* Log that a message was not even taken, or what else could not be done. */
void	maillog_refusal(const struct maillog *, const struct fault *,
	    const struct spool_meta *);

#endif
