/* everyone.c - root's queue run for all users of the host */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "oauth/token.h"
#include "queue/everyone.h"
#include "spool/users.h"
#include "system/log.h"
#include "system/priv.h"

#define TOGETHER	8	/* users whose queues run at a time */
#define LONGEST		600000	/* ms to wait for one of them, */
#define HURRY		10000	/* and while others wait for its place */
#define TOKEN		60000	/* ms to get an access token */
#define INTERVAL	100	/* ms until their state is checked again */

/* What the process of a user sends. */
struct report {
	struct queue_result result;
	struct fault	 fault;
};

/* The process that runs the queue of a user. */
struct one {
	pid_t		 pid;		/* 0: none */
	int		 in;		/* its report comes here */
	long long	 limit;		/* clock_ms() */
};

/* Does a spool hold any message?  Its owner may have changed it since. */
static bool
everyone_waits(const struct runner *r, uid_t uid)
{
	char (*ids)[SPOOL_ID] = NULL, *path;
	struct fault f = { 0 };
	struct spool spool;
	size_t n = 0;

	path = xasprintf("%s/%lld", r->top, (long long)uid);
	if (priv_work_as(uid, r->group) == 0 &&
	    spool_open(&spool, path, false, &f) == 0) {
		(void)spool_list(&spool, SPOOL_QUEUE, &ids, &n, &f);
		spool_close(&spool);
	}
	priv_work_as_root();
	if (f.verdict != VD_OK && (f.domain != FD_ERRNO || f.code != ENOENT))
		log_fault(&f);
	free(ids);
	free(path);
	return n > 0;
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
static _Noreturn void
everyone_serve(const struct runner *r, const struct queue_select *select,
    uid_t uid, int out)
{
	char *path = xasprintf("%s/%lld", r->top, (long long)uid);
	struct runner own = *r;
	struct place place = *r->place;
	struct maillog log = *r->log;
	struct report t = { 0 };
	int null;

	(void)setsid();
	if ((null = open("/dev/null", O_RDONLY)) != -1)
		(void)dup2(null, STDIN_FILENO);
	if (uid != 0 && priv_turn_into(uid, r->group) == -1)
		_exit(EX_OSERR);
	log.elevated = place.readonly = uid != 0;
	own.place = &place;
	own.spool = path;
	own.log = &log;
	(void)runner_once(&own, select, &t.result, &t.fault);
	/* PIPE_BUF is more: it is written whole or not at all. */
	_exit(write(out, &t, sizeof(t)) == sizeof(t) ? EX_OK : EX_OSERR);
}

static void
everyone_start(const struct runner *r, const struct queue_select *select,
    uid_t uid, struct one *one)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == -1)
		return;
	one->pid = fork();
	if (one->pid == 0) {
		(void)close(pipes[0]);
		everyone_serve(r, select, uid, pipes[1]);
	}
	(void)close(pipes[1]);
	if (one->pid == -1) {
		one->pid = 0;
		(void)close(pipes[0]);
		return;
	}
	one->in = pipes[0];
	one->limit = clock_ms() + LONGEST;
}

static void
everyone_add(struct queue_result *sum, struct fault *f, int in)
{
	struct report t;

	if (read(in, &t, sizeof(t)) != sizeof(t) || !fault_sane(&t.fault))
		return;
	sum->tried += t.result.tried;
	sum->done += t.result.done;
	sum->failed += t.result.failed;
	sum->waiting += t.result.waiting;
	sum->left += t.result.left;
	if (t.result.why > sum->why && t.result.why <= QUEUE_STOP_RELAY)
		sum->why = t.result.why;
	if (t.result.next != 0 &&
	    (sum->next == 0 || t.result.next < sum->next))
		sum->next = t.result.next;
	if (f->verdict == VD_OK && t.fault.verdict != VD_OK)
		*f = t.fault;
}

/* Is it over, or not to be waited for any longer?  Then forget it. */
static bool
everyone_over(const struct runner *r, struct one *one,
    struct queue_result *sum, struct fault *f)
{
	int status;
	pid_t got = waitpid(one->pid, &status, WNOHANG | WUNTRACED);

	if (got == 0 && clock_ms() < one->limit &&
	    (r->stop == NULL || *r->stop != SIGINT)) {
		if (r->stop != NULL && *r->stop)
			(void)kill(one->pid, SIGTERM);
		return false;
	}
	if (got == one->pid && WIFEXITED(status))
		everyone_add(sum, f, one->in);
	(void)close(one->in);
	one->pid = 0;
	return true;
}

/* Wait no longer for the one that was started first. */
static struct one *
everyone_leave(struct one one[TOGETHER])
{
	struct one *first = one;
	size_t i;

	for (i = 1; i < TOGETHER; i++)
		if (one[i].limit < first->limit)
			first = &one[i];
	(void)close(first->in);
	first->pid = 0;
	return first;
}

/*
 * Have a free place, or with all set, only free places.  No user can keep
 * the others waiting: after a while there is one place more.
 */
static struct one *
everyone_await(const struct runner *r, struct one one[TOGETHER], bool all,
    struct queue_result *sum, struct fault *f)
{
	long long hurry = clock_ms() + HURRY;
	struct one *any;
	size_t i, busy;

	for (;;) {
		any = NULL;
		for (i = busy = 0; i < TOGETHER; i++)
			if (one[i].pid == 0 ||
			    everyone_over(r, &one[i], sum, f))
				any = &one[i];
			else
				busy++;
		if (any != NULL && (!all || busy == 0))
			return any;
		if (!all && clock_ms() >= hurry)
			return everyone_leave(one);
		(void)poll(NULL, 0, INTERVAL);
	}
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
	struct one one[TOGETHER] = { 0 }, *to;
	bool ready = false;
	struct users u;
	size_t i;

	*result = (struct queue_result){ 0 };
	/* Those of an earlier run that it did not wait for. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (users_list(&u, r->top, &foreign, f) == -1)
		return -1;
	everyone_tokens(r);
	everyone_report(r, &foreign);
	buf_release(&foreign);
	for (i = 0; i < u.n && (r->stop == NULL || !*r->stop); i++) {
		if (!everyone_waits(r, u.uid[i]))
			continue;
		if (!ready && everyone_passwords(r->own, f) == -1)
			break;
		ready = true;
		to = everyone_await(r, one, false, result, f);
		everyone_start(r, select, u.uid[i], to);
	}
	(void)everyone_await(r, one, true, result, f);
	everyone_forget(r->own);
	users_release(&u);
	return f->verdict == VD_OK ? 0 : -1;
}
