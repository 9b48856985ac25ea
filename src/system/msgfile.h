/* msgfile.h - a message in a file: read it, mend it for the relay */

#ifndef SYSTEM_MSGFILE_H
#define SYSTEM_MSGFILE_H

#include <stdbool.h>

#include "base/fault.h"
#include "mail/envelope.h"

/*
 * Read at most n octets of the span, from its octet `from` on.  Returns how
 * many; 0 if it cannot be read, and a fault of that stage.
 */
size_t	msgfile_read(const struct span *, size_t from, void *, size_t n,
	    enum stage, struct fault *);

/*
 * A descriptor of its own for an open file, which can only read and has no
 * lock; -1 and errno.
 */
int	msgfile_reader(int fd);

/*
 * What is to be mended in a message (see recode_init()).  What comes of it
 * is given to write, piece by piece; the first piece comes when it is known
 * that there will be a change.
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
