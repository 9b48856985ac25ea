/* run.c - a queue run: everything that is due, over one connection */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/outcome.h"
#include "queue/run.h"
#include "system/log.h"

/*
 * Messages in hand at most, and as many may come twice when we are killed:
 * little more than a session has on its way.  New ones are claimed when
 * half are gone, so that they go to the relay together.
 */
#define WINDOW	10
#define LOW	(WINDOW / 2)

struct turn {
	struct item	 item;
	struct claimed	 c;
	bool		*tried;		/* which of its recipients */
};

struct run {
	struct spool	*spool;
	const struct settings *set;
	const char	*host;
	const struct report *report;
	struct dispatch	*dispatch;
	const struct queue_select *select;
	struct queue_result *result;
	char		*account;	/* the one whose turn it is, or NULL */
	char		(*later)[SPOOL_ID]; /* what is for the others */
	size_t		 nlater;
	size_t		 out;		/* with the agent */
	bool		 stop;		/* the relay cannot be used now */
	bool		 given;
	struct fault	 trouble;	/* with the spool; VD_OK is none */
};

static void
waits(struct run *r, time_t next)
{
	r->result->waiting++;
	if (r->result->next == 0 || next < r->result->next)
		r->result->next = next;
}

static bool
has(const char *s, const char *part)
{
	return part == NULL || strstr(s, part) != NULL;
}

static bool
chosen(const struct queue_select *s, const struct claimed *c)
{
	size_t i;

	if (!has(c->file.id, s->id) || !has(c->env.from, s->sender))
		return false;
	for (i = 0; i < c->env.nrcpt; i++)
		if (has(c->env.rcpt[i].addr, s->rcpt))
			return true;
	return false;
}

/* Each account has its turn, over one connection; the first message says. */
static bool
its_turn(struct run *r, const struct claimed *c)
{
	const char *name = c->meta.account != NULL ? c->meta.account : "";

	if (r->account == NULL)
		r->account = xstrdup(name);
	return strcmp(r->account, name) == 0;
}

/* Is it to be tried in this run?  If not, it may have to wait. */
static bool
due(struct run *r, const struct claimed *c, time_t now)
{
	struct backoff sched = { .retry_min = r->set->retry_min,
	    .retry_max = r->set->retry_max, .expire = r->set->expire };
	time_t next = backoff_due(&sched, c->note.next, now);

	if (c->note.held)
		return false;
	if (!chosen(r->select, c) || (!r->select->all && next > now)) {
		waits(r, next);
		return false;
	}
	return true;
}

/* And now, of these?  A message of another account has a turn later. */
static bool
now_or_later(struct run *r, const struct claimed *c, time_t now)
{
	if (!due(r, c, now))
		return false;
	if (!its_turn(r, c)) {
		r->later = xreallocarray(r->later, r->nlater + 1,
		    sizeof(*r->later));
		(void)strlcpy(r->later[r->nlater++], c->file.id,
		    sizeof(*r->later));
		return false;
	}
	if (r->stop)
		waits(r, now + r->set->retry_min);
	return !r->stop;
}

/* A descriptor of its own, which can only read and has no lock. */
static int
reader(int fd)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void
give(struct run *r, struct turn *t)
{
	int fd = reader(t->c.file.fd);
	size_t i;

	t->tried = xcalloc(t->c.env.nrcpt, sizeof(*t->tried));
	for (i = 0; i < t->c.env.nrcpt; i++)
		t->tried[i] = !t->c.env.rcpt[i].done;
	t->item = (struct item){ .env = &t->c.env,
	    .account = t->c.meta.account,
	    .fd = fd != -1 ? fd : t->c.file.fd, .at = t->c.file.at,
	    .size = t->c.file.size, .ctx = t };
	dispatch_give(r->dispatch, &t->item, false);
	if (fd != -1)
		(void)close(fd);
	r->result->tried++;
	r->given = true;
	r->out++;
}

/* Did the relay fail as such, so that no message has a chance? */
static bool
hopeless(const struct envelope *e)
{
	size_t i;

	for (i = 0; i < e->nrcpt; i++)
		if (e->rcpt[i].why != NULL &&
		    fault_of_session(e->rcpt[i].why))
			return true;
	return false;
}

static void
finish(struct run *r, struct turn *t)
{
	enum outcome what;
	struct fault f = { 0 };

	if (t->tried != NULL)	/* else these are old words */
		r->stop |= hopeless(&t->c.env);
	what = outcome_record(r->spool, r->set, r->host, &t->c, &f);
	if (t->tried != NULL)
		report_outcome(r->report, &t->c, &t->item, t->tried, what);
	switch (what) {
	case OUTCOME_GAVE_UP:
		r->result->failed++;
		/* FALLTHROUGH */
	case OUTCOME_DONE:
		r->result->done++;
		break;
	case OUTCOME_WAITS:
		waits(r, t->c.note.next);
		break;
	}
	if (f.verdict != VD_OK && r->trouble.verdict != VD_OK)
		log_fault(&f);
	else if (f.verdict != VD_OK)
		r->trouble = f;
	claim_release(r->spool, &t->c);
	free(t->tried);
	free(t);
}

static void
claim(struct run *r, const char *id, time_t now)
{
	struct turn *t = xcalloc(1, sizeof(*t));
	struct fault f = { 0 };

	switch (spool_claim(r->spool, SPOOL_QUEUE, id, &t->c.file, &t->c.env,
	    &t->c.meta, &t->c.note, &f)) {
	case CLAIM_OK:
		if (t->c.note.damaged)
			log_fault(&f);
		if (!now_or_later(r, &t->c, now)) {
			claim_release(r->spool, &t->c);
			break;
		}
		if (note_reopen(&t->c.env, false) > 0)
			give(r, t);
		else
			finish(r, t);	/* a crash came before its end */
		return;
	case CLAIM_BAD:
		log_fault(&f);
		break;
	case CLAIM_BUSY:
		waits(r, now + r->set->retry_min);
		break;
	case CLAIM_GONE:
		break;
	}
	free(t);
}

/*
 * We are to stop.  What the relay may have is noted, so that it is not sent
 * again at once; of the rest nothing has happened, and the claims go with
 * us.
 */
static void
cut(struct run *r)
{
	struct item *it;
	struct turn *t;

	dispatch_part(r->dispatch);
	while ((it = dispatch_wait(r->dispatch, 0)) != NULL) {
		t = it->ctx;
		r->out--;
		if (it->sent) {
			finish(r, t);
			continue;
		}
		claim_release(r->spool, &t->c);
		free(t->tried);
		free(t);
	}
}

/*
 * One turn: the messages of the account that the first of them has.  False
 * if we were told to stop.
 */
static bool
turn(struct run *r, char (*ids)[SPOOL_ID], size_t n, time_t now)
{
	struct item *it;
	bool ended = false;
	size_t i = 0;

	for (;;) {
		if (r->out <= LOW)
			while (i < n && r->out < WINDOW)
				claim(r, ids[i++], now);
		if (r->given && !ended && (i == n || r->stop)) {
			dispatch_end(r->dispatch);
			ended = true;
		}
		if (r->out == 0 && i == n)
			return true;
		if ((it = dispatch_wait(r->dispatch, 0)) == NULL) {
			if (r->out == 0)
				continue;
			cut(r);
			return false;
		}
		r->out--;
		finish(r, it->ctx);
	}
}

int
queue_run(struct spool *spool, const struct settings *set, const char *host,
    const struct report *report, struct dispatch *dispatch,
    const struct queue_select *select, struct queue_result *result,
    struct fault *f)
{
	struct run r = { .spool = spool, .set = set, .host = host,
	    .report = report, .dispatch = dispatch, .select = select,
	    .result = result };
	char (*ids)[SPOOL_ID] = NULL;
	time_t now = time(NULL);
	bool goes_on = true;
	size_t n = 0;

	*result = (struct queue_result){ 0 };
	if (spool_writable(spool, f) == -1 ||
	    spool_list(spool, SPOOL_QUEUE, &ids, &n, f) == -1)
		return -1;
	while (n > 0 && goes_on) {
		goes_on = turn(&r, ids, n, now);
		free(ids);
		ids = r.later;
		n = r.nlater;
		r.later = NULL;
		r.nlater = 0;
		free(r.account);
		r.account = NULL;
		r.stop = r.given = false;
	}
	free(ids);
	if (spool_sync(spool, f) == 0 && r.trouble.verdict != VD_OK)
		*f = r.trouble;
	return f->verdict == VD_OK ? 0 : -1;
}
