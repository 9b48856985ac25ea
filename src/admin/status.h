/* status.h - --status: the state of queue and accounts, for monitoring */

#ifndef ADMIN_STATUS_H
#define ADMIN_STATUS_H

#include <time.h>

#include "cli/options.h"
#include "config/config.h"
#include "spool/history.h"

/* As a plugin of Nagios says it, and exits. */
enum status_level {
	STATUS_OK, STATUS_WARNING, STATUS_CRITICAL, STATUS_UNKNOWN
};

/* From so many messages, or so many seconds of the oldest; -1: none. */
struct status_limit {
	long long	 messages;
	long long	 age;
};

struct status {
	time_t		 now;
	const struct config *config;
	size_t		 waiting;	/* and not held */
	size_t		 held;
	size_t		 failed;
	size_t		 damaged;	/* of the waiting */
	long long	 oldest;	/* seconds that one has waited */
	bool		 no_relay;	/* all mail is refused */
	struct history	*history;	/* that of no account, then of each */
};

/* Read "20", "2h" or "20,2h".  Exported for the tests. */
bool	status_limit_parse(struct status_limit *, const char *);

/* What is reached.  Exported for the tests. */
enum status_level status_judge(const struct status *,
	    const struct status_limit *warning,
	    const struct status_limit *critical);

/*
 * Load the settings into c, which is new, and print the state of the queue,
 * for root of all users, in one of three forms.  Returns an enum
 * status_level: what the limits say, STATUS_UNKNOWN with the fault if the
 * state cannot be found out.  Members of the JSON object:
 *
 *	state		"ok", "warning", "critical" or "unknown"
 *	waiting, held, failed, damaged	numbers of messages
 *	oldest		seconds; null if none waits
 *	accounts	[{name (null: above all accounts), last_success,
 *			last_error (null, or {time, cause})}], times as
 *			seconds since 1970 or null
 *	error		in place of all but the state, if that is unknown
 */
int	status_run(const struct options *, struct config *,
	    const struct config_source *);

#endif
