/* rate.h - the value of `rate`: so many messages in so much time */

#ifndef CONFIG_RATE_H
#define CONFIG_RATE_H

#include <stdbool.h>

#define RATE_MOST	100000	/* messages */

struct rate {
	int		 messages;	/* 0: no limit */
	long long	 ms;		/* in any stretch of this length */
};

/*
 * Parse "30/1m", "30/minute" or "500/h"; NULL is no limit.  False if it is
 * none of these.
 */
bool	rate_parse(const char *, struct rate *);

#endif
