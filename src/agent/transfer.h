/* transfer.h - connects to the relay, sends messages, reports each verdict */

#ifndef AGENT_TRANSFER_H
#define AGENT_TRANSFER_H

#include <sys/types.h>

#include "config/setting.h"
#include "mail/envelope.h"
#include "report/conninfo.h"

/* A message to deliver: wire form in fd at [at, at + size). */
struct job {
	struct envelope	 env;
	int		 fd;
	off_t		 at;
	size_t		 size;
	char		 accepted[512];	/* the relay's words on taking it */
	struct link	 link;		/* what it went over, once done */
};

/* What next() may have to say. */
enum courier_next {
	NEXT_JOB,	/* here is one */
	NEXT_LATER,	/* not now, only where wait was not set */
	NEXT_END	/* there are no more */
};

/* Where jobs come from and go to; all are called with ctx. */
struct courier_work {
	enum courier_next (*next)(void *ctx, bool wait, struct job **);

	/* The last octet of the message is about to go; may it? */
	bool		(*sent)(void *ctx, struct job *);

	/* Every recipient has a verdict. */
	void		(*done)(void *ctx, struct job *);
	void		*ctx;
};

/* Borrowed until courier_free(). */
struct courier_opts {
	const struct settings *set;
	const char	*fqdn;		/* the host's name, or NULL */
	bool		 trace;		/* the dialogue on stderr */
	bool		 transcript;	/* only that of a failure */
	bool		 progress;	/* of large messages, on a terminal */
	int		 keeper;	/* a socket: when it is gone, we are */
};

struct courier;

/*
 * Get ready as far as no message is needed for it: load the certificates
 * that TLS will need.  What goes wrong, here or in courier_locate(), is
 * told to every job.
 */
struct courier *courier_new(const struct courier_opts *);

/*
 * Look up the relay; after this the file system is not needed any more.
 * The password (NULL without a login) is borrowed.
 */
void	courier_locate(struct courier *, const char *password);

/* The TCP ports that courier_run() connects to: how many there are. */
size_t	courier_ports(const struct courier *, int *ports, size_t max);

/* The directory that it writes to, or -1. */
int	courier_dir(const struct courier *);

/* Does courier_run() read files: those of a token with our key? */
bool	courier_reads(const struct courier *);

/* Nothing can be done: every job ends with this. */
void	courier_refuse(struct courier *, const struct fault *);

/*
 * Deliver all there is over one connection (and another where a relay
 * leaves recipients for later, RFC 5321 4.5.3.1.10).  Every recipient of
 * every job ends with a verdict, at limit (clock_ms(); 0 is never) at the
 * latest.
 */
void	courier_run(struct courier *, const struct courier_work *,
	    long long limit);
void	courier_free(struct courier *);

#endif
