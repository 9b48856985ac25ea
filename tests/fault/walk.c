/*
 * walk.c - a fault at every system call, one after the other
 *
 * usage: walk HELOISE RELAY SHIM CERTS DIR [NAME]
 *
 * For each scenario, process and kind of fault the program is run as often
 * as that process makes calls: the fault strikes at the first, the second,
 * and so on until it has nowhere to strike.  Whatever is then in the queue
 * is delivered by a run without faults, and what has arrived is counted.
 * NAME: only what has this in its name, and each trial is shown.
 */

#include <sys/mman.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "judge.h"

#define WORKERS	4
#define TASKS	200
#define MISSES	2	/* how often it may strike nowhere before the end */
#define CALLS	2000	/* nobody makes more */

#define TO_GOOD	(1u << GOOD)
#define TO_SLOW	(1u << SLOW)
#define TO_BAD	(1u << BAD)

#define SUBMITS	.roles = { { "dispatcher", "m" }, { "agent", "m1" } }
#define COURIER	.roles = { { "agent", "m1" } }

static const struct scenario scenarios[] = {
	{ .name = "submit to the queue",
	    .relay = TAKES,
	    .to = { TO_GOOD },
	    .args = { "-odq", "good@example.org" },
	    .roles = { { "dispatcher", "m" } } },
	{ .name = "submit and deliver",
	    .relay = TAKES,
	    .to = { TO_GOOD },
	    .args = { "good@example.org" },
	    .roles = { { "dispatcher", "m" }, { "agent", "m1" },
		{ "connector", "m11" } } },
	{ .name = "submit, one of two later",
	    .relay = TAKES,
	    .to = { TO_GOOD | TO_SLOW },
	    .args = { "good@example.org", "slow@example.org" },
	    SUBMITS },
	{ .name = "submit, refused",
	    .relay = TAKES,
	    .to = { TO_BAD },
	    .args = { "bad@example.org" },
	    .status = 67,
	    SUBMITS },
	{ .name = "submit, relay down",
	    .relay = DOWN,
	    .to = { TO_GOOD },
	    .args = { "good@example.org" },
	    SUBMITS },
	{ .name = "submit, no pipelining",
	    .relay = PLAIN,
	    .to = { TO_GOOD },
	    .args = { "good@example.org" },
	    COURIER },
	{ .name = "submit over TLS",
	    .relay = TLS,
	    .to = { TO_GOOD },
	    .args = { "good@example.org" },
	    COURIER },
	{ .name = "submit in the background",
	    .relay = TAKES,
	    .to = { TO_GOOD },
	    .args = { "-odb", "good@example.org" },
	    .roles = { { "submitter", "m" }, { "standby runner", "m1" },
		{ "opener", "m11" }, { "agent", "m112" },
		{ "dispatcher", "m12" } } },
	{ .name = "submit, no answer to QUIT",
	    .relay = MUTE,
	    .to = { TO_GOOD },
	    .args = { "good@example.org" },
	    SUBMITS },
	{ .name = "dialogue, no answer to QUIT",
	    .relay = MUTE,
	    .dialogue = true,
	    .to = { TO_GOOD },
	    .args = { "-bs" },
	    SUBMITS },
	{ .name = "background, no answer to QUIT",
	    .relay = MUTE,
	    .to = { TO_GOOD },
	    .args = { "-odb", "good@example.org" },
	    .roles = { { "standby runner", "m1" }, { "agent", "m112" },
		{ "dispatcher", "m12" } } },
	{ .name = "run of the queue, no answer to QUIT",
	    .relay = MUTE,
	    .waiting = true,
	    .to = { TO_GOOD },
	    .args = { "-q" },
	    .roles = { { "agent", "m12" }, { "dispatcher", "m2" } } },
	{ .name = "run of the queue",
	    .relay = TAKES,
	    .waiting = true,
	    .to = { TO_GOOD | TO_SLOW, TO_BAD, TO_SLOW | TO_BAD },
	    .args = { "-q" },
	    .roles = { { "runner", "m" }, { "opener", "m1" },
		{ "connector", "m11" }, { "agent", "m12" },
		{ "dispatcher", "m2" } } },
	{ .name = "run of the queue, large",
	    .relay = TAKES,
	    .waiting = true,
	    .large = true,
	    .to = { TO_GOOD },
	    .args = { "-q" },
	    .roles = { { "agent", "m12" } } },
};

static const char *const actions[SHIM__MAX] = {
	[SHIM_NONE] = "left alone", [SHIM_KILL] = "killed",
	[SHIM_EIO] = "EIO", [SHIM_EINTR] = "EINTR",
	[SHIM_SHORT] = "half done", [SHIM_FULL] = "disk full",
	[SHIM_READONLY] = "disk read-only",
};

/* All trials of one kind, and what came of them. */
struct task {
	const struct scenario *s;
	const char	*process, *role;
	enum shim_action action;
	bool		 done;
	unsigned	 struck;
	struct numbers	 n;
	char		 why[8192];	/* nothing went wrong if "" */
};

struct all {
	_Atomic unsigned next;
	unsigned	 n;
	struct task	 task[TASKS];
};

static bool	show;

/*
 * Who keeps files can run out of room for them, and where nobody talks
 * nothing is half said.  A relay that is silent shows what time there is to
 * be killed in.
 */
static bool
concerns(const struct scenario *s, const char *process,
    enum shim_action action)
{
	if (s->relay == MUTE)
		return action == SHIM_KILL || action == SHIM_NONE;
	if (action == SHIM_FULL || action == SHIM_READONLY)
		return strcmp(process, "dispatcher") == 0 ||
		    strcmp(process, "submitter") == 0;
	if (strcmp(process, "opener") == 0 || strcmp(process, "connector") == 0)
		return action != SHIM_SHORT;
	return action != SHIM_SHORT || s->relay != DOWN ||
	    strcmp(process, "agent") != 0;
}

static void
add_task(struct all *all, const struct scenario *s, const char *process,
    const char *role, enum shim_action action, const char *only)
{
	struct task t = { .s = s, .process = process, .role = role,
	    .action = action };
	char name[200];

	(void)snprintf(name, sizeof(name), "%s: %s, %s", s->name, process,
	    actions[action]);
	if (all->n < TASKS && concerns(s, process, action) &&
	    (only == NULL || strstr(name, only) != NULL))
		all->task[all->n++] = t;
}

static void
add_tasks(struct all *all, const char *only)
{
	const struct scenario *s = scenarios;
	enum shim_action a;
	size_t i;

	for (; s < scenarios + sizeof(scenarios) / sizeof(*s); s++) {
		add_task(all, s, "nobody", "", SHIM_NONE, only);
		for (i = 0; s->roles[i][0] != NULL; i++)
			for (a = SHIM_KILL; a < SHIM__MAX; a++)
				add_task(all, s, s->roles[i][0],
				    s->roles[i][1], a, only);
	}
}

static void
complain(struct task *t, const struct shim *plan, const struct outcome *o,
    const char *why)
{
	size_t n = strlen(t->why);

	(void)snprintf(t->why + n, sizeof(t->why) - n,
	    "# call %u, %s: %s (status %x)\n#   %s\n", plan->n, plan->call,
	    why, (unsigned)o->status, o->words[0] != '\0' ? o->words :
	    "(no words)");
}

static void
work_on(struct place *p, struct task *t)
{
	struct outcome o;
	unsigned missed = 0;
	const char *why;

	*p->plan = (struct shim){ .action = t->action, .no_wait = true };
	(void)strlcpy(p->plan->role, t->role, sizeof(p->plan->role));
	for (p->plan->n = 1; missed < MISSES && p->plan->n < CALLS;
	    p->plan->n++) {
		trial(p, t->s, &o);
		t->struck += p->plan->fired;
		missed = p->plan->fired ? 0 : missed + 1;
		why = judge(t->s, t->process, p->plan, &o, &t->n);
		if (show)
			(void)fprintf(stderr, "%s %u %s: %x %s %s", t->process,
			    p->plan->n, p->plan->call, (unsigned)o.status,
			    why != NULL ? why : "fine",
			    o.words[0] != '\0' ? o.words : "\n");
		if (why != NULL)
			complain(t, p->plan, &o, why);
	}
	t->done = true;
}

static int
work(struct place *p, struct all *all)
{
	unsigned i;

	while ((i = all->next++) < all->n)
		work_on(p, &all->task[i]);
	return place_close(p) ? 0 : 1;
}

static bool
tell(unsigned number, const struct task *t)
{
	bool good = t->done && t->why[0] == '\0' &&
	    (t->struck > 0) == (t->action != SHIM_NONE);

	(void)printf("%sok %u - %s: %s, %s", good ? "" : "not ", number,
	    t->s->name, t->process, actions[t->action]);
	if (t->action != SHIM_NONE)
		(void)printf(" at each of %u calls", t->struck);
	(void)printf("\n%s", t->why);
	return good;
}

static void
add(struct numbers *a, const struct numbers *n)
{
	a->trials += n->trials;
	a->good += n->good;
	a->bad += n->bad;
	a->killed += n->killed;
	a->accepted += n->accepted;
	a->queued += n->queued;
	a->refused += n->refused;
	a->doubt += n->doubt;
	a->unnoted += n->unnoted;
	a->unwritten += n->unwritten;
}

/* How it went; the number of tasks that failed. */
static unsigned
tell_all(const struct all *all)
{
	struct numbers n = { 0 };
	unsigned i, struck = 0, failed = 0;

	for (i = 0; i < all->n; i++) {
		failed += !tell(i + 1, &all->task[i]);
		struck += all->task[i].struck;
		add(&n, &all->task[i].n);
	}
	(void)printf("1..%u\n# %u faults in %u trials: exit 0 %u times, "
	    "another status %u, killed %u\n# recipients: %u accepted at "
	    "once, %u queued and then delivered, %u refused\n# doubled: %u "
	    "in doubt after the last octet, %u killed before the answer was "
	    "noted,\n# %u where it could not be noted\n", all->n, struck,
	    n.trials, n.good, n.bad, n.killed, n.accepted, n.queued,
	    n.refused, n.doubt, n.unnoted, n.unwritten);
	return failed;
}

int
main(int argc, char **argv)
{
	struct place p[WORKERS];
	struct all *all;
	char dir[300];
	pid_t pid[WORKERS];
	int i, status, bad = 0;

	if (argc < 6)
		errx(2, "usage: walk HELOISE RELAY SHIM CERTS DIR [NAME]");
	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		err(1, "mmap");
	show = argc > 6;
	add_tasks(all, argc > 6 ? argv[6] : NULL);
	for (i = 0; i < WORKERS; i++) {
		if ((pid[i] = fork()) == -1)
			err(1, "fork");
		if (pid[i] != 0)
			continue;
		p[i] = (struct place){ .heloise = argv[1], .shim = argv[3],
		    .certs = argv[4] };
		(void)snprintf(dir, sizeof(dir), "%s/%d", argv[5], i);
		place_open(&p[i], dir, argv[2]);
		_exit(work(&p[i], all));
	}
	for (i = 0; i < WORKERS; i++)
		if (waitpid(pid[i], &status, 0) == -1 || status != 0) {
			(void)printf("# worker %d: status %x\n", i, status);
			bad = 1;
		}
	return tell_all(all) > 0 || bad;
}
