/* logline.h - what came of one try at a message, as a line for the log */

#ifndef REPORT_LOGLINE_H
#define REPORT_LOGLINE_H

#include "base/buf.h"
#include "base/fault.h"

#define LOGLINE_TEXT	1000	/* octets of a text at most */
#define LOGLINE_LINE	8192	/* room for any line */

/*
 * What is known.  NULL or "" is: not known, or there is none.  A message
 * whose recipients fared differently has one of these for each outcome.
 */
struct logline {
	const char	*time;		/* "2026-11-21T09:00:00Z", JSON only */
	const char	*id;		/* in the queue */
	const char	*from;		/* "" is the null sender */
	const char *const *to;
	size_t		 nto;
	const char	*account;	/* NULL: there are no accounts */
	const char	*why;		/* ... that one */
	const char	*relay;		/* "relay.example.org:587" */
	const char	*ip, *helo, *tls, *auth;
	long long	 size;		/* octets; -1: not known */
	const struct fault *fault;	/* NULL: there is none */
	unsigned	 tries;
	long long	 delay;		/* seconds since it was submitted */
	long long	 rtt;		/* microseconds, or -1 */
	const char	*result;	/* "sent", "deferred", ... */
	const char	*text;		/* words on success */
	long long	 uid;		/* the caller */
	const char	*caller;	/* "cron" */
	const char	*warning;	/* what is unsafe about it */
	const char	*hint;
};

/*
 * Append key=value pairs, or a JSON object, without a line end.  Whatever
 * the values hold, it is one line that a terminal is safe from, and no
 * value can look like another key.
 */
void	logline_format(struct buf *, const struct logline *);
void	logline_json(struct buf *, const struct logline *);

/*
 * The relay's own id of a message, out of the words with which it took it;
 * false and "" if they have none.
 */
bool	logline_relay_id(const char *words, char *out, size_t);

#endif
