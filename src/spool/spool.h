/* spool.h - the directories of queue messages and their notes */

#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <sys/stat.h>
#include <sys/types.h>

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * A spool is a directory with queue/, failed/, the lock of the runner, and
 * slots/ (slot.h).
 * queue/ID is a message (head.h) and is written only once.  queue/ID.note
 * (note.h) is its delivery state, replaced by renaming queue/ID.note.tmp.
 * failed/ holds the failed messages in the same manner.
 *
 * Only the process that has locked a message file (flock) changes it or its
 * note.  The lock belongs to the open file: it ends when all copies of the
 * descriptor are closed, also those in other processes.
 *
 * The states on disk, and the effect of a crash in each:
 *
 * nothing (a file without a name)
 *	A message is being written.  It is lost with the process; the caller
 *	has no confirmation yet.
 * queue/.tmp-X
 *	The same on a file system without unnamed files, and spool_sweep()
 *	removes it.
 * queue/.tmp-X and queue/ID, the same file
 *	Just committed.  spool_claim() refuses the message until
 *	spool_sweep() has removed the first name.  Nothing is lost.
 * queue/ID
 *	Queued and not tried yet.  Until spool_commit() has synced the
 *	directory, a crash of the machine may remove the file, but the caller
 *	has no confirmation yet.  After that: no effect.  Recipients that
 *	were accepted before the commit get the message twice if the crash
 *	comes before their note.
 * queue/ID, queue/ID.note.tmp, with or without queue/ID.note
 *	A note is being written.  The old note counts, if any: recipients
 *	accepted since then get the message again.
 * queue/ID, queue/ID.note
 *	Waiting.  A note that records an accepted message or a bounce is
 *	synced, file and directory, so it stays.  A crash before that note
 *	may repeat the bounce.  Another note may be lost, or be the old one,
 *	after a crash of the machine; then the message is tried too early.
 *	An incomplete note is recognised, ignored and reported.
 * queue/ID.note or queue/ID.note.tmp without queue/ID or failed/ID
 *	Done.  No effect; spool_sweep() removes the note.
 * queue/ID again, after spool_remove(), spool_done() or spool_fail()
 *	These do not sync.  If the machine crashes before spool_sync(), the
 *	message may be back and be sent or bounced a second time.
 * failed/ID, queue/ID.note
 *	Being moved to failed/ or back.  No effect: spool_sweep() moves the
 *	note, or removes it if failed/ID.note is there.
 * failed/ID, with or without failed/ID.note
 *	Failed.  No effect; without its note the reason is not known.
 * failed/ID.note without failed/ID
 *	Removed or restored.  No effect; spool_sweep() removes the note.
 *
 * So no message is lost, and no incomplete message is sent: the file has the
 * length and a mark at the end, and is synced before it gets its name.
 */

#define SPOOL_FD	"/proc/self/fd"	/* to link a file without a name */
#define SPOOL_ID	17	/* 16 of [0-9a-f] and NUL; sorts by age */

enum spool_place { SPOOL_QUEUE, SPOOL_FAILED, SPOOL__MAX };

/* For new messages; see quota.h.  0 is no limit. */
struct spool_limits {
	long long messages, octets;	/* that wait */
	unsigned free_percent;		/* of the file system, */
	long long free_octets;		/* and so many at least */
};

/* All but path and limits is private; limits are {0} after spool_open(). */
struct spool {
	char	*path;
	struct spool_limits limits;
	int	 dir;
	int	 place[SPOOL__MAX];	/* the directories */
	bool	 named;			/* no files without a name here */
};

/*
 * A message file that is locked; the message is the octets [at, at + size)
 * of fd.  {.fd = -1} is none.
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
 * All faults are ST_SPOOL with VD_TEMP, except for envelopes that are refused
 * (VD_PERM, an address with ST_ADDRESS).
 */

/*
 * Open a spool.  With create, make missing directories with mode 0700.  The
 * directories must belong to the effective user and not be writable for
 * group or others.  A spool that does not exist is FD_ERRNO ENOENT.
 */
int	spool_open(struct spool *, const char *path, bool create,
	    struct fault *);
void	spool_close(struct spool *);

/* Close the file.  A message that was not committed is lost. */
void	spool_release(struct spool *, struct spool_file *);

/*
 * The ids of all messages there, the oldest first.  Other names are ignored.
 * *ids is to be freed by the caller.
 */
int	spool_list(struct spool *, enum spool_place, char (**ids)[SPOOL_ID],
	    size_t *n, struct fault *);

/* Is there a message?  False if that cannot be found out. */
bool	spool_any(const struct spool *, enum spool_place);
/* Is there a file of this name? */
bool	spool_there(const struct spool *, enum spool_place,
	    const char *name);

/*
 * Can messages be removed after delivery?  On a read-only file system each
 * queue run would send them again.
 */
int	spool_writable(const struct spool *, struct fault *);

/* Is there room for a message?  A quota is not asked for. */
int	spool_room(const struct spool *, struct fault *);

/* Make removals and moves survive a crash of the machine. */
int	spool_sync(struct spool *, struct fault *);

/*
 * Lock the queue runs of this spool until the descriptor is closed.  *fd is
 * -1 if another process has the lock; with wait set, only if a signal ended
 * the wait.
 */
int	spool_runner_lock(struct spool *, bool wait, int *fd, struct fault *);

/* Has it the form of a message id? */
bool	spool_is_id(const char *);

/*
 * For rooms of this folder.  Set the fault of an errno with a file, or with
 * the directory if name is "".
 */
int	spool_trouble(const struct spool *, enum spool_place,
	    const char *name, int err, struct fault *);

/* Remove a file; no fault if there is none. */
int	spool_unlink(const struct spool *, enum spool_place,
	    const char *name, struct fault *);

/* Put the file's path before the text of the fault, with VD_TEMP. */
int	spool_complaint(const struct spool *, enum spool_place,
	    const char *name, struct fault *);

/* Is it still the name of that file? */
bool	spool_still(const struct spool *, enum spool_place,
	    const char *name, const struct stat *);

/* The open directory, to be closed by the caller; NULL and a fault. */
DIR	*spool_entries(const struct spool *, enum spool_place, struct fault *);

#endif
