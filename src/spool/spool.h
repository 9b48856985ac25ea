/* spool.h - messages that wait, on disk, one file each and a note beside it */

#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <sys/stat.h>
#include <sys/types.h>

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * A spool is a directory with queue/, failed/ and the lock of the runner.
 * queue/ID is a message (head.h), written once and never again; queue/ID.note
 * (note.h) is how far it has come, replaced by renaming queue/ID.note.tmp.
 * failed/ holds messages that were given up, in the same manner.
 *
 * A message file belongs to whoever has it locked (flock); nobody else
 * touches it or its note.  The lock is that of the open file: it ends when
 * each copy of the descriptor is closed, also one that was handed to another
 * process or that a child has from fork().
 *
 * All there can be on disk, and what it costs to crash in that state:
 *
 * nothing (a file without a name)
 *	A message is being taken in.  It goes with the process; the caller
 *	has not been told anything.
 * queue/.tmp-X
 *	The same on a file system without unnamed files, and spool_sweep()
 *	removes it.
 * queue/.tmp-X and queue/ID, the same file
 *	Committed a moment ago.  spool_claim() refuses the message until
 *	spool_sweep() has removed the first name.  Nothing is lost.
 * queue/ID
 *	Queued and not tried yet.  Before spool_commit() has synced the
 *	directory the file may be gone after a crash of the machine, but the
 *	caller was not told that it was queued.  After that: nothing.
 *	If recipients were accepted before the commit and the crash comes
 *	before their note, these get the message twice.
 * queue/ID, queue/ID.note.tmp, with or without queue/ID.note
 *	A note is being written.  The one before counts, or none: recipients
 *	accepted since get the message again.
 * queue/ID, queue/ID.note
 *	Waiting.  Nothing: a note with recipients that accepted it, or of
 *	which the sender was told, is synced, file and directory.  Before that
 *	note he may be told twice.  One without may be lost or be the one
 *	before when the machine crashes, so the message is tried too early;
 *	torn, it is recognised, ignored and reported.
 * queue/ID.note or queue/ID.note.tmp without queue/ID or failed/ID
 *	Done.  Nothing; spool_sweep() removes the note.
 * queue/ID again, after spool_remove(), spool_done() or spool_fail()
 *	These do not sync.  When the machine, not only the process, crashes
 *	before spool_sync(), the message may be back and be sent or bounced
 *	a second time.
 * failed/ID, queue/ID.note
 *	On its way to failed/, or just back from it.  Nothing: spool_sweep()
 *	moves the note, or drops it if failed/ID.note is there.
 * failed/ID, with or without failed/ID.note
 *	Given up.  Nothing; without its note the reason is not known.
 * failed/ID.note without failed/ID
 *	Removed or restored.  Nothing; spool_sweep() removes the note.
 *
 * So a message is never lost, and a part of a message never sent: the
 * length stands in the file, its end is marked, and it was synced before it
 * had a name.
 */

#define SPOOL_FD	"/proc/self/fd"	/* by which a file gets its name */
#define SPOOL_ID	17	/* 16 of [0-9a-f] and NUL; sorts by age */

enum spool_place { SPOOL_QUEUE, SPOOL_FAILED, SPOOL__MAX };

/* All but path is private. */
struct spool {
	char	*path;
	int	 dir;
	int	 place[SPOOL__MAX];	/* the directories */
	bool	 named;			/* cannot have unnamed files */
};

/*
 * A message file that is ours: locked, and the message is fd at [at, at +
 * size).  {.fd = -1} is none.
 */
struct spool_file {
	int		 fd;
	off_t		 at;
	size_t		 size;
	enum spool_place place;
	char		 id[SPOOL_ID];	/* "" until it is committed */
	bool		 noted;		/* private: it may have a note */
	char		 tmp[32];	/* private */
};

/*
 * All faults are ST_SPOOL with VD_TEMP, but for envelopes that are refused
 * (VD_PERM, an address with ST_ADDRESS).
 */

/*
 * Hold a spool open.  With create, make what is missing of it, for us alone.
 * It and its directories must belong to the effective user, and nobody else
 * may write to them.  A spool that does not exist is FD_ERRNO ENOENT.
 */
int	spool_open(struct spool *, const char *path, bool create,
	    struct fault *);
void	spool_close(struct spool *);

/* Close it.  What was not committed is gone. */
void	spool_release(struct spool *, struct spool_file *);

/*
 * The ids of all messages there, the oldest first.  Names that are not ids
 * are passed over.  *ids is to be freed by the caller.
 */
int	spool_list(struct spool *, enum spool_place, char (**ids)[SPOOL_ID],
	    size_t *n, struct fault *);

/*
 * Can what is delivered be crossed out?  On a file system that is read-only
 * it would be sent again and again.
 */
int	spool_writable(const struct spool *, struct fault *);

/* Make removals and moves survive a crash of the machine. */
int	spool_sync(struct spool *, struct fault *);

/*
 * Become the one runner of this spool, until the descriptor is closed.  *fd
 * is -1 if there is another; with wait set, only if a signal ended the wait.
 */
int	spool_runner_lock(struct spool *, bool wait, int *fd, struct fault *);

/* Is it written like the id of a message? */
bool	spool_is_id(const char *);

/*
 * For the rooms beside this one.  What went wrong (an errno) with a file, or
 * with the directory if name is "":
 */
int	spool_trouble(const struct spool *, enum spool_place,
	    const char *name, int err, struct fault *);

/* Put the file's path before the words that are there, with VD_TEMP. */
int	spool_complaint(const struct spool *, enum spool_place,
	    const char *name, struct fault *);

/* Is the name still that of the file? */
bool	spool_still(const struct spool *, enum spool_place,
	    const char *name, const struct stat *);

/* Read the directory, to be closed by the caller; NULL and a fault. */
DIR	*spool_entries(const struct spool *, enum spool_place, struct fault *);

#endif
