/* shim.h - what a trial and the shim in its processes share */

#ifndef FAULT_SHIM_H
#define FAULT_SHIM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The process that is started has the role "m", the first that it forks
 * "m1", its second "m2", the first child of that "m21", and so on.
 */
#define SHIM_ROLE	8

/* A verdict that the shim sees when it comes. */
#define SHIM_TAKEN	"250 taken"

enum shim_action {
	SHIM_NONE,
	SHIM_KILL,	/* SIGKILL before the call */
	SHIM_EIO,	/* it fails with EIO */
	SHIM_EINTR,	/* it is interrupted, if it may be */
	SHIM_SHORT,	/* it does half, if it may */
	SHIM_FULL,	/* ENOSPC or EDQUOT, and so on for all that need room */
	SHIM_READONLY,	/* EROFS, and so on for all that change files */
	SHIM__MAX
};

/*
 * A file of this, named in FAULT_SHM, is mapped by all of them.  Only calls
 * to which the action can happen are counted.  FAULT_CLOCK is how many
 * seconds to add to the wall clock, with or without such a file.
 */
struct shim {
	char		 role[SHIM_ROLE];
	enum shim_action action;
	unsigned	 n;		/* at the n-th call, from 1 */
	bool		 no_wait;	/* sleep(3) ends the process */
	bool		 room;		/* only calls that need room on a disk */

	_Atomic unsigned counted;
	_Atomic bool	 fired;
	char		 call[16];	/* where */

	/*
	 * One bit for each job: the agent has told the dispatcher that the
	 * last octet is about to go; it has told it the verdict; the dispatcher
	 * has heard that.  Also as it was when the fault struck.
	 */
	_Atomic uint64_t sent, done, heard;
	char agent[SHIM_ROLE], dispatcher[SHIM_ROLE]; /* who they are */
	uint64_t	 sent_then, done_then, heard_then;

	/* How often SHIM_TAKEN has come, and until the fault. */
	_Atomic unsigned taken;
	unsigned	 taken_then;

	/* The first process ended well before what it linked was synced. */
	_Atomic bool	 unsynced;
};

#endif
