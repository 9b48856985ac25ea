/* msgfile.h - a message in a file: read it, convert it for the relay */

#ifndef SYSTEM_MSGFILE_H
#define SYSTEM_MSGFILE_H

#include <stdbool.h>

#include "base/fault.h"
#include "mail/envelope.h"
#include "mail/highbit.h"

/*
 * Read at most n octets of the span, from its octet `from` on.  Returns how
 * many; 0 if it cannot be read, and a fault of that stage.
 */
size_t	msgfile_read(const struct span *, size_t from, void *, size_t n,
	    enum stage, struct fault *);

/*
 * The conversion of a message (see recode_init()).  The result goes to write
 * in pieces.  write is not called unless there is a change.
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

/*
 * Look for octets over 127 in the message; with header only in its header,
 * and the line after that.  To be released by highbit_release().
 */
int	msgfile_look(const struct span *, struct highbit *, bool header,
	    struct fault *);

#endif
