/*
 * runner.c - runs the queue in processes of its own
 *
 * A dispatcher enters the sandbox before it reads the spool, and then cannot
 * start another agent.  So a process outside of the sandbox starts both for
 * each run.  It reads only their result.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "agent/ipc.h"
#include "base/util.h"
#include "queue/limits.h"
#include "queue/runner.h"
#include "spool/sweep.h"
#include "system/log.h"
#include "system/priv.h"
#include "system/sandbox.h"

#define INTERVAL	1000	/* ms until the stop flag is checked again */
#define AGAIN		200	/* ms to the next run after one with a try */
#define RESTS		4	/* 1, 2, 4, 8 s after runs that are refused */
#define STEP		5	/* seconds until the queue is checked */
#define PATIENCE	60000	/* ms to wait for a connection */
#define HURRY		100	/* times 10 ms until agents are killed */
#define FAILED_DAYS	30	/* how long failed/ keeps a message */

static const struct queue_select runner_due;	/* {0}: all that are due */

/* The same, and wait for a connection. */
static const struct queue_select runner_patient = { .patience = PATIENCE };

static void
runner_send(int fd, const void *v, size_t n)
{
	const char *p = v;
	ssize_t done;

	while (n > 0) {
		if ((done = write(fd, p, n)) == -1 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

/* The dispatcher of a queue run, in its own process. */
static void
runner_dispatch(const struct runner *r, const struct queue_select *select,
    int sock, int out)
{
	struct runner_report t = { 0 };
	struct maillog log = *r->log;
	struct agents agents;
	struct spool spool;
	struct sandbox sandbox = { .dirs = &spool.dir, .ndirs = 1 };
	struct buf foreign = { .max = 65536 };
	const struct spool_limits most = limits_get(&r->config->base, false);
	size_t removed;

	if (spool_open(&spool, r->spool, false, &t.fault) == -1) {
		runner_send(out, &t, sizeof(t));
		return;
	}
	maillog_open(&log);
	config_wipe(r->config);
	sandbox_enter(&sandbox);
	agents_init(&agents, sock, &spool, r->stop, r->trace);
	(void)spool_sweep(&spool, &foreign, &t.fault);
	if (foreign.len > 0)
		log_say("%s holds unknown files:\n%.*s", r->spool,
		    (int)foreign.len - 1, buf_text(&foreign));
	buf_release(&foreign);
	(void)spool_expire_failed(&spool, time(NULL), FAILED_DAYS, &most,
	    &removed, &t.fault);
	fault_clear(&t.fault);
	(void)queue_run(&spool, r->config, &log, &agents, select, &t.result,
	    &t.fault);
	maillog_close(&log);
	runner_send(out, &t, sizeof(t));
	spool_close(&spool);
}

static bool
runner_stopped(const struct runner *r)
{
	return r->stop != NULL && *r->stop;
}

/* ^C ends the wait for a run, but not the run: the relay may have a message. */
static bool
runner_interrupted(const struct runner *r)
{
	return r->stop != NULL && *r->stop == SIGINT;
}

/*
 * Receive the result.  Pass SIGTERM on to the dispatcher.  It and the agent
 * are in a session of their own, so that no terminal stops them.
 */
static bool
runner_receive(const struct runner *r, int in, pid_t dispatcher,
    struct runner_report *t)
{
	struct pollfd p = { .fd = in, .events = POLLIN };
	char *to = (char *)t;
	size_t left = sizeof(*t);
	ssize_t n;

	while (left > 0) {
		if (runner_interrupted(r))
			return false;
		if (runner_stopped(r) && dispatcher != -1)
			(void)kill(dispatcher, SIGTERM);
		n = poll(&p, 1, INTERVAL);
		if (n == 1)
			n = read(in, to, left);
		else if (n == 0)
			continue;	/* not the end of file */
		if (n == 0 || (n == -1 && errno != EINTR))
			return false;
		if (n > 0) {
			to += n;
			left -= (size_t)n;
		}
	}
	return true;
}

/* The agents see that the dispatcher has ended; after a signal, hurry. */
static void
runner_await_agent(const struct runner *r, pid_t agent)
{
	int n;

	for (n = 0; n < HURRY && runner_stopped(r); n++) {
		if (waitpid(agent, NULL, WNOHANG) != 0)
			return;
		(void)poll(NULL, 0, 10);
	}
	if (runner_stopped(r))
		(void)kill(agent, SIGKILL);
	(void)waitpid(agent, NULL, 0);
}

static pid_t
runner_fork_agent(const struct runner *r, const int sock[2],
    const int pipes[2])
{
	const struct agent_opts o = { .config = r->config, .fqdn = r->host,
	    .place = r->place, .trace = r->trace, .transcript = r->transcript,
	    .opener = true };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)close(sock[0]);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	(void)setsid();
	agent_run(sock[1], &o);
	_exit(EX_OK);
}

int
runner_once(const struct runner *r, const struct queue_select *select,
    struct queue_result *result, struct fault *f)
{
	int sock[2], pipes[2];
	static const char early[] = "the queue run ended too early";
	struct runner_report t;
	pid_t agent, dispatcher = -1;
	int why = EIO;
	bool whole;

	if (ipc_pair(sock, f) == -1)
		return -1;
	if (pipe2(pipes, O_CLOEXEC) == -1) {
		(void)fault_errno(f, ST_SPOOL, errno, VD_TEMP, early);
		(void)close(sock[0]);
		(void)close(sock[1]);
		return -1;
	}
	agent = runner_fork_agent(r, sock, pipes);
	if (agent == -1)
		why = errno;
	(void)close(sock[1]);
	/* Without an agent each message would lose a try. */
	if (agent != -1 && (dispatcher = fork()) == 0) {
		(void)close(pipes[0]);
		(void)setsid();
		runner_dispatch(r, select, sock[0], pipes[1]);
		_exit(EX_OK);
	}
	if (agent != -1 && dispatcher == -1)
		why = errno;
	(void)close(sock[0]);
	(void)close(pipes[1]);
	whole = runner_receive(r, pipes[0], dispatcher, &t);
	(void)close(pipes[0]);
	if (!whole && runner_interrupted(r) && dispatcher != -1) {
		log_say("the queue run goes on without this terminal");
		*result = (struct queue_result){ 0 };
		return 0;
	}
	if (dispatcher != -1)
		(void)waitpid(dispatcher, NULL, 0);
	if (agent != -1)
		runner_await_agent(r, agent);
	if (!whole || !fault_sane(&t.fault))
		return fault_errno(f, ST_SPOOL, why, VD_TEMP, early);
	*result = t.result;
	*f = t.fault;
	return f->verdict == VD_OK ? 0 : -1;
}

/* When the queue was last changed, in nanoseconds. */
static long long
runner_changed(const struct spool *s)
{
	struct stat st;

	if (fstat(s->place[SPOOL_QUEUE], &st) == -1)
		return 0;
	return st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
}

/* Report wrong settings once, not each time. */
static void
runner_reread(const struct runner *r, bool *wrong)
{
	const struct spool_meta meta = { .uid = getuid() };
	struct maillog log = *r->log;
	struct fault f = { 0 };
	bool is = r->reload(r->ctx, &f) == -1;

	if (is && !*wrong) {
		maillog_open(&log);
		if (!log.syslog.borrowed)
			log_fault(&f);
		maillog_refusal(&log, &f, &meta);
		maillog_close(&log);
	}
	*wrong = is;
}

/*
 * Sleep until then, but not longer than a step.  False if the clock was set
 * back meanwhile: the next run decides what is due by the new time.
 */
static bool
runner_sleep(time_t then)
{
	time_t now = time(NULL);

	(void)sleep(then <= now + 1 ? 1 : then >= now + STEP ? STEP :
	    (unsigned)(then - now));
	return time(NULL) >= now;
}

/*
 * A run has tried messages, and others may be due.  Pause, the longer the more
 * runs in a row were refused: each run asks the relay again.
 */
static void
runner_rest(const struct queue_result *res, unsigned *rests)
{
	if (res->why != QUEUE_STOP_RELAY) {
		*rests = 0;
		(void)poll(NULL, 0, AGAIN);
		return;
	}
	(void)sleep(1u << *rests);
	if (*rests + 1 < RESTS)
		++*rests;
}

/*
 * Run the queue until a run finds it empty.  A run that tried a message has
 * changed the queue itself, so the next one must look for new messages.
 */
static void
runner_run_until_empty(const struct runner *r, struct spool *spool,
    long long *seen)
{
	struct queue_result res;
	struct fault f = { 0 };
	bool wrong = false;
	unsigned rests = 0;

	for (;;) {
		*seen = runner_changed(spool);
		if (runner_once(r, &runner_patient, &res, &f) == -1) {
			if (f.domain == FD_ERRNO && f.code == ENOENT)
				return;
			/* The queue could not be read: try later. */
			res = (struct queue_result){ .waiting = 1,
			    .next = time(NULL) +
			    (time_t)r->config->base.retry_min };
			/* Changes by the run itself do not count. */
			*seen = runner_changed(spool);
		}
		if (res.tried > 0)
			runner_rest(&res, &rests);
		else if (res.waiting > 0)
			while (runner_sleep(res.next) &&
			    time(NULL) < res.next &&
			    runner_changed(spool) == *seen)
				;
		else
			return;
		runner_reread(r, &wrong);
	}
}

/*
 * Run the queue once; with `linger` become the runner, unless there is one.
 * A runner looks at the queue once more after it released the lock, so that
 * it misses no message.
 */
static void
runner_serve(const struct runner *r)
{
	struct queue_result res;
	struct spool spool;
	struct fault f = { 0 };
	long long seen;
	int lock;

	if (!r->config->base.linger) {
		(void)runner_once(r, &runner_patient, &res, &f);
		return;
	}
	if (spool_open(&spool, r->spool, false, &f) == -1)
		return;
	do {
		if (spool_runner_lock(&spool, false, &lock, &f) == -1 ||
		    lock == -1) {
			/* That one has the patience. */
			(void)runner_once(r, &runner_due, &res, &f);
			break;
		}
		runner_run_until_empty(r, &spool, &seen);
		(void)close(lock);
	} while (runner_changed(&spool) != seen);
	spool_close(&spool);
}

/* Close all but one descriptor: the caller could wait for the others. */
static int
runner_detach(int keep)
{
	int null = priv_null(), i;

	if (keep > 3) {
		(void)dup2(keep, 3);
		keep = 3;
	}
	(void)setsid();
	for (i = 0; i < 3; i++)
		(void)dup2(null, i);
	closefrom(keep + 1);
	return keep;
}

int
runner_standby(const struct runner *r, pid_t *pid)
{
	int pipes[2], in;
	ssize_t n;
	char octet;

	*pid = -1;
	if (pipe2(pipes, O_CLOEXEC) == -1)
		return -1;
	if ((*pid = fork()) == 0) {
		(void)close(pipes[1]);
		in = runner_detach(pipes[0]);
		(void)signal(SIGHUP, SIG_IGN);
		(void)signal(SIGINT, SIG_IGN);
		while ((n = read(in, &octet, 1)) == 1 ||
		    (n == -1 && errno == EINTR))
			if (n == 1)
				runner_serve(r);
		_exit(EX_OK);
	}
	(void)close(pipes[0]);
	if (*pid != -1)
		return pipes[1];
	(void)close(pipes[1]);
	return -1;
}

void
runner_loop(const struct runner *r, long long seconds)
{
	struct queue_result res = { 0 };
	struct fault f = { 0 };
	bool wrong = false;
	long long left;

	while (!runner_stopped(r)) {
		/* The first queued message makes the spool. */
		if ((r->once != NULL ? r->once : runner_once)(r,
		    &runner_patient, &res, &f) == -1 &&
		    (f.domain != FD_ERRNO || f.code != ENOENT))
			log_fault(&f);
		/* In steps: a signal may come just before sleep(). */
		for (left = seconds; left > 0 && !runner_stopped(r);
		     left -= STEP)
			(void)sleep((unsigned)(left < STEP ? left : STEP));
		runner_reread(r, &wrong);
	}
}
