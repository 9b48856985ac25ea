/* note.h - the delivery state of a message: tries, next try, verdicts */

#ifndef SPOOL_NOTE_H
#define SPOOL_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

#define NOTE_MAX	(64 * 1024 * 1024)

/*
 * A note is
 *
 *	heloise-note 1 3
 *	tries 2
 *	next 1795255262
 *	since 1795250000
 *	held no
 *	last connect errno 111 0.0.0 temp relay:587 - Connection%20refused
 *	ok 0
 *	why rcpt smtp 550 5.1.1 perm relay:587 RCPT%20TO:<b@x.test> No
 *	rcpt 1
 *	told 2
 *	end
 *
 * The first number counts the recipients; "last" is left out without a
 * fault.  A recipient is "ok", or has the fault of the last "why" above it;
 * "told" means that its sender got a bounce.  One that is not listed has not
 * been tried.  {0} is the note of a message that was never tried.
 */
struct note {
	unsigned	 tries;
	time_t		 next;		/* by the wall clock; 0: at once */
	time_t		 since;		/* expiry counts from here, or 0 */
	bool		 held;		/* not to be tried until released */
	bool		 damaged;	/* the note on disk was unreadable */
	struct fault	 last;		/* VD_OK: no fault so far */
};

/*
 * Append a note with the verdicts of the recipients.  -1 only if it is larger
 * than NOTE_MAX even with the texts cut short.
 */
int	note_format(struct buf *, const struct note *,
	    const struct envelope *, struct fault *);

/*
 * Read the note p[0..n) and settle the recipients; none of them may be
 * settled before.  After -1 none is, and the note is {0}.
 */
int	note_parse(const char *p, size_t n, struct note *, struct envelope *,
	    struct fault *);

/*
 * Remove the verdicts that a new try may change: all but VD_OK and, unless
 * perm is set, VD_PERM and recipients whose sender was told.  Returns the
 * number of recipients to try.
 */
size_t	note_reopen(struct envelope *, bool perm);

#endif
