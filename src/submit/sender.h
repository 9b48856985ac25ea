/* sender.h - what all ways of submitting mail have in common */

#ifndef SUBMIT_SENDER_H
#define SUBMIT_SENDER_H

#include <signal.h>

#include "cli/options.h"
#include "config/config.h"
#include "submit/accept.h"
#include "submit/caller.h"
#include "submit/deliver.h"

struct sender {
	const struct options *o;
	struct config	*c;
	const struct settings *set;
	struct caller	 caller;
	struct spool	 spool;
	struct fault	 no_spool;	/* why there is none */
	char		*path;
	struct report	 report;
	struct deliver	 deliver;
	struct envelope	 env;
	struct spool_meta meta;
	struct store	 store;
	struct message_opts opts;
	struct frompolicy	 policy;
	char		*from, *from_name; /* the settings, expanded */
	struct expand	 expand;
	struct accept	 submit;
	struct envelope	*theirs;	/* the client's, in -bs */
	char		*sender;	/* who it says it is */
	int		 null;		/* /dev/null, for when nobody waits */
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */
};

/* Nothing is open or known after this; all is borrowed. */
void	sender_init(struct sender *, const struct options *,
	    struct config *, const struct config_source *);

/*
 * Find out what there is to know of the caller, the host and its aliases.
 * -1 with a fault of the configuration.
 */
int	sender_find(struct sender *, const struct config_source *,
	    struct fault *);

/*
 * The same, and part into the processes that the work
 * takes: after this a hostile octet may be read.  Wipes the password from
 * this process.  -1 with a fault for sender_refuse().
 */
int	sender_start(struct sender *, const struct config_source *,
	    struct fault *);
void	sender_release(struct sender *);

/*
 * Nothing was taken: tell the caller and the log, release, return the exit
 * status.
 */
int	sender_refuse(struct sender *, const struct fault *);

/* The account for mail of this sender, and what it says of senders. */
int	sender_account(struct sender *, const char *from, struct fault *);

/* Use this one, whoever the sender is. */
void	sender_use(struct sender *, int account);

/*
 * Sender and recipients as far as the command line says them; *sender is
 * the caller's to free.
 */
int	sender_address(struct sender *, char **sender, struct fault *);

/* When a message comes, and from whom. */
void	sender_note(struct sender *);

/* For a message of its own, from this sender; NULL is the caller. */
struct message_opts sender_options(struct sender *, const char *from);

/* For struct accept: the envelope is complete. */
int	sender_addressed(void *, struct buf *fields, struct fault *);

/* In a child: go on without anybody who waits for us. */
void	sender_background(struct sender *);

#endif
