/* claim.h - a queue message that this process has locked */

#ifndef SPOOL_CLAIM_H
#define SPOOL_CLAIM_H

#include "mail/envelope.h"
#include "spool/head.h"
#include "spool/note.h"
#include "spool/spool.h"

enum claim {
	CLAIM_OK,
	CLAIM_BUSY,	/* another has it */
	CLAIM_GONE,	/* there is no such message */
	CLAIM_BAD	/* cannot be used: left alone, the fault says why */
};

/* Such a message, and all that is known of it. */
struct claimed {
	struct spool_file file;
	struct envelope	 env;
	struct spool_meta meta;
	struct note	 note;
};

/* Give it up: close the file, free the rest. */
void	claim_release(struct spool *, struct claimed *);

/*
 * Make a message ours.  With CLAIM_OK the envelope, meta and note are
 * filled in and the recipients settled as the note says; the caller releases
 * all.  If the note is damaged the fault says how, and the message counts as
 * never tried.  The envelope and meta must be empty; they are so after any
 * other result.
 */
enum claim spool_claim(struct spool *, enum spool_place, const char *id,
	    struct spool_file *, struct envelope *, struct spool_meta *,
	    struct note *, struct fault *);

/*
 * Look at a message without making it ours: CLAIM_BUSY does not happen, the
 * file is open for reading, and things may change meanwhile.
 */
enum claim spool_peek(struct spool *, enum spool_place, const char *id,
	    struct spool_file *, struct envelope *, struct spool_meta *,
	    struct note *, struct fault *);

/*
 * What follows is for messages that are ours, or that nobody can claim
 * (CLAIM_BAD); for the latter only spool_remove().
 */

/* Replace the note; see the states above for when it is synced. */
int	spool_note(struct spool *, struct spool_file *,
	    const struct note *, const struct envelope *, struct fault *);

/* Remove a message and all that may stand beside it. */
int	spool_remove(struct spool *, enum spool_place, const char *id,
	    struct fault *);

/*
 * Remove a message that is ours, and its note if it has one.  What a crash
 * has left of a note is for spool_sweep().
 */
int	spool_done(struct spool *, const struct spool_file *, struct fault *);

/* Move it and its note to failed/. */
int	spool_fail(struct spool *, struct spool_file *, struct fault *);

/*
 * For the rooms beside this one: open any regular file of ours there, locked,
 * and have its status.  CLAIM_GONE sets the fault too, CLAIM_BUSY does not.
 */
enum claim spool_lock(struct spool *, enum spool_place, const char *name,
	    int *fd, struct stat *, struct fault *);

#endif
