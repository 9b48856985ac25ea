/* crew.c - processes that run the queues of users, some at a time */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/crew.h"
#include "system/log.h"
#include "system/priv.h"

#define LONGEST		600000	/* ms to wait for one of them, */
#define HURRY		10000	/* and while others wait for its place */
#define INTERVAL	100	/* ms until their state is checked again */

bool
crew_waits(const char *path)
{
	char (*ids)[SPOOL_ID] = NULL;
	struct fault f = { 0 };
	struct spool spool;
	size_t n = 0;

	if (spool_open(&spool, path, false, &f) == 0) {
		(void)spool_list(&spool, SPOOL_QUEUE, &ids, &n, &f);
		spool_close(&spool);
	}
	if (f.verdict != VD_OK && (f.domain != FD_ERRNO || f.code != ENOENT))
		log_fault(&f);
	free(ids);
	return n > 0;
}

void
crew_begin(struct crew *c, const struct runner *r,
    const struct queue_select *select, struct queue_result *sum,
    struct fault *f)
{
	*c = (struct crew){ .runner = r, .select = select, .sum = sum,
	    .fault = f };
	/* Those of an earlier run that it did not wait for. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/*
 * Be the process of one user, which may outlast the caller: a lock of its
 * caller must not.
 */
static _Noreturn void
crew_serve(const struct crew *c, crew_work *work, uid_t uid, int out)
{
	const int report = STDERR_FILENO + 1;
	struct runner_report t = { 0 };
	int null;

	(void)setsid();
	if ((null = priv_null()) != -1)
		(void)dup2(null, STDIN_FILENO);
	if (out != report && dup3(out, report, O_CLOEXEC) == -1)
		_exit(EX_OSERR);
	closefrom(report + 1);
	work(c->runner, c->select, uid, &t.result, &t.fault);
	/* PIPE_BUF is more: it is written whole or not at all. */
	_exit(write(report, &t, sizeof(t)) == sizeof(t) ? EX_OK : EX_OSERR);
}

static void
crew_sum(const struct crew *c, int in)
{
	struct queue_result *sum = c->sum;
	struct runner_report t;

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
	if (c->fault->verdict == VD_OK && t.fault.verdict != VD_OK)
		*c->fault = t.fault;
}

/* Is it over, or not to be waited for any longer?  Then forget it. */
static bool
crew_over(struct crew *c, struct crew_one *one)
{
	const volatile sig_atomic_t *stop = c->runner->stop;
	long long now = clock_ms();
	int status;
	pid_t got = waitpid(one->pid, &status, WNOHANG | WUNTRACED);

	/* The user may have stopped the processes that it waits for. */
	if (stop != NULL && *stop && one->limit > now + HURRY)
		one->limit = now + HURRY;
	if (got == 0 && now < one->limit &&
	    (stop == NULL || *stop != SIGINT)) {
		if (stop != NULL && *stop)
			(void)kill(one->pid, SIGTERM);
		return false;
	}
	if (got == one->pid && WIFEXITED(status))
		crew_sum(c, one->in);
	else if (got == 0 && stop != NULL && *stop == SIGINT)
		c->left = true;
	(void)close(one->in);
	one->pid = 0;
	return true;
}

/* Wait no longer for the one that was started first. */
static struct crew_one *
crew_leave(struct crew *c)
{
	struct crew_one *first = c->one;
	size_t i;

	for (i = 1; i < CREW; i++)
		if (c->one[i].limit < first->limit)
			first = &c->one[i];
	(void)close(first->in);
	first->pid = 0;
	return first;
}

/*
 * Have a free place, or with all set, only free places.  No user can keep
 * the others waiting: after a while there is one place more.
 */
static struct crew_one *
crew_await(struct crew *c, bool all)
{
	long long hurry = clock_ms() + HURRY;
	struct crew_one *any;
	size_t i, busy;

	for (;;) {
		any = NULL;
		for (i = busy = 0; i < CREW; i++)
			if (c->one[i].pid == 0 || crew_over(c, &c->one[i]))
				any = &c->one[i];
			else
				busy++;
		if (any != NULL && (!all || busy == 0))
			return any;
		if (!all && clock_ms() >= hurry)
			return crew_leave(c);
		(void)poll(NULL, 0, INTERVAL);
	}
}

void
crew_start(struct crew *c, uid_t uid, crew_work *work)
{
	struct crew_one *one = crew_await(c, false);
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == -1)
		return;
	one->pid = fork();
	if (one->pid == 0) {
		(void)close(pipes[0]);
		crew_serve(c, work, uid, pipes[1]);
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

void
crew_end(struct crew *c)
{
	(void)crew_await(c, true);
	if (c->left)
		log_say("the queue run goes on without this terminal");
}
