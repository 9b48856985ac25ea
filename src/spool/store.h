/* store.h - a message file, in the spool or unnamed */

#ifndef SPOOL_STORE_H
#define SPOOL_STORE_H

#include <sys/types.h>

#include "base/fault.h"
#include "mail/envelope.h"
#include "spool/intake.h"

/*
 * Order of calls: begin, envelope, write as often as needed.  Then the
 * message is the octets [at, at + size) of fd and may be committed if there
 * is a spool.  Until then it has no name and is lost with the process.
 *
 * If the spool cannot be written, the message goes on in an unnamed file
 * elsewhere, or in memory: it can still be delivered, but not committed.
 */
struct store {
	struct spool	*spool;		/* NULL: it cannot be committed */
	struct fault	 trouble;	/* why it left the spool; or VD_OK */
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
