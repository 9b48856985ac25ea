/* expand.h - the aliases of this host, applied to an envelope */

#ifndef ALIAS_EXPAND_H
#define ALIAS_EXPAND_H

#include <sys/types.h>

#include "alias/lookup.h"
#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

/* The domain that stands for "none was given" until aliases are applied. */
#define EXPAND_BARE	"localhost"

struct expand_file;

/* {0} has no aliases; expand_envelope() then only qualifies. */
struct expand {
	struct aliases	 aliases;
	uid_t		 owner;
	struct expand_file *file;	/* what :include: files held */
	size_t		 nfile;
	bool		 closed;	/* no more files can be read */
	const char	*host;		/* of this machine; borrowed */
	const char	*domain;	/* for bare names; borrowed */
};

/*
 * Read an aliases file and all that it includes, so that nothing needs to
 * be read later.  A file that does not exist is an empty one.  Mistakes get
 * a line each in mistakes; -1 only if the file as such cannot be used.
 */
int	expand_load(struct expand *, const char *path, struct buf *mistakes,
	    struct fault *);
void	expand_release(struct expand *);

/*
 * Replace the recipients of an envelope: bare names, which are those at
 * EXPAND_BARE, and names at this host by their aliases; what is bare then
 * gets the domain.  What was asked for a recipient (NOTIFY) goes to those
 * who stand for it.
 */
int	expand_envelope(struct expand *, struct envelope *, struct fault *);

/* For mail/repair, ctx being a struct expand: what a bare name stands for. */
bool	expand_name(void *ctx, const char *name, char **spec);

#endif
