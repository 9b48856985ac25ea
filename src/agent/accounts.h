/* accounts.h - gets accounts ready for use, then enters the sandbox */

#ifndef AGENT_ACCOUNTS_H
#define AGENT_ACCOUNTS_H

#include "agent/transport.h"

struct account {
	const struct settings *set;	/* borrowed */
	struct transport transport;
	struct buf	 password;
	int		 maildir;	/* mail is kept here; -1: it is sent */
	struct fault	 fault;		/* VD_OK: the account can be used */
};

/*
 * The steps until an account can be used, in their order; after them the
 * file system is not needed.  0, or -1 if this step or one before it
 * failed: the fault says why.  The account is to be released in any case.
 */

/* Read the settings and load the certificates that TLS will need. */
int	accounts_prepare(struct account *, const struct settings *,
	    const char *fqdn);

/* Get the password, if a login needs one, before limit (clock_ms()). */
int	accounts_password(struct account *, long long limit);

/* Look up the relay, until limit (clock_ms(), or 0), or open the maildir. */
int	accounts_locate(struct account *, long long limit);

/*
 * Allow this process only what these accounts need, for good: to connect
 * to the ports of their relays, and to write to their maildirs.  Entries
 * that are NULL are skipped.
 */
void	accounts_sandbox(struct account *const *, size_t n);

void	accounts_release(struct account *);

#endif
