/* intake.h - write a new message into the spool */

#ifndef SPOOL_INTAKE_H
#define SPOOL_INTAKE_H

#include "mail/envelope.h"
#include "spool/head.h"
#include "spool/note.h"
#include "spool/spool.h"

/*
 * Order of calls: begin, envelope, write as often as needed, commit,
 * spool_release().  The file is locked from the beginning to the release.
 */
int	spool_begin(struct spool *, struct spool_file *, struct fault *);
int	spool_envelope(struct spool *, struct spool_file *,
	    const struct envelope *, const struct spool_meta *, struct fault *);

/* Append to the message. */
int	spool_write(struct spool *, struct spool_file *, const void *, size_t,
	    struct fault *);

/*
 * Give the file its name in queue/ or failed/, the one step that adds the
 * message.  eightbit of the envelope is written now; the rest must be as
 * spool_envelope() had it.  With a note, the note and the verdicts of the
 * envelope are written too.  Afterwards everything is on disk and the file
 * has its id and is still locked.  After -1 no message was added, and only
 * spool_release() may follow.
 */
int	spool_commit(struct spool *, struct spool_file *, enum spool_place,
	    const struct envelope *, const struct note *, struct fault *);

#endif
