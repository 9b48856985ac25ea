/* msgfile.h - a message to one that the relay takes */

#ifndef SYSTEM_MSGFILE_H
#define SYSTEM_MSGFILE_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/fault.h"

/*
 * What there is: a message in wire form, octets [at, at + size) of fd, and
 * what is to be mended in it (see recode_init()).  What comes of it is
 * given to write, piece by piece; the first piece comes when it is known
 * that there will be a change.
 */
struct msgfile_convert {
	int		 fd;
	off_t		 at;
	size_t		 size;
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
