/* token.h - an access token, from the store or from the provider */

#ifndef OAUTH_TOKEN_H
#define OAUTH_TOKEN_H

#include <stdbool.h>

#include "oauth/place.h"
#include "oauth/tokens.h"

#define TOKEN_ABOUT	512

struct token {
	char		 text[TOKENS_MAX + 1];
	long long	 got, until;	/* seconds since the epoch */
	bool		 cached;	/* no provider was asked */
	char		 about[TOKEN_ABOUT];	/* see jwt_describe() */
};

/* For whom, and where it is kept; all borrowed. */
struct token_source {
	const struct settings *set;
	const char	*account;	/* its name, or "" */
	struct place	 place;
	const char	*credentials;	/* as for password_get() */
	bool		 early;		/* renew it in the half of its life */
};

/*
 * A token that is good for a while, and not the one that was refused (NULL:
 * none was).  The provider is asked until limit (clock_ms()) by a process in
 * a sandbox, and by one at a time: others wait, and take what it got.  -1
 * with a fault of ST_TOKEN.
 */
int	token_get(const struct token_source *, const char *refused,
	    long long limit, struct token *, struct fault *);

/* May it be used at this time(), or does it end soon? */
bool	token_lasts(const struct token *, long long now);

#endif
