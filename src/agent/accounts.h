/* accounts.h - gets accounts ready for use, then enters the sandbox */

#ifndef AGENT_ACCOUNTS_H
#define AGENT_ACCOUNTS_H

#include "agent/connector.h"
#include "agent/transport.h"
#include "oauth/supply.h"

struct account {
	const struct settings *set;	/* borrowed */
	const char	*name;		/* "" for the default */
	const struct place *place;	/* where tokens are kept */
	struct supply	 supply;	/* of tokens, with `oauth` */
	struct token	*token;		/* the last one, or NULL */
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

/*
 * Read the settings and load the certificates that TLS will need.  place is
 * where tokens are kept; all is borrowed.
 */
int	accounts_prepare(struct account *, const struct settings *,
	    const char *name, const struct place *, const char *fqdn);

/*
 * Get the password or the access token, if a login needs one, before limit
 * (clock_ms()).
 */
int	accounts_password(struct account *, long long limit);

/*
 * Also in the sandbox: get a new token if the last one ends soon, or refused,
 * if the relay did not take it.  Without `oauth` there is nothing to do.  -1
 * with a fault, which is not kept.  *changed: there is another one now.
 */
int	accounts_token(struct account *, bool refused, long long limit,
	    bool *changed, struct fault *);

/* Did the relay refuse the access token, with this fault at the end? */
bool	accounts_refused(const struct account *, const struct client *,
	    const struct fault *);

/* Look up the relay, until limit (clock_ms(), or 0), or open the maildir. */
int	accounts_locate(struct account *, long long limit);

/*
 * Allow this process only what these accounts need, for good: to write to
 * their maildirs, and to have the connector, which is started, connect to
 * the addresses of their relays.  If it cannot be started, the accounts get a
 * fault.  Entries that are NULL are skipped.  The connector must not move,
 * and is released last.
 */
void	accounts_sandbox(struct account *const *, size_t n,
	    struct connector *);

void	accounts_release(struct account *);

#endif
