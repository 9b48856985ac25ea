/*
 * users.h - the spools of all users of a host, below one directory
 *
 * TOP
 *	root:GROUP, mode 3770.  The program is set-group-ID GROUP, so users
 *	get here only through it.
 * TOP/UID
 *	The spool of one user (spool.h), named by the user's number.  The
 *	user owns it and all files in it; nobody else has any right there.
 *
 * A process of the program has the caller's uid, so it reaches no other
 * spool.  A process of the program that an attacker took over has GROUP,
 * too.  It can make new names in TOP.  The sticky bit keeps it from moving
 * or removing those of others.  root works on each spool as its owner.
 *
 * The states on disk:
 *
 * no TOP/UID
 *	This user has never had mail that waits.
 * TOP/UID, empty or with a part of the directories of a spool
 *	Being made.  No effect; the next process makes the rest.
 * TOP/UID of another owner, or another name
 *	Foreign.  Left alone and reported; its mail is not sent.
 * TOP/queue
 *	A spool of the former layout, of one user for all.  Reported until
 *	it is moved to TOP/0.
 */

#ifndef SPOOL_USERS_H
#define SPOOL_USERS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

struct user_spool {
	uid_t		 uid;
	char		 name[32];	/* below top */
};

struct users {
	struct user_spool *spool;	/* the uids in ascending order */
	size_t		 n;
};

/*
 * The users that have a spool below top.  With more, a name may be one of
 * spoolpath_spare(), too.  Foreign names are appended, one line each,
 * printable; foreign may be NULL.
 */
int	users_list(struct users *, const char *top, bool more,
	    struct buf *foreign, struct fault *);
void	users_release(struct users *);

#endif
