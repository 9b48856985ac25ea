/* account.h - which account takes a message, and which stand in for it */

#ifndef CONFIG_ACCOUNT_H
#define CONFIG_ACCOUNT_H

#include <stddef.h>

#include "config/config.h"

#define ACCOUNT_BASE	(-1)	/* what stands above all accounts */
#define ACCOUNT_NONE	(-2)
#define ACCOUNT_CHAIN	(CONFIG_ACCOUNTS + 1)
#define ACCOUNT_WHY	512

/* The one of that name, "" being ACCOUNT_BASE; or ACCOUNT_NONE. */
int	account_find(const struct config *, const char *name);

/* The name; "" for ACCOUNT_BASE, for people "default". */
const char *account_name(const struct config *, int account);
const char *account_label(const struct config *, int account);

/*
 * How well one of the patterns fits the sender ("" is the null sender, in
 * patterns "<>"): 3 its address, 2 its domain, 1 a pattern with * and ?,
 * 0 not at all.  Letter case does not count.
 */
int	account_match(const char *patterns, const char *sender);

/*
 * The account for mail of that sender (NULL if it is not known yet): the
 * one that was asked for, else the one whose `match` fits best, the first
 * of several; else ACCOUNT_BASE if that has a relay, else ACCOUNT_NONE.
 * why gets ACCOUNT_WHY octets: "its match takes alice@example.org".
 */
int	account_choose(const struct config *, const char *sender, char *why);

/*
 * Why mail of that sender has this account.  why gets ACCOUNT_WHY octets:
 * "its match takes <alice@example.org>".
 */
void	account_why(const struct config *, int account, const char *sender,
	    char *why);

/*
 * Does it need a password?  True if user is set, and auth is neither none
 * nor external.
 */
bool	account_logs_in(const struct settings *);

/* It and its fallbacks in their order; returns how many. */
size_t	account_chain(const struct config *, int account,
	    int chain[ACCOUNT_CHAIN]);

#endif
