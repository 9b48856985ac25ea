/* others.c - root's queue run, also for users whose spool has no other place */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/options.h"
#include "config/spoolpath.h"
#include "queue/crew.h"
#include "queue/others.h"
#include "report/maillog.h"
#include "spool/users.h"
#include "system/log.h"
#include "system/priv.h"

#define LONGEST		600000	/* ms until no other user's mail is tried */

extern char **environ;

static bool
others_is_spare(const char *path)
{
	return path != NULL && strncmp(path, SPOOLPATH_USERS "/",
	    sizeof(SPOOLPATH_USERS)) == 0;
}

/* Does mail of this user wait there?  The settings may name another place. */
static bool
others_waits(uid_t uid)
{
	char *path = spoolpath_spare(SPOOLPATH_USERS, uid);
	bool waits = path != NULL && crew_waits(path);

	free(path);
	return waits;
}

/* As the user, with the user's settings. */
static void
others_run(const struct runner *own, const struct config_source *src,
    const struct queue_select *select, struct queue_result *result,
    struct fault *f)
{
	const struct settings *s = &own->config->base;
	char *path = spoolpath_find(s, src);
	struct runner r = *own;
	struct place place;
	struct maillog log;

	if (others_is_spare(path)) {
		place_find(&place, s, src);
		maillog_init(&log, own->config, src, own->host);
		r.spool = path;
		r.place = &place;
		r.log = &log;
		(void)runner_once(&r, select, result, f);
		place_release(&place);
	}
	free(path);
}

/*
 * Settings that cannot be looked for may name another relay than those of the
 * system do.
 */
static bool
others_hidden(const char *home, struct fault *f)
{
	if (home[0] != '/' || access(home, X_OK) == 0 || errno != EACCES)
		return false;
	(void)fault_set(f, ST_CONFIG, FD_NONE, 0, VD_TEMP, "the home "
	    "directory %s is hidden (ProtectHome= of a unit, or its mode)",
	    home);
	return true;
}

/*
 * Be the process of one user.  Whatever is wrong there is only told: root's
 * run is as good as before.
 */
static void
others_serve(const struct runner *r, const struct queue_select *select,
    uid_t uid, struct queue_result *result, struct fault *f)
{
	const struct options_again *roots = r->ctx;
	struct config_source src = *roots->src;
	const struct options_again again = { roots->o, &src, roots->config };
	char home[PATH_MAX];

	if (priv_turn_into_user(uid, PRIV_NOGROUP, home, sizeof(home)) == -1) {
		log_say("mail of user %lld in %s is not tried: cannot become "
		    "this user: %s", (long long)uid, SPOOLPATH_USERS,
		    strerror(errno));
		_exit(EX_OSERR);
	}
	if (!others_waits(uid))
		return;
	priv_environment();
	if (setenv("HOME", home, 1) == -1)
		_exit(EX_OSERR);
	src.uid = uid;
	src.home = home;
	src.env = environ;
	if (!others_hidden(home, f) && options_reload(&again, f) == 0)
		others_run(r, &src, select, result, f);
	if (f->verdict == VD_OK)
		return;
	log_say("mail of user %lld in %s was not tried:", (long long)uid,
	    SPOOLPATH_USERS);
	log_fault(f);
	fault_clear(f);
}

int
others_once(const struct runner *r, const struct queue_select *select,
    struct queue_result *result, struct fault *f)
{
	struct fault none = { 0 };
	struct crew crew;
	struct users u;
	long long limit;
	size_t i;

	*result = (struct queue_result){ 0 };
	/* No spool: no mail of root's has waited. */
	if (r->spool != NULL && runner_once(r, select, result, f) == -1 &&
	    f->domain == FD_ERRNO && f->code == ENOENT)
		fault_clear(f);
	if (users_list(&u, SPOOLPATH_USERS, true, NULL, &none) == -1)
		return f->verdict == VD_OK ? 0 : -1;
	crew_begin(&crew, r, select, result, f);
	limit = clock_ms() + LONGEST;
	/* One with thousands of numbers (subuid) has the highest. */
	for (i = 0; i < u.n && (r->stop == NULL || !*r->stop) &&
	    clock_ms() < limit; i++)
		if (u.spool[i].uid != 0 && (i == 0 ||
		    u.spool[i].uid != u.spool[i - 1].uid))
			crew_start(&crew, u.spool[i].uid, others_serve);
	if (i < u.n && (r->stop == NULL || !*r->stop))
		log_say("mail of user %lld and of those above in %s was not "
		    "tried, as that of the others took too long",
		    (long long)u.spool[i].uid, SPOOLPATH_USERS);
	users_release(&u);
	crew_end(&crew);
	return f->verdict == VD_OK ? 0 : -1;
}
