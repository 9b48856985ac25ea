/* avoidance.c - the extensions that messages to one relay go without */

#include <errno.h>

#include "agent/avoidance.h"

void
avoidance_session(struct avoidance *a)
{
	a->retry = a->anew = a->broken = false;
}

uint32_t
avoidance_of(const struct avoidance *a, const struct delivery *d)
{
	return a->base | a->learned | d->avoid | d->dropped;
}

void
avoidance_learn(struct avoidance *a, struct delivery *d)
{
	a->learned |= d->last;
	/* What is kept is of the account, not of a fallback. */
	if (d->step == 0)
		d->learned |= d->last;
}

/* Do without what the relay refused. */
static bool
avoidance_drop(struct avoidance *a, struct delivery *d,
    const struct client_mail *m)
{
	struct avoid one, all = { 0 };
	struct rcpt *r;

	for (r = d->env->rcpt; r < d->env->rcpt + d->env->nrcpt; r++) {
		one = r->done ? avoid_advise(m, r->why) :
		    (struct avoid){ 0 };
		all.bit |= one.bit;
		all.again |= one.again;
		all.anew |= one.anew;
		if (one.again)
			rcpt_unsettle(r);
	}
	d->dropped |= all.bit;
	if (all.again) {
		d->last = all.bit;
	} else {
		a->learned |= all.bit;
		if (d->step == 0)
			d->learned |= all.bit;
	}
	a->retry |= all.again;
	a->anew |= all.anew;
	return all.again;
}

/*
 * Did the session end on purpose, or did the relay hang up before the message
 * once it had refused an extension?
 */
static bool
avoidance_cut_off(const struct avoidance *a, const struct fault *f)
{
	bool reset = f->domain == FD_ERRNO &&
	    (f->code == ECONNRESET || f->code == EPIPE);

	return a->broken ? f->domain == FD_NONE : a->retry &&
	    (f->domain == FD_LINK || reset) && f->stage != ST_BODY;
}

/* That is no reason to wait. */
static bool
avoidance_interrupted(const struct avoidance *a, struct delivery *d)
{
	bool any = false;
	struct rcpt *r;

	for (r = d->env->rcpt; r < d->env->rcpt + d->env->nrcpt; r++)
		if (r->done && r->verdict == VD_TEMP &&
		    avoidance_cut_off(a, r->why)) {
			rcpt_unsettle(r);
			any = true;
		}
	return any;
}

bool
avoidance_again(struct avoidance *a, struct delivery *d,
    const struct client_mail *m)
{
	bool again = avoidance_drop(a, d, m);

	/* Of several recipients, some may be refused and some cut off. */
	return avoidance_interrupted(a, d) || again;
}

void
avoidance_break_off(struct avoidance *a, struct fault *f)
{
	(void)fault_set(f, ST_MAIL, FD_NONE, 0, VD_TEMP,
	    "a new session without the extension that was refused");
	a->broken = true;
}
