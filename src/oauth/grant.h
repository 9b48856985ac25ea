/* grant.h - a person logs in once, and the refresh token is kept */

#ifndef OAUTH_GRANT_H
#define OAUTH_GRANT_H

#include "oauth/token.h"

/*
 * Show on standard output what to do, wait until the person has done it, and
 * keep the tokens: the device grant (RFC 8628), or the code of a browser (RFC
 * 6749, 4.1, with RFC 7636 and 8252).  For a grant without a person get a
 * token.  -1 with a fault.
 */
int	grant_run(const struct token_source *, struct fault *);

/* Remove the tokens; *any says whether there were some. */
int	grant_forget(const struct token_source *, bool *any, struct fault *);

/*
 * Can this process use the tokens, and write new ones?  -1 with a fault: it
 * cannot, or nobody has logged in.  No provider is asked.
 */
int	grant_check(const struct token_source *, struct fault *);

/* Did the provider refuse when it was last asked?  *f is what it said. */
bool	grant_refused(const struct token_source *, struct fault *);

#endif
