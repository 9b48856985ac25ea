/* caller.h - facts about the caller and the host */

#ifndef SUBMIT_CALLER_H
#define SUBMIT_CALLER_H

#include <sys/types.h>

#include <time.h>

#include "alias/localname.h"
#include "config/setting.h"

struct caller {
	uid_t	uid;
	char	user[128], full[256];	/* login name, full name */
	char	host[256];		/* with its domain, if that is known */
	char	domain[256];		/* for bare names */
	char	origin[64];		/* the calling program: "cron" */
	char	unique[64];		/* for a Message-ID, or "" */
	long	utc_offset;		/* seconds ahead of UTC */
	time_t	now;
};

/* Asks passwd(5), proc(5) and the resolver. */
void	caller_find(struct caller *, uid_t, const struct settings *);

/* Who gets the mail of local names; it borrows from all of these. */
void	caller_local_names(const struct caller *, const struct settings *,
	    struct localname *);

#endif
