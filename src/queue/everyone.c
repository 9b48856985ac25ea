/* everyone.c - root's queue run for all users of the host */

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "oauth/token.h"
#include "queue/crew.h"
#include "queue/everyone.h"
#include "spool/users.h"
#include "system/log.h"
#include "system/priv.h"

#define TOKEN		60000	/* ms to get an access token */

static bool
everyone_waits(const struct runner *r, uid_t uid)
{
	char *path = xasprintf("%s/%lld", r->top, (long long)uid);
	bool waits = priv_work_as(uid, r->group) == 0 && crew_waits(path);

	priv_work_as_root();
	free(path);
	return waits;
}

/*
 * Run the commands now: later there is no root to run them.  -1 and a fault
 * if one fails; then all mail waits.
 */
static int
everyone_passwords(struct config *c, struct fault *f)
{
	struct buf password = { .max = PASSWORD_MAX, .secret = true };
	struct settings *s;
	int i, rc = 0;

	for (i = ACCOUNT_BASE; i < (int)c->naccount && rc == 0; i++) {
		s = i == ACCOUNT_BASE ? &c->base : &c->account[i].set;
		if (!account_needs_password(s) || s->password_command == NULL ||
		    s->password != NULL)
			continue;
		rc = password_get(s, NULL, 0, &password, f);
		if (rc == 0)
			s->password = xstrdup(buf_text(&password));
		buf_clear(&password);
	}
	buf_release(&password);
	return rc;
}

/*
 * Renew the access tokens that are in the last half of their life.  Users
 * only read them: one who holds the lock, or is killed with a new refresh
 * token, would harm the others.
 */
static void
everyone_tokens(const struct runner *r)
{
	struct token_source from = { .place = *r->place, .early = true };
	struct fault f = { 0 };
	struct token token;
	int i;

	for (i = ACCOUNT_BASE; i < (int)r->own->naccount; i++) {
		from.set = config_settings(r->own, i);
		from.account = account_name(r->own, i);
		if (from.set->oauth == NULL || from.set->relay == NULL ||
		    !account_needs_password(from.set))
			continue;
		if (token_get(&from, NULL, clock_ms() + TOKEN, &token,
		    &f) == -1)
			log_fault(&f);
		explicit_bzero(&token, sizeof(token));
	}
}

/* They are asked for again in the next run. */
static void
everyone_forget(struct config *c)
{
	struct settings *s;
	int i;

	for (i = ACCOUNT_BASE; i < (int)c->naccount; i++) {
		s = i == ACCOUNT_BASE ? &c->base : &c->account[i].set;
		if (s->password_command == NULL || s->password == NULL)
			continue;
		explicit_bzero(s->password, strlen(s->password));
		free(s->password);
		s->password = NULL;
	}
}

/* Be the process of one user. */
static void
everyone_serve(const struct runner *r, const struct queue_select *select,
    uid_t uid, struct queue_result *result, struct fault *f)
{
	char *path = xasprintf("%s/%lld", r->top, (long long)uid);
	struct runner own = *r;
	struct place place = *r->place;
	struct maillog log = *r->log;

	if (uid != 0 && priv_turn_into(uid, r->group) == -1)
		_exit(EX_OSERR);
	log.elevated = place.readonly = uid != 0;
	own.place = &place;
	own.spool = path;
	own.log = &log;
	(void)runner_once(&own, select, result, f);
	free(path);
}

static void
everyone_report(const struct runner *r, const struct buf *foreign)
{
	if (foreign->len > 0)
		log_say("%s holds unknown files; if `queue` is one of them, "
		    "read UPGRADE in heloise(8):\n%.*s", r->top,
		    (int)foreign->len - 1, foreign->p);
}

int
everyone_once(const struct runner *r, const struct queue_select *select,
    struct queue_result *result, struct fault *f)
{
	struct buf foreign = { .max = 65536 };
	struct crew crew;
	bool ready = false;
	struct users u;
	size_t i;

	*result = (struct queue_result){ 0 };
	crew_begin(&crew, r, select, result, f);
	if (users_list(&u, r->top, false, &foreign, f) == -1)
		return -1;
	everyone_tokens(r);
	everyone_report(r, &foreign);
	buf_release(&foreign);
	for (i = 0; i < u.n && (r->stop == NULL || !*r->stop); i++) {
		if (!everyone_waits(r, u.spool[i].uid))
			continue;
		if (!ready && everyone_passwords(r->own, f) == -1)
			break;
		ready = true;
		crew_start(&crew, u.spool[i].uid, everyone_serve);
	}
	crew_end(&crew);
	everyone_forget(r->own);
	users_release(&u);
	return f->verdict == VD_OK ? 0 : -1;
}
