/* note.h - how far a message has come: tries, next one, last words */

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
 * The first number is that of the recipients; "last" is left out where
 * nothing has gone wrong.  A recipient is "ok", or met with the last "why"
 * above it, of which the sender is "told" or not yet; one that is not named
 * has not been tried.  {0} is the note of a message that was never tried.
 */
struct note {
	unsigned	 tries;
	time_t		 next;		/* by the wall clock; 0 is at once */
	time_t		 since;		/* expiry counts from here, or 0 */
	bool		 held;		/* not to be tried until released */
	bool		 damaged;	/* a note was there and is of no use */
	struct fault	 last;		/* VD_OK: nothing has gone wrong */
};

/*
 * Append a note with the verdicts of the recipients.  -1 only where it is
 * larger than NOTE_MAX even when most of the relay's words are left out.
 */
int	note_format(struct buf *, const struct note *,
	    const struct envelope *, struct fault *);

/*
 * Read the note p[0..n) and settle the recipients as it says, none of
 * which is settled yet.  After -1 none is, and the note is {0}.
 */
int	note_parse(const char *p, size_t n, struct note *, struct envelope *,
	    struct fault *);

/*
 * Forget the verdicts that a new try may change: all but VD_OK and, unless
 * perm is set, VD_PERM and what the sender was told.  Returns how many
 * recipients are to be tried.
 */
size_t	note_reopen(struct envelope *, bool perm);

#endif
