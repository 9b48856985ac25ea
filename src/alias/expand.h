/* expand.h - the aliases of this host, applied to an envelope */

#ifndef ALIAS_EXPAND_H
#define ALIAS_EXPAND_H

#include <sys/types.h>

#include "alias/localname.h"
#include "alias/lookup.h"
#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"
#include "mail/message.h"

/* The domain of a bare name until aliases are applied. */
#define EXPAND_BARE	"localhost"

struct expand_file;

/* {0} has no aliases; expand_envelope() then only qualifies. */
struct expand {
	struct aliases	 aliases;
	struct localname local;		/* names without an alias */
	uid_t		 owner;
	struct expand_file *file;	/* contents of :include: files */
	size_t		 nfile;
	bool		 closed;	/* no more files can be read */
	const char	*host;		/* of this machine; borrowed */
	const char	*domain;	/* for bare names; borrowed */
	struct buf	*left_out;	/* a line for each member left out of
					   an envelope; or NULL; borrowed */
	const char	*hosts[2];	/* private */
};

/*
 * Read an aliases file and all files that it includes, so that none needs
 * to be read later.  A file that does not exist counts as empty.  Each
 * mistake adds a line to mistakes; -1 only if the file cannot be used.
 */
int	expand_load(struct expand *, const char *path, struct buf *mistakes,
	    struct fault *);
void	expand_release(struct expand *);

/*
 * Replace the recipients of an envelope that have aliases: bare names, which
 * are those at EXPAND_BARE, and names at this host.  A name that stays bare
 * gets the domain.  The new recipients have the NOTIFY of the old one.
 *
 * Recipients that can never be expanded are added to refused.  -1 with the
 * first of those if no recipient is left, and with any fault if refused is
 * NULL or the fault is temporary; then the envelope stays as it was.
 */
int	expand_envelope(struct expand *, struct envelope *,
	    struct message_refused *, struct fault *);

/* Can a recipient be expanded?  0, or -1 with the fault. */
int	expand_check(struct expand *, const char *addr, struct fault *);

/* The alias function of mail/repair; ctx is a struct expand. */
bool	expand_name(void *ctx, const char *name, char **spec);

#endif
