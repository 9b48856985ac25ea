/* store.h - where a message is kept while we have it: spool or unnamed file */

#ifndef SPOOL_STORE_H
#define SPOOL_STORE_H

#include <sys/types.h>

#include "base/fault.h"
#include "mail/envelope.h"
#include "spool/intake.h"

/*
 * Begin, envelope, write as often as needed; then the message is fd at
 * [at, at + size), and may be committed where there is a spool.  Until then
 * it has no name and goes with the process.
 */
struct store {
	struct spool	*spool;		/* NULL: it cannot be committed */
	struct spool_file file;		/* with a spool */
	int		 fd;
	off_t		 at;
	size_t		 size;
};

int	store_begin(struct store *, struct spool *, struct fault *);
int	store_envelope(struct store *, const struct envelope *,
	    const struct spool_meta *, struct fault *);
int	store_write(struct store *, const void *, size_t, struct fault *);
void	store_release(struct store *);

#endif
