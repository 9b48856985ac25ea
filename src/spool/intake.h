/* intake.h - a message on its way into the spool */

#ifndef SPOOL_INTAKE_H
#define SPOOL_INTAKE_H

#include "mail/envelope.h"
#include "spool/head.h"
#include "spool/note.h"
#include "spool/spool.h"

/*
 * Begin, envelope, write as often as needed, commit, spool_release().  The
 * file is ours from the start, and stays ours when it is committed.
 */
int	spool_begin(struct spool *, struct spool_file *, struct fault *);
int	spool_envelope(struct spool *, struct spool_file *,
	    const struct envelope *, const struct spool_meta *, struct fault *);

/* Append to the message. */
int	spool_write(struct spool *, struct spool_file *, const void *, size_t,
	    struct fault *);

/*
 * Give the file its name, in the queue or among the failed: the one instant
 * at which the message is there.  eightbit of the envelope is taken now, the
 * rest must be as spool_envelope() had it.  With a note, that is written
 * too, and the verdicts in the envelope with it.  Afterwards everything is
 * on disk, the file has its id and is still ours; after -1 nothing can be
 * seen, and only spool_release() may follow.
 */
int	spool_commit(struct spool *, struct spool_file *, enum spool_place,
	    const struct envelope *, const struct note *, struct fault *);

#endif
