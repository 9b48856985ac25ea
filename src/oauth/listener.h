/* listener.h - takes the code that a browser brings from the provider */

#ifndef OAUTH_LISTENER_H
#define OAUTH_LISTENER_H

#include "base/buf.h"
#include "base/fault.h"

/* A socket on 127.0.0.1, with a port that the kernel chooses; or -1. */
int	listener_open(int *port, struct fault *);

/*
 * Wait until a browser asks for /?code=...&state=... at the socket, or until a
 * person pastes that address on standard input; append the code.  -1 with a
 * fault: the provider refused, the input ended, or limit (clock_ms()) passed.
 */
int	listener_wait(int sock, const char *state, long long limit,
	    struct buf *code, struct fault *);

/*
 * The code of an address or a line of a request.  1; 0 if it is none, or of
 * another login; -1 and a fault if the provider refused.  Exported for the
 * tests.
 */
int	listener_parse(const char *text, const char *state, struct buf *code,
	    struct fault *);

#endif
