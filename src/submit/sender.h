/* sender.h - a message's sender, account, policy and recipients */

#ifndef SUBMIT_SENDER_H
#define SUBMIT_SENDER_H

#include "submit/accept.h"
#include "submit/process.h"

/* One message while it is taken and delivered. */
struct submission {
	struct submitter *by;
	const struct settings *set;	/* of its account; NULL: none yet */
	struct envelope	 env;
	struct spool_meta meta;		/* account is NULL: none yet */
	struct store	 store;
	struct message_opts opts;
	struct frompolicy policy;
	char		*from, *from_name; /* the settings, expanded */
	char		*sender;	/* as the caller gave it, or NULL */
	struct accept	 accept;
	struct message_refused refused;	/* recipients that cannot be used */
	struct buf	 left_out;	/* of its aliases, see alias/expand.h */
};

/* Allocates nothing. */
void	sender_init(struct submission *, struct submitter *);

/* For the next message sender_init() is not needed. */
void	sender_release(struct submission *);

/* Use this account for any sender. */
void	sender_use(struct submission *, int account);

/*
 * Choose the account that takes mail of this sender.  -1 with a fault if
 * none does.
 */
int	sender_account(struct submission *, const char *from, struct fault *);

/*
 * Take sender and recipients from the command line, as far as it has them.
 * -1 also if it has recipients, and none can be used.
 */
int	sender_address(struct submission *, struct fault *);

/*
 * Fill opts, with a new Message-ID; a caller may change them.  Call it after
 * one of the three functions above, which choose the settings.
 */
void	sender_options(struct submission *);

/*
 * Begin to store a message that accept_feed() takes: meta gets the time and
 * the caller, accept what it needs.
 */
int	sender_begin(struct submission *, struct fault *);

/*
 * The envelope is complete: report recipients and members of aliases that get
 * no mail, choose an account if none is chosen yet, and apply redirect-all.
 * sender_begin() gives this function to struct accept.
 */
int	sender_addressed(void *, struct buf *fields, struct fault *);

/*
 * Refuse the message: report the fault to the caller and the log, release
 * message and process, return the exit status.
 */
int	sender_refuse(struct submission *, const struct fault *);

#endif
