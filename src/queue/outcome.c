/* outcome.c - what becomes of a queue message after a try */

#include <stdlib.h>

#include "base/util.h"
#include "queue/backoff.h"
#include "queue/bounce.h"
#include "queue/outcome.h"
#include "smtp/capability.h"
#include "spool/history.h"
#include "spool/lesson.h"

size_t
outcome_note(const struct settings *s, struct envelope *env,
    struct note *note, time_t submitted, time_t now)
{
	struct rcpt *r;
	size_t waiting = 0, busy = 0, i;

	note->since = backoff_since(s, submitted, note->since, note->next,
	    now);
	for (i = 0; i < env->nrcpt; i++) {
		r = &env->rcpt[i];
		/* One that will be tried again counts more. */
		if (r->done && r->why != NULL && (waiting == 0 ||
		    rcpt_waits(r)))
			note->last = *r->why;
		if (!rcpt_waits(r))
			continue;
		waiting++;
		busy += r->done && backoff_busy(r->why);
		/* An administrator can correct that: it is temporary. */
		if (r->done && r->verdict == VD_PERM)
			r->verdict = r->why->verdict = VD_TEMP;
	}
	/* A relay that is busy has not tried the message. */
	if (waiting > 0 && busy == waiting) {
		note->next = backoff_soon(s, note->since, now, random_bits());
	} else {
		note->tries++;
		note->next = backoff_next(s, note->tries, &note->last, now,
		    random_bits());
	}
	return waiting;
}

enum outcome
outcome_record(struct spool *spool, const struct settings *s,
    const struct explain *x, struct queue_delivery *q, struct fault *f)
{
	struct claimed *c = &q->claimed;
	struct bounce b = { .spool = spool, .set = s, .explain = x,
	    .conninfo = q->d.done ? &q->d.conninfo : NULL };
	time_t now = time(NULL);
	bool any;
	size_t waiting;

	if (envelope_count(&c->env, VD_OK) == c->env.nrcpt) {
		if (spool_done(spool, &c->file, f) == 0)
			return OUTCOME_DONE;
		/* It stays in the queue, but is not sent again. */
		c->note.next = now + (time_t)s->retry_min;
		(void)spool_note(spool, &c->file, &c->note, &c->env, f);
		return OUTCOME_WAITS;
	}
	waiting = outcome_note(s, &c->env, &c->note, c->meta.submitted, now);
	/* First the note: accepted recipients must not get it again. */
	if (spool_note(spool, &c->file, &c->note, &c->env, f) == -1)
		return OUTCOME_WAITS;
	b.expired = backoff_expired(s, c->note.since, now);
	/* The bounce before told is noted: two are better than none. */
	if (bounce_send(&b, c, &any, f) == -1)
		return OUTCOME_WAITS;
	if (any)
		(void)spool_note(spool, &c->file, &c->note, &c->env, f);
	if (waiting > 0 && !b.expired)
		return OUTCOME_WAITS;
	(void)spool_fail(spool, &c->file, f);
	return OUTCOME_GAVE_UP;
}

void
outcome_recall(const struct spool *sp, const char *key, struct delivery *d)
{
	/* BDAT is tested first; it pays only if that is remembered. */
	struct lesson l = { .avoid = CAP_CHUNKING };

	if (sp != NULL)
		lesson_get(sp, key, time(NULL), &l);
	d->avoid = l.avoid;
	d->works = l.works;
}

void
outcome_learn(const struct spool *sp, const char *key,
    const struct delivery *d)
{
	const struct lesson l = { .avoid = d->learned, .works = d->proven };

	if (sp != NULL && (l.avoid | l.works) != 0)
		lesson_add(sp, key, time(NULL), &l);
}

void
outcome_remember(const struct spool *sp, const char *account,
    const struct envelope *env, const bool *tried)
{
	const struct fault *why = NULL;
	struct buf cause = { .max = 2 * FAULT_TEXT };
	const struct rcpt *r;
	bool went = false;
	size_t i;

	if (account == NULL)
		account = "";
	for (i = 0; sp != NULL && i < env->nrcpt; i++) {
		r = &env->rcpt[i];
		if (!r->done || (tried != NULL && !tried[i]))
			continue;
		if (r->verdict == VD_OK)
			went = true;
		else if (r->why != NULL && !backoff_busy(r->why))
			why = r->why;
	}
	if (went)
		history_success(sp, account, time(NULL));
	if (why != NULL) {
		fault_print(&cause, why);
		history_failure(sp, account, time(NULL), buf_text(&cause));
	}
	buf_release(&cause);
}

void
outcome_log(const struct maillog *log, const struct queue_delivery *q,
    enum outcome what)
{
	const struct claimed *c = &q->claimed;
	const struct maillog_try t = { .id = c->file.id, .env = &c->env,
	    .tried = q->tried, .meta = &c->meta, .conninfo = &q->d.conninfo,
	    .accepted = q->d.accepted, .size = c->file.size,
	    .tries = c->note.tries + (what == OUTCOME_DONE), .kept = true,
	    .expired = what == OUTCOME_GAVE_UP, .learned = q->d.learned };

	maillog_attempt(log, &t);
}
