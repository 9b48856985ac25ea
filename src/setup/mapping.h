/* mapping.h - settings of other programs, and those that mean the same */

#ifndef SETUP_MAPPING_H
#define SETUP_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

#include "setup/draft.h"

/*
 * A key of another program.  Without setting, yes and no it has no
 * counterpart, for the reason why.
 */
struct mapping {
	const char	*key;
	const char	*setting;	/* gets its value */
	const char	*yes, *no;	/* or one of these: it is yes or no */
	const char	*why;		/* NULL: simply none */
	bool		 matters;	/* a person has to check that */
};

/* Why a fingerprint is not taken over. */
#define MAPPING_PIN	"the certificate is not pinned any more; `tls-pin` " \
	"takes the fingerprint of its key, which heloise --probe shows"

/* Rows of a table. */
#define TO(k, s)	{ .key = (k), .setting = (s) }
#define WORD(k, s, y, n) { .key = (k), .setting = (s), .yes = (y), .no = (n) }
#define NONE(k, w)	{ .key = (k), .why = (w) }
#define LOST(k, w)	{ .key = (k), .why = (w), .matters = true }

/*
 * Apply the row of this key, in any letter case, to the draft; a key that is
 * in no row is dropped with a comment.
 */
void	mapping_apply(struct draft *, const struct mapping *, size_t n,
	    const char *key, const char *value);

/*
 * Set relay and port from "host", "host:port", "[host]:port"; port is the
 * default, as a text, or NULL.  A port in the value wins.
 */
void	mapping_relay(struct draft *, const char *value, const char *port);

/*
 * The other mailer delivered mail of local users on this host: say what
 * becomes of it.  domain is what they get, or NULL.
 */
void	mapping_local_users(struct draft *, const char *domain);

/* The other mailer had a sender of its own for this user: say so. */
void	mapping_sender(struct draft *, const char *user, const char *address);

#endif
