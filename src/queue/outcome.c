/* outcome.c - what a try has made of a message in the spool */

#include <stdlib.h>

#include "base/util.h"
#include "queue/bounce.h"
#include "queue/outcome.h"

static struct backoff
schedule(const struct settings *s)
{
	return (struct backoff){ .retry_min = s->retry_min,
	    .retry_max = s->retry_max, .expire = s->expire };
}

bool
outcome_waits(const struct rcpt *r)
{
	if (!r->done)
		return true;
	if (r->told)
		return false;
	return r->verdict == VD_TEMP || r->verdict == VD_DOUBT ||
	    (r->verdict == VD_PERM && fault_of_session(r->why));
}

size_t
outcome_note(const struct settings *s, struct envelope *env,
    struct note *note, time_t submitted, time_t now)
{
	struct backoff sched = schedule(s);
	struct rcpt *r;
	size_t waiting = 0, i;

	note->tries++;
	note->since = backoff_since(submitted, note->since, now);
	for (i = 0; i < env->nrcpt; i++) {
		r = &env->rcpt[i];
		if (r->done && r->why != NULL)
			note->last = *r->why;
		if (!outcome_waits(r))
			continue;
		waiting++;
		/* What an administrator can mend is not for good. */
		if (r->done && r->verdict == VD_PERM)
			r->verdict = r->why->verdict = VD_TEMP;
	}
	note->next = backoff_next(&sched, note->tries, &note->last, now,
	    random_bits());
	return waiting;
}

enum outcome
outcome_record(struct spool *spool, const struct settings *s,
    const char *host, struct claimed *c, struct fault *f)
{
	struct backoff sched = schedule(s);
	time_t now = time(NULL);
	bool expired, any;
	size_t waiting;

	if (envelope_count(&c->env, VD_OK) == c->env.nrcpt) {
		if (spool_done(spool, &c->file, f) == 0)
			return OUTCOME_DONE;
		/* It stays in sight, but is not sent again. */
		c->note.next = now + s->retry_min;
		(void)spool_note(spool, &c->file, &c->note, &c->env, f);
		return OUTCOME_WAITS;
	}
	waiting = outcome_note(s, &c->env, &c->note, c->meta.submitted, now);
	/* Whatever comes next, who has accepted it does not get it again. */
	if (spool_note(spool, &c->file, &c->note, &c->env, f) == -1)
		return OUTCOME_WAITS;
	expired = waiting > 0 &&
	    backoff_expired(&sched, c->note.since, now);
	/* First the word to the sender: told twice beats not told. */
	if (bounce_send(spool, s, host, expired, c, &any, f) == -1)
		return OUTCOME_WAITS;
	if (any)
		(void)spool_note(spool, &c->file, &c->note, &c->env, f);
	if (waiting > 0 && !expired)
		return OUTCOME_WAITS;
	(void)spool_fail(spool, &c->file, f);
	return OUTCOME_GAVE_UP;
}
