/* agent.c - the delivery agent: messages from dispatcher to relays */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent/accounts.h"
#include "agent/agent.h"
#include "agent/ipc.h"
#include "agent/transfer.h"
#include "base/portable.h"
#include "base/util.h"
#include "config/account.h"
#include "system/priv.h"

struct agent {
	int		 sock;
	const struct agent_opts *o;
	struct account	**account;	/* number i at i + 1; NULL: unused */
	struct connector connector;
	int		 current;	/* number of the account in use */
	bool		 sandboxed;
	long long	 limit;		/* clock_ms() when all ends; 0: never */
	struct delivery	**queue;	/* each waits for its next account */
	size_t		 nqueue;
	bool		 ended;		/* no more messages for now */
	bool		 closed;	/* the dispatcher has ended */
	bool		 failed;	/* a recipient may be tried again */
};

static void
agent_free_delivery(struct delivery *d)
{
	envelope_release(d->env);
	free(d->env);
	if (d->message.fd != -1)
		(void)close(d->message.fd);
	free(d);
}

/* The dispatcher numbers recipients in order, so none may come twice. */
static bool
agent_add_rcpts(struct envelope *env, struct ipc_reader *rd)
{
	const char *addr, *orcpt;
	unsigned notify;
	size_t i;

	while ((addr = ipc_next_rcpt(rd, &notify, &orcpt)) != NULL) {
		i = env->nrcpt;
		if (envelope_add(env, addr) != i)
			return false;
		env->rcpt[i].notify = notify;
		if (orcpt[0] != '\0')
			env->rcpt[i].orcpt = xstrdup(orcpt);
	}
	return true;
}

/* The recipients in the first record, and in those that follow it. */
static bool
agent_read_rcpts(struct agent *a, struct delivery *d, struct ipc_reader *rd,
    size_t all)
{
	struct ipc_record r;
	int fd;

	if (!agent_add_rcpts(d->env, rd))
		return false;
	while (d->env->nrcpt < all) {
		if (ipc_receive(a->sock, &r, &fd, 0) != 1)
			return false;
		if (r.kind != IPC_RCPT || r.number != d->number) {
			if (fd != -1)
				(void)close(fd);
			return false;
		}
		ipc_read(rd, &r.u.rcpt.words);
		if (!agent_add_rcpts(d->env, rd))
			return false;
	}
	return d->env->nrcpt == all;
}

static struct delivery *
agent_read_delivery(struct agent *a, const struct ipc_record *r, int fd)
{
	struct delivery *d = xcalloc(1, sizeof(*d));
	struct ipc_reader rd;
	const char *envid;

	ipc_read(&rd, &r->u.delivery.words);
	d->chain[0] = account_find(a->o->config, ipc_next(&rd));
	d->nchain = 1;
	if (d->chain[0] != ACCOUNT_NONE)
		d->nchain = account_chain(a->o->config, d->chain[0], d->chain);
	conninfo_clear(&d->conninfo);
	d->number = r->number;
	d->message = (struct span){ .fd = fd, .at = (off_t)r->u.delivery.at,
	    .size = (size_t)r->u.delivery.size };
	d->env = xcalloc(1, sizeof(*d->env));
	d->avoid = r->u.delivery.avoid;
	d->works = r->u.delivery.works;
	d->env->ret = (enum ret)r->u.delivery.ret;
	d->tries = r->u.delivery.tries;
	d->limit = r->u.delivery.limit;
	d->env->eightbit = r->u.delivery.eightbit != 0;
	envelope_from(d->env, ipc_next(&rd));
	if ((envid = ipc_next(&rd))[0] != '\0')
		d->env->envid = xstrdup(envid);
	if (agent_read_rcpts(a, d, &rd, r->u.delivery.nrcpt))
		return d;
	agent_free_delivery(d);
	return NULL;
}

static enum transfer_next
agent_receive(struct agent *a, bool wait, struct delivery **d)
{
	struct ipc_record r;
	int fd, got;

	got = ipc_receive(a->sock, &r, &fd, !wait);
	if (got == 0)
		return TRANSFER_LATER;
	if (got == 1 && r.kind == IPC_END) {
		a->ended = true;
		return TRANSFER_END;
	}
	if (got == 1 && r.kind == IPC_DELIVERY &&
	    (*d = agent_read_delivery(a, &r, fd)) != NULL) {
		a->ended = r.u.delivery.last != 0;
		return TRANSFER_GOT;
	}
	a->closed = true;
	return TRANSFER_END;
}

static void
agent_enqueue(struct agent *a, struct delivery *d)
{
	a->queue = xreallocarray(a->queue, a->nqueue + 1, sizeof(*a->queue));
	a->queue[a->nqueue++] = d;
}

/* The first that waits for the account in use. */
static struct delivery *
agent_dequeue(struct agent *a)
{
	struct delivery *d;
	size_t i;

	for (i = 0; i < a->nqueue; i++) {
		d = a->queue[i];
		if (d->chain[d->step] != a->current)
			continue;
		a->nqueue--;
		memmove(&a->queue[i], &a->queue[i + 1],
		    (a->nqueue - i) * sizeof(*a->queue));
		return d;
	}
	return NULL;
}

/*
 * Never wait while the queue holds a message: the dispatcher may be waiting
 * for the verdicts on that one.
 */
static enum transfer_next
agent_next(void *ctx, bool wait, struct delivery **d)
{
	struct agent *a = ctx;
	struct delivery *new;

	while ((*d = agent_dequeue(a)) == NULL) {
		if (a->ended || a->closed)
			return TRANSFER_END;
		switch (agent_receive(a, wait && a->nqueue == 0, &new)) {
		case TRANSFER_GOT:
			agent_enqueue(a, new);
			break;
		case TRANSFER_LATER:
			return wait ? TRANSFER_END : TRANSFER_LATER;
		case TRANSFER_END:
			return TRANSFER_END;
		}
	}
	return TRANSFER_GOT;
}

/* If the dispatcher cannot be reached, treat it as ended. */
static void
agent_tell(struct agent *a, const struct ipc_record *r)
{
	if (!a->closed && ipc_send(a->sock, r, -1, 0) != 1)
		a->closed = true;
}

static bool
agent_sent(void *ctx, struct delivery *d)
{
	struct agent *a = ctx;
	struct ipc_record r;

	ipc_begin(&r, IPC_SENT, d->number);
	agent_tell(a, &r);
	return !a->closed;
}

/* May another account do better?  Not if it could be a second copy. */
static bool
agent_may_fall_back(const struct rcpt *r)
{
	return r->done && r->verdict != VD_DOUBT && rcpt_waits(r);
}

/* For the log, in one line: why this account could not deliver. */
static void
agent_pass_over(const struct agent *a, struct delivery *d,
    const struct fault *f)
{
	struct buf b = { .max = 4 * FAULT_TEXT };
	char *p;

	buf_addf(&b, "%safter %s, which ", d->step > 0 ? "; " : "",
	    account_label(a->o->config, d->chain[d->step]));
	fault_print(&b, f);
	for (p = b.p; (p = strchr(p, '\n')) != NULL; p++)
		*p = ' ';
	(void)strlcat(d->conninfo.passed, buf_text(&b),
	    sizeof(d->conninfo.passed));
	buf_release(&b);
}

/* Try the next account, if there is one and it may do better. */
static bool
agent_fall_back(struct agent *a, struct delivery *d)
{
	struct envelope *e = d->env;
	const struct fault *why = NULL;
	size_t i;

	if (d->step + 1 >= d->nchain)
		return false;
	for (i = 0; i < e->nrcpt && why == NULL; i++)
		if (agent_may_fall_back(&e->rcpt[i]))
			why = e->rcpt[i].why;
	if (why == NULL)
		return false;
	agent_pass_over(a, d, why);
	for (i = 0; i < e->nrcpt; i++)
		if (agent_may_fall_back(&e->rcpt[i]))
			rcpt_unsettle(&e->rcpt[i]);
	d->step++;
	/* Those are of another relay. */
	d->avoid = d->works = d->dropped = d->last = 0;
	agent_enqueue(a, d);
	return true;
}

/* Has this recipient the same fault as the one before it? */
static bool
agent_alike(const struct rcpt *r)
{
	return r[-1].why != NULL && r->why != NULL &&
	    memcmp(r[-1].why, r->why, sizeof(*r->why)) == 0;
}

static void
agent_report_faults(struct agent *a, const struct delivery *d)
{
	const struct envelope *env = d->env;
	struct ipc_record r;
	size_t i, last;

	for (i = 0; i < env->nrcpt; i = last) {
		last = i + 1;
		if (env->rcpt[i].why == NULL)
			continue;
		while (last < env->nrcpt && agent_alike(&env->rcpt[last]))
			last++;
		ipc_begin(&r, IPC_FAULT, d->number);
		r.u.fault.first = (uint32_t)i;
		r.u.fault.n = (uint32_t)(last - i);
		r.u.fault.fault = *env->rcpt[i].why;
		agent_tell(a, &r);
	}
}

static void
agent_done(void *ctx, struct delivery *d)
{
	struct agent *a = ctx;
	struct ipc_record r;

	if (agent_fall_back(a, d))
		return;
	agent_report_faults(a, d);
	ipc_begin(&r, IPC_DONE, d->number);
	r.u.done.taken = (uint32_t)envelope_count(d->env, VD_OK);
	a->failed |= r.u.done.taken < d->env->nrcpt;
	(void)strlcpy(r.u.done.accepted, d->accepted,
	    sizeof(r.u.done.accepted));
	r.u.done.learned = d->learned;
	r.u.done.proven = d->proven;
	r.u.done.conninfo = d->conninfo;
	r.u.done.conninfo.account = d->chain[d->step];
	agent_tell(a, &r);
	agent_free_delivery(d);
}

static struct account *
agent_prepare(struct agent *a, int number)
{
	struct account **account = &a->account[number + 1];

	if (*account == NULL) {
		*account = xmalloc(sizeof(**account));
		(void)accounts_prepare(*account,
		    config_settings(a->o->config, number),
		    account_name(a->o->config, number), a->o->place,
		    a->o->fqdn);
	}
	return *account;
}

/* All that must be done before the sandbox. */
static void
agent_get_ready(struct agent *a, int number)
{
	struct account *account;

	if (config_settings(a->o->config, number)->relay == NULL)
		return;
	account = agent_prepare(a, number);
	if (accounts_password(account, a->limit) == 0)
		(void)accounts_locate(account, a->limit);
}

/* first: the only message there will be, or NULL. */
static void
agent_enter_sandbox(struct agent *a, const struct delivery *first)
{
	size_t i;

	if (first == NULL) {
		for (i = 0; i <= a->o->config->naccount; i++)
			agent_get_ready(a, (int)i - 1);
	} else {
		for (i = 0; i < first->nchain; i++)
			if (first->chain[i] != ACCOUNT_NONE)
				agent_get_ready(a, first->chain[i]);
	}
	/*
	 * It may go on after the caller.  Commands for passwords have used the
	 * caller's terminal; only the progress line still needs it.
	 */
	if (!a->o->progress)
		(void)setsid();
	accounts_sandbox(a->account, a->o->config->naccount + 1,
	    &a->connector);
	a->sandboxed = true;
}

static void
agent_detach(bool keep_stderr)
{
	int null = priv_null();

	if (null == -1)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	if (!keep_stderr)
		(void)dup2(null, STDERR_FILENO);
	(void)close(null);
}

/* A queue message may be older than the configuration. */
static void
agent_refuse(struct agent *a)
{
	struct fault f = { 0 };
	struct delivery *d;

	(void)fault_set(&f, ST_CONFIG, FD_NONE, 0, VD_TEMP,
	    "the account of this message is not in the configuration, or "
	    "has no relay");
	while ((d = agent_dequeue(a)) != NULL) {
		envelope_settle(d->env, &f);
		agent_done(a, d);
	}
}

/* Use one account after the other until no message waits for one. */
static void
agent_work(struct agent *a)
{
	const struct transfer_work work = { .next = agent_next,
	    .sent = agent_sent, .done = agent_done, .ctx = a };
	const struct transfer_opts opts = { .trace = a->o->trace,
	    .transcript = a->o->transcript, .progress = a->o->progress,
	    .dispatch = a->sock };
	struct account *account;

	while (a->nqueue > 0 && !a->closed) {
		a->current = a->queue[0]->chain[a->queue[0]->step];
		account = a->current == ACCOUNT_NONE ? NULL :
		    a->account[a->current + 1];
		if (account != NULL)
			transfer_run(account, &opts, &work, a->limit);
		else
			agent_refuse(a);
	}
}

static void
agent_release_accounts(struct agent *a)
{
	size_t i;

	for (i = 0; i <= a->o->config->naccount; i++)
		if (a->account[i] != NULL) {
			accounts_release(a->account[i]);
			free(a->account[i]);
			a->account[i] = NULL;
		}
}

static void
agent_release(struct agent *a)
{
	size_t i;

	for (i = 0; i < a->nqueue; i++)
		agent_free_delivery(a->queue[i]);
	free(a->queue);
	/* It has a copy of what the accounts have open. */
	connector_release(&a->connector);
	agent_release_accounts(a);
	free(a->account);
}

static void
agent_start_clock(struct agent *a)
{
	long long deadline = a->o->config->base.deadline;

	a->limit = deadline > 0 ? clock_ms() + deadline * 1000 : 0;
}

/* Deliver until the dispatcher ends. */
static void
agent_serve(struct agent *a)
{
	struct delivery *d;

	/* The sandbox is entered for the first message. */
	while (!a->closed && !(a->o->single && a->sandboxed && !a->failed)) {
		a->ended = false;
		if (agent_receive(a, true, &d) != TRANSFER_GOT)
			continue;
		agent_start_clock(a);
		if (d->limit > 0)
			a->limit = d->limit;
		if (!a->sandboxed)
			agent_enter_sandbox(a, a->o->single ? d : NULL);
		agent_enqueue(a, d);
		agent_work(a);
	}
}

/* The parent only waits, so an agent that outlives it has no use. */
static void
agent_fork(struct agent *a, int sock)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		portable_end_with_parent(SIGKILL);
		if (getppid() != parent)
			_exit(EX_OK);
		(void)close(a->sock);
		a->sock = sock;
		agent_serve(a);
		_exit(EX_OK);
	}
	/* Without a process the dispatcher sees the end of the socket. */
	(void)close(sock);
}

static void
agent_open(struct agent *a)
{
	struct ipc_record r;
	int fd;

	while (ipc_receive(a->sock, &r, &fd, 0) == 1 && r.kind == IPC_OPEN) {
		if (!a->sandboxed) {
			agent_start_clock(a);
			agent_enter_sandbox(a, NULL);
			/* Not before: the status of a command is needed. */
			(void)signal(SIGCHLD, SIG_IGN);
		}
		agent_fork(a, fd);
	}
	(void)close(a->sock);
	connector_release(&a->connector);
	agent_release_accounts(a);
	while (wait(NULL) != -1 || errno == EINTR)
		;
}

/*
 * The caller's terminal sends signals to the agent, too, which may be waiting
 * for a verdict.  The end of the dispatcher ends it.
 */
static void
agent_ignore_signals(void)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP,
	    SIGTTIN, SIGTTOU };
	size_t i;

	for (i = 0; i < NITEMS(all); i++)
		(void)signal(all[i], SIG_IGN);
}

void
agent_run(int sock, const struct agent_opts *o)
{
	struct agent a = { .sock = sock, .o = o, .connector.sock = -1 };

	agent_detach(o->trace || o->transcript || o->progress);
	agent_ignore_signals();
	a.account = xcalloc(o->config->naccount + 1, sizeof(struct account *));
	if (o->config->naccount == 0)
		(void)agent_prepare(&a, ACCOUNT_BASE);
	if (o->opener)
		agent_open(&a);
	else
		agent_serve(&a);
	agent_release(&a);
}
