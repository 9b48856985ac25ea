/* server_params.h - what stands behind MAIL and RCPT, into an envelope */

#ifndef SMTP_SERVER_PARAMS_H
#define SMTP_SERVER_PARAMS_H

#include "base/fault.h"
#include "mail/envelope.h"

/*
 * Take "FROM:<a@b> SIZE=100 ..." or "TO:<a@b> NOTIFY=NEVER ..." apart
 * (RFC 5321, 4.1.1.2 and 4.1.1.3; RFC 1870, 3461, 4954, 6152, 6531),
 * overwriting it.  Bare names get the domain.  Returns -1 and leaves no
 * more than parameters behind; the fault then is FD_SMTP with the code
 * and the enhanced code to be said.
 */
int	server_params_mail(struct envelope *, char *arg, const char *domain,
	    long long max_size, struct fault *);
int	server_params_rcpt(struct envelope *, char *arg, const char *domain,
	    struct fault *);

#endif
