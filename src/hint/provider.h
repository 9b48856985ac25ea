/* provider.h - the providers whose relays need advice of their own */

#ifndef HINT_PROVIDER_H
#define HINT_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#define BY_GOOGLE	0x01
#define BY_M365		0x02
#define BY_SES		0x04
#define BY_YAHOO	0x08
#define BY_ZOHO		0x10

/* NULL or 0 means: none. */
struct provider {
	unsigned	 bit;		/* BY_* */
	const char	*hosts;		/* its relays: ends of names, by '|' */
	const char	*banner; /* a pattern for provider_words_match() */
	const char	*mx;		/* ends of hosts that do not relay */
	const char	*relay;		/* the one that does */
	const char	*login;		/* which user and password it takes */
	const char	*allow;		/* where it allows hosts */
};

/*
 * The row of the relay with this name, or else this banner (NULL: not
 * known).  NULL if there is none.  *mx is set if the host accepts mail but
 * does not relay.
 */
const struct provider *provider_find(const char *host, const char *banner,
    bool *mx);

/*
 * Does the text, in lower case, match "a|b&c|d&!e": a, or both b and c, or
 * d without e, each anywhere in it?
 */
bool	provider_words_match(const char *text, const char *pattern);

#endif
