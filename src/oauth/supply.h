/* supply.h - the process that gets access tokens, for one without rights */

#ifndef OAUTH_SUPPLY_H
#define OAUTH_SUPPLY_H

#include "oauth/token.h"

/*
 * The agent asks for tokens also after it has entered its sandbox, where it
 * can reach neither the provider nor the files of tokens.  So another process
 * does it, which sees no message and no relay.  Copies of the agent may share
 * it.  It ends when all have closed their end, and has then kept what the
 * provider may have sent.
 */
struct supply {
	int	 sock;		/* -1: there is none */
	pid_t	 pid;
};

/* Start it, before the sandbox.  -1 with a fault of ST_TOKEN. */
int	supply_start(struct supply *, const struct token_source *,
	    struct fault *);

/* Close this end, and wait if it is the last. */
void	supply_end(struct supply *);

/*
 * As token_get().  limit is a clock_ms(), or 0: then for as long as the
 * provider may take.
 */
int	supply_get(const struct supply *, const char *refused,
	    long long limit, struct token *, struct fault *);

#endif
