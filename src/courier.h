/* courier.h - connects to the relay, sends messages, reports each verdict */

#ifndef COURIER_H
#define COURIER_H

#include <sys/types.h>

#include "config/setting.h"
#include "mail/envelope.h"

/* A message to deliver: wire form in fd at [at, at + size). */
struct job {
	struct envelope	 env;
	int		 fd;
	off_t		 at;
	size_t		 size;
	char		 accepted[512];	/* the relay's words on taking it */
};

/* Where jobs come from and go to. */
struct courier_work {
	struct job	*(*next)(void *);	/* NULL: there are no more */
	void		 (*done)(void *, struct job *);
	void		*ctx;
};

struct courier_opts {
	const struct settings *set;
	const char	*password;	/* NULL without a login */
	const char	*fqdn;		/* the host's name, or NULL */
	bool		 trace;		/* the dialogue on stderr */
};

/*
 * Deliver all there is over one connection (and another where a relay
 * leaves recipients for later, RFC 5321 4.5.3.1.10).  Every recipient of
 * every job ends with a verdict.  Returns -1 with a fault when the session
 * failed as a whole; the recipients then carry the same fault.
 */
int	courier_run(const struct courier_opts *, const struct courier_work *,
	    struct fault *);

#endif
