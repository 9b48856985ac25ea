/* signin.h - --setup where a provider wants OAuth: the client and the login */

#ifndef SETUP_SIGNIN_H
#define SETUP_SIGNIN_H

#include "probe/probe.h"
#include "setup/answers.h"

/*
 * Does it log in by OAuth, which needs no password?  It may ask; then the
 * draft keeps nothing of the other way.
 */
bool	signin_wanted(struct answers *);

/*
 * Ask for the client, and at a terminal have the person log in as --login
 * does, unless there is a token and again is false.  In a->later it is left
 * to --login.  r is VD_OK if there is a token now, or what failed.  -1 with a
 * fault if an answer is missing.
 */
int	signin_run(struct answers *, bool again, struct probe_result *r,
	    struct fault *);

/*
 * The provider was not reached, for which no answer is the cause: may the
 * login be left to --login?  Then a->later is set.
 */
bool	signin_postpone(struct answers *, const struct fault *);

/* Say what is left to do, once the file is written. */
void	signin_say_later(const struct answers *);

#endif
