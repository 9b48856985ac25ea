/* account.h - the account for a message, and its fallbacks */

#ifndef CONFIG_ACCOUNT_H
#define CONFIG_ACCOUNT_H

#include <stddef.h>

#include "config/config.h"

#define ACCOUNT_BASE	(-1)	/* the settings above all accounts */
#define ACCOUNT_NONE	(-2)
#define ACCOUNT_CHAIN	(CONFIG_ACCOUNTS + 1)
#define ACCOUNT_WHY	512

/* The account of that name, or ACCOUNT_NONE; "" is ACCOUNT_BASE. */
int	account_find(const struct config *, const char *name);

/* The settings of that account; of ACCOUNT_BASE for NULL or an unknown one. */
const struct settings *account_settings(const struct config *,
	    const char *name);

/* The name; for ACCOUNT_BASE "", and as a label for people "default". */
const char *account_name(const struct config *, int account);
const char *account_label(const struct config *, int account);

/*
 * How well the best pattern matches the sender ("" is the null sender, in
 * patterns "<>"): 3 its address, 2 its domain, 1 a pattern with * and ?,
 * 0 not at all.  Letter case does not matter.  Exported for the tests.
 */
int	account_match(const char *patterns, const char *sender);

/*
 * The account for mail of that sender (NULL if it is not known yet).  It is
 * the one that was asked for, or the first one whose `match` fits best.
 * Otherwise it is ACCOUNT_BASE if that has a relay, else ACCOUNT_NONE.  why
 * gets ACCOUNT_WHY octets, as from account_why().
 */
int	account_choose(const struct config *, const char *sender, char *why);

/*
 * Why mail of that sender has this account.  why gets ACCOUNT_WHY octets:
 * "its match takes <alice@example.org>".
 */
void	account_why(const struct config *, int account, const char *sender,
	    char *why);

/*
 * Do these settings need a password?  True if user is set, and auth is
 * neither none nor external.
 */
bool	account_needs_password(const struct settings *);

/* Do they log in, also without a password? */
bool	account_logs_in(const struct settings *);

/* The account and its fallbacks in their order; returns how many. */
size_t	account_chain(const struct config *, int account,
	    int chain[ACCOUNT_CHAIN]);

#endif
