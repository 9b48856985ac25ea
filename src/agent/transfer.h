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
	struct conninfo conninfo; /* what it went over, once done */
};

/* What next() may have to say. */
enum transfer_next {
	TRANSFER_JOB,	/* here is one */
	TRANSFER_LATER,	/* not now, only where wait was not set */
	TRANSFER_END	/* there are no more */
};

/* Where jobs come from and go to; all are called with ctx. */
struct transfer_work {
	enum transfer_next (*next)(void *ctx, bool wait, struct job **);

	/* The last octet of the message is about to go; may it? */
	bool		(*sent)(void *ctx, struct job *);

	/* Every recipient has a verdict. */
	void		(*done)(void *ctx, struct job *);
	void		*ctx;
};

/* Borrowed until transfer_free(). */
struct transfer_opts {
	const struct settings *set;
	const char	*fqdn;		/* the host's name, or NULL */
	bool		 trace;		/* the dialogue on stderr */
	bool		 transcript;	/* only that of a failure */
	bool		 progress;	/* of large messages, on a terminal */
	int		 dispatch;	/* a socket: when it is gone, we are */
};

struct transfer;

/*
 * Get ready as far as no message is needed for it: load the certificates
 * that TLS will need.  What goes wrong, here or in transfer_locate(), is
 * told to every job.
 */
struct transfer *transfer_new(const struct transfer_opts *);

/*
 * Look up the relay; after this the file system is not needed any more.
 * The password (NULL without a login) is borrowed.
 */
void	transfer_locate(struct transfer *, const char *password);

/* The TCP ports that transfer_run() connects to: how many there are. */
size_t	transfer_ports(const struct transfer *, int *ports, size_t max);

/* The directory that it writes to, or -1. */
int	transfer_dir(const struct transfer *);

/* Does transfer_run() read files: those of a token with our key? */
bool	transfer_reads(const struct transfer *);

/* Nothing can be done: every job ends with this. */
void	transfer_refuse(struct transfer *, const struct fault *);

/*
 * Deliver all there is over one connection (and another where a relay
 * leaves recipients for later, RFC 5321 4.5.3.1.10).  Every recipient of
 * every job ends with a verdict, at limit (clock_ms(); 0 is never) at the
 * latest.
 */
void	transfer_run(struct transfer *, const struct transfer_work *,
	    long long limit);
void	transfer_free(struct transfer *);

#endif
