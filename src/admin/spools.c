/* spools.c - the spools that an operator works on: one, or those of all */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/spools.h"
#include "base/util.h"
#include "config/spoolpath.h"
#include "spool/users.h"
#include "system/log.h"
#include "system/priv.h"

static int
spools_one(const struct spools *s, const struct user_spool *user,
    int (*act)(void *ctx, struct spool *, struct fault *), void *ctx,
    struct fault *f)
{
	char *path = xasprintf("%s/%s", s->top, user->name);
	struct spool spool;
	int rc = 0;

	if (priv_work_as(user->uid, s->group) == -1) {
		rc = fault_errno(f, ST_SPOOL, errno, VD_TEMP, "%s", path);
	} else if (spool_open(&spool, path, false, f) == -1) {
		rc = f->domain == FD_ERRNO && f->code == ENOENT ? 0 : -1;
	} else {
		rc = act(ctx, &spool, f);
		spool_close(&spool);
	}
	priv_work_as_root();
	free(path);
	return rc;
}

static int
spools_all(const struct spools *s,
    int (*act)(void *ctx, struct spool *, struct fault *), void *ctx,
    struct fault *f)
{
	struct users u;
	size_t i;

	if (users_list(&u, s->top, s->users, NULL, f) == -1)
		return -1;
	for (i = 0; i < u.n; i++) {
		if (spools_one(s, &u.spool[i], act, ctx, f) == -1)
			log_fault(f);
		fault_clear(f);
	}
	users_release(&u);
	return 0;
}

int
spools_each(const struct spools *s, struct spool *one,
    int (*act)(void *ctx, struct spool *, struct fault *), void *ctx,
    struct fault *f)
{
	/* A private spool needs no group, least of all that of root. */
	const struct spools users = { .top = SPOOLPATH_USERS,
	    .group = PRIV_NOGROUP, .users = true };

	if (s->top != NULL)
		return spools_all(s, act, ctx, f);
	if (one != NULL && act(ctx, one, f) == -1)
		return -1;
	if (!s->users || access(SPOOLPATH_USERS, F_OK) == -1)
		return 0;
	return spools_all(&users, act, ctx, f);
}
