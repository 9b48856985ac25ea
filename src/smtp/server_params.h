/* server_params.h - parses the arguments of MAIL and RCPT into an envelope */

#ifndef SMTP_SERVER_PARAMS_H
#define SMTP_SERVER_PARAMS_H

#include "base/fault.h"
#include "mail/envelope.h"

/*
 * Parse "FROM:<a@b> SIZE=100 ..." or "TO:<a@b> NOTIFY=NEVER ..." (RFC 5321,
 * 4.1.1.2 and 4.1.1.3; RFC 1870, 3461, 4954, 6152, 6531), overwriting it.
 * Bare names get the domain.  On -1 the envelope may have changed, but only
 * its parameters; the fault is FD_SMTP with the code and the enhanced status
 * code of the reply.
 */
int	server_params_mail(struct envelope *, char *arg, const char *domain,
	    long long max_size, struct fault *);
int	server_params_rcpt(struct envelope *, char *arg, const char *domain,
	    struct fault *);

#endif
