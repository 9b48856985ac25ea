/*
 * history.h - when mail of an account last went, and when it last did not
 *
 * slots/account-NAME.last in the spool holds both times, and the cause of the
 * failure: HISTORY_FILE octets, overwritten by each message.  It is not
 * synced, and nothing here is needed to keep mail.
 */

#ifndef SPOOL_HISTORY_H
#define SPOOL_HISTORY_H

#include <time.h>

#include "spool/spool.h"

#define HISTORY_CAUSE	496	/* octets of a cause, NUL included */
#define HISTORY_FILE	(2 * 8 + HISTORY_CAUSE)

struct history {
	time_t		success;	/* 0: never */
	time_t		failure;
	char		cause[HISTORY_CAUSE];	/* printable, of the failure */
};

/*
 * Add what the spool knows of this account ("": that above all accounts):
 * a later time takes the place of an earlier one.  Begin with {0}.
 */
void	history_get(const struct spool *, const char *account,
	    struct history *);

/* Mail went.  An error is ignored, as below. */
void	history_success(const struct spool *, const char *account,
	    time_t now);

/* Mail did not go, for this cause, which is cut to HISTORY_CAUSE. */
void	history_failure(const struct spool *, const char *account,
	    time_t now, const char *cause);

#endif
