/* credentials.h - --setup: the login that the relay wants, proven by a trial */

#ifndef SETUP_CREDENTIALS_H
#define SETUP_CREDENTIALS_H

#include "setup/answers.h"

/*
 * Ask for the user and the password, or for a login by OAuth, until the relay
 * takes them, and the sender; or leave that to --login (a->later).  A relay
 * without a login is tried with the sender alone.  -1 with a fault.
 */
int	credentials_prove(struct answers *, struct fault *);

#endif
