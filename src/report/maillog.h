/* maillog.h - writes a line to the log for each result */

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

/* The log stays closed: lines are dropped until maillog_open(). */
void	maillog_init(struct maillog *, const struct config *,
	    const struct config_source *, const char *fqdn);

/* If the log cannot be opened, lines are dropped. */
void	maillog_open(struct maillog *);
void	maillog_close(struct maillog *);

/* The result of a try, or that a message was queued. */
struct maillog_try {
	const char	*id;		/* in the queue, or "" */
	const struct envelope *env;	/* with verdicts */
	const bool	*tried;		/* which of env; NULL: all */
	const struct spool_meta *meta;
	const struct conninfo *conninfo;	/* NULL: there was none */
	const char	*accepted;	/* the relay's reply, or "" */
	size_t		 size;
	unsigned	 tries;
	bool		 kept;		/* in the queue, to be tried again */
	bool		 expired;	/* given up: `expire` is over */
	bool		 untried;	/* it was queued only */
	uint32_t	 learned;	/* CAP_* that the relay did not keep */
};

/* Write a line for each result. */
void	maillog_attempt(const struct maillog *, const struct maillog_try *);

/* Write that a message was not accepted, or another fault. */
void	maillog_refusal(const struct maillog *, const struct fault *,
	    const struct spool_meta *);

/* Write that a member of an alias was left out; text says which and why. */
void	maillog_left_out(const struct maillog *, const char *text,
	    const struct envelope *, const struct spool_meta *);

#endif
