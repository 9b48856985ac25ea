/* draft.h - a configuration file that is being made */

#ifndef SETUP_DRAFT_H
#define SETUP_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "config/setting.h"

/* A setting, or a comment if key is NULL. */
struct draft_line {
	char		*key;
	char		*value;		/* wiped when released */
	char		*comment;	/* above a setting, or NULL */
};

struct draft_block {
	char		*account;	/* NULL: above all accounts */
	struct draft_line *line;
	size_t		 n;
};

/* Owns all of it, but not where. */
struct draft {
	struct draft_block *block;	/* the first is above all accounts */
	size_t		 n;
	size_t		 open;		/* the block that lines go to */
	bool		 inherits;	/* accounts do, from above them */
	const char	*file;		/* being read; borrowed, or NULL */
	unsigned	 number;	/* of its line; 0: none */
	struct buf	 check;		/* what a person has to check; lines */
	size_t		 nchecks;
	bool		 incomplete;	/* something is missing */
};

void	draft_init(struct draft *);
void	draft_release(struct draft *);

/* What follows is of this file and line, for comments.  0: of no line. */
void	draft_at(struct draft *, const char *file, unsigned number);

/*
 * What follows is of this account, or with NULL above all accounts.  A name
 * that is not allowed is changed.  Unless d->inherits is set, its settings
 * begin as if nothing were above the accounts: draft_text() resets what it
 * would inherit.
 */
void	draft_account(struct draft *, const char *name);

/*
 * Set a key of the open block, instead of an earlier value.  A setting for
 * all accounts goes above them; if an account has it, there is something to
 * check, and a value that is there stays.  False if the value is not valid: it
 * is left out, and there is something to check.
 */
bool	draft_set(struct draft *, const char *key, const char *value);

/* The same, but a wrong value is nothing to check: a person corrects it. */
bool	draft_try(struct draft *, const char *key, const char *value);

/* As draft_set() with a printed value, which must not be a secret. */
bool	draft_setf(struct draft *, const char *key, const char *, ...)
	    __attribute__((__format__(__printf__, 3, 4)));

/* The comment above the setting of the open block that has this key. */
void	draft_explain(struct draft *, const char *key, const char *comment);

/* Remove a setting from the open block. */
void	draft_unset(struct draft *, const char *key);

/* The value in the open block, or NULL. */
const char *draft_get(const struct draft *, const char *key);

/* Set a key unless it is set. */
void	draft_default(struct draft *, const char *key, const char *value);

/* This key of another program has no counterpart: add a comment. */
void	draft_drop(struct draft *, const char *key, const char *why);

/* Something that a person has to check; it must hold no secret. */
void	draft_check(struct draft *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

/* The same; without it the file is incomplete. */
void	draft_lack(struct draft *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

/* Has the open block a login without a password, or a token in its place? */
bool	draft_lacks_password(const struct draft *);

/* Is there a relay, in any block? */
bool	draft_has_relay(const struct draft *);

/*
 * Append the file.  intro is its first line, without "# ".  Secrets are left
 * out if hide is set.
 */
void	draft_text(const struct draft *, const char *intro, bool hide,
	    struct buf *);

#endif
