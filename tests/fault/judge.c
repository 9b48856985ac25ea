/* judge.c - was a promise broken in a trial? */

#include <sys/wait.h>

#include <string.h>

#include "judge.h"

static unsigned
got(const struct outcome *o, unsigned i, unsigned k)
{
	return o->first[i][k] + o->after[i][k];
}

/* A recipient that the first relay takes, where there is one. */
static bool
is_taken(const struct scenario *s, unsigned k)
{
	return s->relay != DOWN && (k == GOOD || s->relay != TAKES) &&
	    strcmp(s->args[0], "-odq") != 0;
}

/* Nothing was in the way, or nothing that may be noticed. */
static const char *
as_ever(const struct scenario *s, const struct outcome *o)
{
	unsigned i, k;

	if (!WIFEXITED(o->status) || WEXITSTATUS(o->status) != s->status)
		return "another exit status than without a fault";
	for (i = 0; i < LETTERS; i++)
		for (k = 0; k < PERSON__MAX; k++)
			if (s->to[i] & 1u << k &&
			    o->first[i][k] != is_taken(s, k))
				return "not delivered as without a fault";
	for (i = 0; i < LETTERS && s->waiting; i++)
		if (o->bounces[i] != (s->to[i] & 1u << BAD) >> BAD)
			return "not one bounce for each that was refused";
	return NULL;
}

/* One recipient: must it have come, and may it have? */
static const char *
arrival(const struct scenario *s, const struct outcome *o, unsigned i,
    unsigned k, struct numbers *n)
{
	bool told = k == BAD && o->bounces[i] > 0;
	bool exited = WIFEXITED(o->status);
	bool good = exited && WEXITSTATUS(o->status) == 0 && (!s->dialogue ||
	    strstr(o->words, "\n250 2.0.0 ") != NULL);

	n->accepted += o->first[i][k] > 0;
	n->queued += o->after[i][k] > 0;
	n->refused += got(o, i, k) == 0;
	if ((s->waiting || good) && got(o, i, k) == 0 && !told)
		return "lost";
	if (s->waiting || good || !exited)
		return NULL;
	if (o->after[i][k] > 0 && strstr(o->words, "queued as") == NULL)
		return "queued, and only the exit status says something else";
	if (o->first[i][k] > 0 && (s->to[i] == 1u << k ||
	    strstr(o->words, "not delivered to") == NULL))
		return "accepted, and the exit status says something else";
	return NULL;
}

static unsigned
bits(uint64_t v)
{
	unsigned n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

/* The calls between the last octet of a verdict and its way on. */
static bool
passes_on(const char *call)
{
	return strcmp(call, "getsockopt") == 0 || strcmp(call, "sendmsg") == 0;
}

/*
 * That a letter came twice is allowed where its last octet had been sent
 * and the process that was to see the answer did not, or had no time to
 * write it down, or could not and said so.
 */
static const char *
doubles(const char *process, const struct shim *shim,
    const struct outcome *o, struct numbers *n)
{
	unsigned i, k, twice = 0, heard;

	for (i = 0; i < LETTERS; i++)
		for (k = 0; k < PERSON__MAX; k++)
			if (got(o, i, k) > 1) {
				twice++;
				break;
			}
	if (twice == 0)
		return NULL;
	if (shim->action == SHIM_EINTR || shim->action == SHIM_SHORT)
		return "doubled, though nothing was broken";
	if (strcmp(process, "dispatcher") == 0 &&
	    strstr(o->words, "/queue") != NULL) {
		n->unwritten += twice;
		return NULL;
	}
	heard = bits(shim->heard_then);
	if (strcmp(process, "dispatcher") == 0 && twice <= bits(shim->sent)) {
		heard = heard < twice ? heard : twice;
		n->unnoted += heard;
		n->doubt += twice - heard;
		return NULL;
	}
	n->doubt += twice;
	if (strcmp(process, "agent") == 0 && shim->taken_then >
	    bits(shim->done_then) && !passes_on(shim->call))
		return "doubled, though the agent had read the verdict";
	if (strcmp(process, "agent") == 0 &&
	    twice <= bits(shim->sent_then & ~shim->done_then))
		return NULL;
	/* Its agents end with it, at whatever they do. */
	if (strcmp(process, "opener") == 0 && twice <= bits(shim->sent))
		return NULL;
	return "doubled, and not in doubt";
}

/*
 * May it be noticed that there was a fault?  Only slow file systems
 * interrupt what opens a file, and then it may fail.
 */
static bool
noticed(const struct shim *shim)
{
	return shim->fired && shim->action != SHIM_SHORT &&
	    (shim->action != SHIM_EINTR || strstr(shim->call, "open") != NULL);
}

const char *
judge(const struct scenario *s, const char *process, const struct shim *shim,
    const struct outcome *o, struct numbers *n)
{
	const char *why = NULL;
	unsigned i, k;

	n->trials++;
	n->killed += !WIFEXITED(o->status);
	n->good += WIFEXITED(o->status) && WEXITSTATUS(o->status) == 0;
	n->bad += WIFEXITED(o->status) && WEXITSTATUS(o->status) != 0;
	if (o->hung)
		return "it hangs";
	if (o->mangled)
		return "something arrived that is not a letter";
	/* After a fault another run may be the first with a message. */
	if (!shim->fired &&
	    ((strcmp(process, "agent") == 0 && shim->agent[0] != '\0' &&
		strcmp(shim->agent, shim->role) != 0) ||
	    (strcmp(process, "dispatcher") == 0 &&
		shim->dispatcher[0] != '\0' &&
		strcmp(shim->dispatcher, shim->role) != 0)))
		return "it was not that process";
	if (s->large && !o->large)
		return "no letter of that size arrived";
	if (o->left > 0)
		return "the queue does not become empty";
	for (i = 0; i < LETTERS && why == NULL; i++)
		for (k = 0; k < PERSON__MAX && why == NULL; k++)
			if (s->to[i] & 1u << k)
				why = arrival(s, o, i, k, n);
	if (why == NULL && shim->unsynced && WIFEXITED(o->status) &&
	    WEXITSTATUS(o->status) == 0)
		why = "exit 0 before what was queued is safe on disk";
	if (why == NULL)
		why = doubles(process, shim, o, n);
	if (why == NULL && !noticed(shim))
		why = as_ever(s, o);
	return why;
}
