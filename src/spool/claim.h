/* claim.h - a queue message that this process has locked */

#ifndef SPOOL_CLAIM_H
#define SPOOL_CLAIM_H

#include "mail/envelope.h"
#include "spool/head.h"
#include "spool/note.h"
#include "spool/spool.h"

enum claim {
	CLAIM_OK,
	CLAIM_BUSY,	/* another process has locked it */
	CLAIM_GONE,	/* there is no such message */
	CLAIM_BAD	/* unusable and left as it is; the fault says why */
};

/* A claimed message: its file, envelope, meta and note. */
struct claimed {
	struct spool_file file;
	struct envelope	 env;
	struct spool_meta meta;
	struct note	 note;
};

/* Unlock it: close the file, free the rest. */
void	claim_release(struct spool *, struct claimed *);

/*
 * Lock a queue message.  With CLAIM_OK the envelope, meta and note are filled
 * in and the recipients settled as the note says; the caller releases all.
 * If the note is damaged the fault says how, and the message counts as never
 * tried.  The envelope and meta must be empty before, and are empty after
 * any other result.
 */
enum claim spool_claim(struct spool *, enum spool_place, const char *id,
	    struct spool_file *, struct envelope *, struct spool_meta *,
	    struct note *, struct fault *);

/*
 * Read a message without the lock: never CLAIM_BUSY, the file is open for
 * reading, and another process may change the message meanwhile.
 */
enum claim spool_peek(struct spool *, enum spool_place, const char *id,
	    struct spool_file *, struct envelope *, struct spool_meta *,
	    struct note *, struct fault *);

/* When the note of a message was written last; 0: it has none. */
time_t	spool_noted(const struct spool *, enum spool_place, const char *id);

/*
 * The functions below are for messages that this process has locked;
 * spool_remove() is also for messages that are CLAIM_BAD.
 */

/* Replace the note; the states in spool.h say when it is synced. */
int	spool_note(struct spool *, struct spool_file *,
	    const struct note *, const struct envelope *, struct fault *);

/* Remove a message, its note, and the rest of a new note. */
int	spool_remove(struct spool *, enum spool_place, const char *id,
	    struct fault *);

/*
 * Remove a message and its note if it has one.  spool_sweep() removes a note
 * that a crash left incomplete.
 */
int	spool_done(struct spool *, const struct spool_file *, struct fault *);

/* Move it and its note to failed/. */
int	spool_fail(struct spool *, struct spool_file *, struct fault *);

/*
 * For rooms of this folder: open and lock a trusted regular file and get its
 * status.  CLAIM_GONE sets the fault too, CLAIM_BUSY does not.
 */
enum claim spool_lock(struct spool *, enum spool_place, const char *name,
	    int *fd, struct stat *, struct fault *);

#endif
