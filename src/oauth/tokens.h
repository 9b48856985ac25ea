/*
 * tokens.h - the tokens of an account on disk
 *
 * A file of JSON for each user and client, mode 0600, replaced by rename():
 *
 *	NAME.json	the tokens; complete, or not there
 *	NAME.new	what becomes NAME.json; without a meaning until then
 *	NAME.lock	flock(2) of the process that asks the provider
 *
 * A refresh token may be good for one use, so the answer to it must reach
 * the disk.  The space for it is taken before the provider is asked.  A crash
 *
 *	before the provider is asked	costs nothing
 *	after it, before the rename	costs the refresh token, if the provider
 *					takes each only once: --login
 *	after the rename		costs nothing
 */

#ifndef OAUTH_TOKENS_H
#define OAUTH_TOKENS_H

#include "base/buf.h"
#include "base/fault.h"
#include "config/setting.h"
#include "oauth/endpoints.h"
#include "oauth/place.h"

#define TOKENS_NAME	48	/* octets of a file's name at most */
#define TOKENS_MAX	16384	/* octets of a token at most */

struct tokenstore {
	int		 dir;		/* -1: nothing is kept */
	bool		 readonly;
	bool		 shared;	/* a group reads it */
	gid_t		 group;
	int		 lock;		/* -1: not locked */
	int		 new;		/* NAME.new, or -1 */
	char		 name[TOKENS_NAME - 8];
};

/* Times are seconds since the epoch; texts are secret.  All zero: empty. */
struct tokens {
	struct buf	 access, refresh;
	long long	 got, until;	/* of access */
	struct buf	 seed;	/* digest of the first refresh token */
	struct buf	 endpoint; /* of an issuer's metadata, not secret */
	bool		 basic;	/* see struct endpoints */
	long long	 learned;	/* when */
};

void	tokens_init(struct tokens *);
void	tokens_release(struct tokens *);

/*
 * May the access token be used at this time?  early: not during the last half
 * of its life.
 */
bool	tokens_fresh(const struct tokens *, long long now, bool early);

/*
 * Keep what the metadata of an issuer said at this time(), to be written with
 * the tokens.
 */
void	tokens_learn(struct tokens *, const struct endpoints *, long long now);

/* Recall it: false if nothing is known, or it is older than an hour. */
bool	tokens_recall(const struct tokens *, struct endpoints *,
	    long long now);

/*
 * The store of these settings.  With create, the directory is made if it is
 * missing.  -1 with a fault: it cannot be used; then nothing is kept.
 */
int	tokens_open(struct tokenstore *, const struct place *,
	    const struct settings *, bool create, struct fault *);
void	tokens_close(struct tokenstore *);

/*
 * Read the tokens; there may be none.  -1 with a fault: the file is broken,
 * is no file of this user, or others can read it.
 */
int	tokens_read(const struct tokenstore *, struct tokens *, struct fault *);

/* Milliseconds since the epoch. */
long long tokens_clock(void);

/*
 * Wait for the lock, until limit (clock_ms()).  since is the tokens_clock()
 * when this process began to wait: if another failed after that, fail like it.
 */
int	tokens_lock(struct tokenstore *, long long limit, long long since,
	    struct fault *);

/* Did the provider refuse, when it was last asked?  *f is what it said. */
bool	tokens_refused(const struct tokenstore *, struct fault *f);

/* Release it; a fault other than VD_OK is for those who wait. */
void	tokens_unlock(struct tokenstore *, const struct fault *);

/* Take the space for new tokens. */
int	tokens_reserve(struct tokenstore *, struct fault *);

/* Replace the tokens; only after tokens_reserve(). */
int	tokens_write(struct tokenstore *, const struct settings *,
	    const struct tokens *, struct fault *);

/* Remove all of it; *any says whether there was something. */
int	tokens_forget(const struct tokenstore *, bool *any, struct fault *);

#endif
