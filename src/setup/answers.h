/* answers.h - what --setup knows, and where each answer goes */

#ifndef SETUP_ANSWERS_H
#define SETUP_ANSWERS_H

#include "cli/options.h"
#include "config/config.h"
#include "hint/service.h"
#include "setup/draft.h"

#define ANSWERS_TRIES	5	/* corrections of one answer */

struct answers {
	const struct options *o;
	const struct config_source *src;
	const struct config *had;	/* the present file, and flags */
	const struct config *before;	/* without flags; NULL: none */
	struct draft	 draft;		/* the new one */
	char		*path;		/* where it goes */
	char		*address;	/* the sender's */
	const struct service *service;	/* its provider, or NULL */
	bool		 asks;		/* there is a terminal */
	bool		 told;		/* the last fault was shown */
	int		 status;	/* of the test message */
	bool		 later;		/* it is left to --login to log in */
};

/*
 * Begin with the present file and the settings of the command line.  -1 with
 * a fault.
 */
int	answers_begin(struct answers *, struct fault *);
void	answers_release(struct answers *);

/* Take this address as the sender's.  False with a fault if it is none. */
bool	answers_take_address(struct answers *, const char *, struct fault *);

/* Was this key on the command line? */
bool	answers_given(const struct answers *, const char *key);

/* Is this key of a->before, and in the file that is replaced? */
bool	answers_had(const struct answers *, const char *key);

/* Take the value of a->before, if it was in the file that is replaced. */
void	answers_restore(struct answers *, const struct setting *);

/*
 * The same into the open block, an account, which had it from above; not if
 * it has its own, or one that excludes it.
 */
void	answers_bequeath(struct answers *, const struct setting *);

/* The fault for an answer that is missing; -1. */
int	answers_missing(const struct answers *, struct fault *,
	    const char *what);

/* Ask a question; without a terminal, or at its end, a fault names flag. */
int	answers_ask(const struct answers *, const char *question,
	    const char *otherwise, const char *flag, struct buf *out,
	    struct fault *);

/* Say which files the replaced one included; the new one includes none. */
void	answers_say_included(const struct answers *);

/* Put the settings above all accounts into the order of the table. */
void	answers_sort(struct answers *);

/* Put a comment above each of them. */
void	answers_explain(struct answers *);

#endif
