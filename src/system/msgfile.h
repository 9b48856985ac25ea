/* msgfile.h - a message to one that the relay takes */

#ifndef SYSTEM_MSGFILE_H
#define SYSTEM_MSGFILE_H

#include <stdbool.h>

#include "base/fault.h"
#include "mail/envelope.h"

/*
 * A message in wire form, and why it is to be converted (see
 * recode_init()).  The result is given to write, piece by piece; the first
 * piece comes when it is known that there will be a change.
 */
struct msgfile_convert {
	struct span	 message;
	unsigned	 why;
	int		(*write)(void *ctx, const char *, size_t,
			    struct fault *);
	void		*ctx;

	/* Results. */
	bool		 changed;	/* else nothing was written */
	bool		 eightbit;	/* what was written is */
};

/* Reads the message twice.  -1: it cannot be read, or write said so. */
int	msgfile_convert(struct msgfile_convert *, struct fault *);

#endif
