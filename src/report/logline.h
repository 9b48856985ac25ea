/* logline.h - the result of one try as a line for the log */

#ifndef REPORT_LOGLINE_H
#define REPORT_LOGLINE_H

#include "base/buf.h"
#include "base/fault.h"

#define LOGLINE_TEXT	1000	/* octets of a text at most */
#define LOGLINE_LINE	8192	/* room for any line */

/*
 * NULL or "" is: not known, or none.  A message has one of these for each
 * result that its recipients had.
 */
struct logline {
	const char	*time;		/* "2026-11-21T09:00:00Z", JSON only */
	const char	*id;		/* in the queue */
	const char	*from;		/* "" is the null sender */
	const char *const *to;
	size_t		 nto;
	const char	*account;	/* NULL: there are no accounts */
	const char	*why;		/* why that account */
	const char	*relay;		/* "relay.example.org:587" */
	const char	*ip, *helo, *tls, *auth;
	long long	 size;		/* octets; -1: not known */
	const struct fault *fault;	/* NULL: there is none */
	unsigned	 tries;
	long long	 delay;		/* seconds since it was submitted */
	long long	 rtt;		/* microseconds, or -1 */
	const char	*result;	/* "sent", "deferred", ... */
	const char	*text;		/* the relay's, on success */
	long long	 uid;		/* the caller */
	const char	*caller;	/* "cron" */
	const char	*tried;		/* addresses that failed before ip */
	const char	*warning;	/* what is unsafe about it */
	const char	*hint;
};

/*
 * Append key=value pairs, or a JSON object, without a line end.  The result
 * is one line without control characters, for any values.  No value can look
 * like another key.
 */
void	logline_format(struct buf *, const struct logline *);
void	logline_json(struct buf *, const struct logline *);

/*
 * Find the relay's own id of a message in its reply on success.  False, and
 * "", if there is none.  Exported for the tests.
 */
bool	logline_relay_id(const char *words, char *out, size_t);

#endif
