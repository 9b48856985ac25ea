/* agent.c - the agent's process: jobs from the dispatcher to the relay */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/ipc.h"
#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "net/dns.h"
#include "system/sandbox.h"

#define PORTS	(2 * DNS_SRV_MAX)	/* of one account */

/* One account, and its agent once it may be needed. */
struct party {
	struct transfer_opts opts;
	struct transfer	*transfer;	/* NULL: not needed */
	struct buf	 password;
};

/* A job as the dispatcher numbers it. */
struct numbered {
	struct job	 job;		/* first, so that it can be found */
	uint32_t	 number;
	int		 chain[ACCOUNT_CHAIN];	/* accounts to try */
	size_t		 nchain, step;
	char		 passed[512];	/* why not the accounts before */
};

struct counter {
	int		 sock;
	const struct agent_opts *o;
	struct party	*party;		/* of account i at i + 1 */
	int		 current;	/* the account being served */
	bool		 boxed;
	long long	 limit;		/* clock_ms() when all ends; 0: never */
	struct numbered	**held;		/* until their account's turn */
	size_t		 nheld;
	bool		 ended;		/* the dispatcher has no more for now */
	bool		 gone;		/* the dispatcher is no more */
};

static void
free_job(struct numbered *n)
{
	envelope_release(&n->job.env);
	if (n->job.fd != -1)
		(void)close(n->job.fd);
	free(n);
}

/* Each recipient is named once: its place is how the dispatcher calls it. */
static bool
add_rcpts(struct envelope *env, struct ipc_reader *rd)
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

/* The recipients that were in the record of the job, and the others. */
static bool
read_rcpts(struct counter *c, struct numbered *n, struct ipc_reader *rd,
    size_t all)
{
	struct envelope *env = &n->job.env;
	struct ipc_record r;
	int fd;

	if (!add_rcpts(env, rd))
		return false;
	while (env->nrcpt < all) {
		if (ipc_receive(c->sock, &r, &fd, 0) != 1)
			return false;
		if (r.kind != IPC_RCPT || r.job != n->number) {
			if (fd != -1)
				(void)close(fd);
			return false;
		}
		ipc_read(rd, &r.u.rcpt.words);
		if (!add_rcpts(env, rd))
			return false;
	}
	return env->nrcpt == all;
}

static void
find_accounts(struct counter *c, struct numbered *n, const char *name)
{
	n->chain[0] = account_find(c->o->config, name);
	n->nchain = 1;
	if (n->chain[0] != ACCOUNT_NONE)
		n->nchain = account_chain(c->o->config, n->chain[0],
		    n->chain);
}

static struct numbered *
read_job(struct counter *c, const struct ipc_record *r, int fd)
{
	struct numbered *n = xcalloc(1, sizeof(*n));
	struct ipc_reader rd;
	const char *envid;

	ipc_read(&rd, &r->u.job.words);
	find_accounts(c, n, ipc_next(&rd));
	n->number = r->job;
	n->job.fd = fd;
	n->job.at = (off_t)r->u.job.at;
	n->job.size = (size_t)r->u.job.size;
	n->job.env.ret = (enum ret)r->u.job.ret;
	n->job.env.eightbit = r->u.job.eightbit != 0;
	envelope_from(&n->job.env, ipc_next(&rd));
	if ((envid = ipc_next(&rd))[0] != '\0')
		n->job.env.envid = xstrdup(envid);
	if (read_rcpts(c, n, &rd, r->u.job.nrcpt))
		return n;
	free_job(n);
	return NULL;
}

static enum transfer_next
receive(struct counter *c, bool wait, struct numbered **n)
{
	struct ipc_record r;
	int fd, got;

	got = ipc_receive(c->sock, &r, &fd, !wait);
	if (got == 0)
		return TRANSFER_LATER;
	if (got == 1 && r.kind == IPC_END) {
		c->ended = true;
		return TRANSFER_END;
	}
	if (got == 1 && r.kind == IPC_JOB &&
	    (*n = read_job(c, &r, fd)) != NULL) {
		c->ended = r.u.job.last != 0;
		return TRANSFER_JOB;
	}
	c->gone = true;
	return TRANSFER_END;
}

static void
hold(struct counter *c, struct numbered *n)
{
	c->held = xreallocarray(c->held, c->nheld + 1, sizeof(*c->held));
	c->held[c->nheld++] = n;
}

static struct numbered *
take_held(struct counter *c)
{
	struct numbered *n;
	size_t i;

	for (i = 0; i < c->nheld; i++) {
		n = c->held[i];
		if (n->chain[n->step] != c->current)
			continue;
		c->nheld--;
		memmove(&c->held[i], &c->held[i + 1],
		    (c->nheld - i) * sizeof(*c->held));
		return n;
	}
	return NULL;
}

/*
 * Never wait while a job is held: the dispatcher may be waiting for what
 * becomes of that one.
 */
static enum transfer_next
next(void *ctx, bool wait, struct job **j)
{
	struct counter *c = ctx;
	struct numbered *n;

	while ((n = take_held(c)) == NULL) {
		if (c->ended || c->gone)
			return TRANSFER_END;
		switch (receive(c, wait && c->nheld == 0, &n)) {
		case TRANSFER_JOB:
			hold(c, n);
			break;
		case TRANSFER_LATER:
			return wait ? TRANSFER_END : TRANSFER_LATER;
		case TRANSFER_END:
			return TRANSFER_END;
		}
	}
	*j = &n->job;
	return TRANSFER_JOB;
}

/* A dispatcher that cannot be told anything is none. */
static void
say(struct counter *c, const struct ipc_record *r)
{
	if (!c->gone && ipc_send(c->sock, r, -1, 0) != 1)
		c->gone = true;
}

static bool
sent(void *ctx, struct job *j)
{
	struct counter *c = ctx;
	struct ipc_record r;

	ipc_begin(&r, IPC_SENT, ((struct numbered *)(void *)j)->number);
	say(c, &r);
	return !c->gone;
}

/* May another account do better?  Not if it could be a second copy. */
static bool
may_fall_back(const struct rcpt *r)
{
	return r->done && r->why != NULL && r->verdict != VD_DOUBT &&
	    (r->verdict == VD_TEMP || fault_of_session(r->why));
}

/* For the log: this account could not, and why; the words in a line. */
static void
pass_over(struct counter *c, struct numbered *n, const struct fault *f)
{
	struct buf b = { .max = 4 * FAULT_TEXT };
	char *p;

	buf_addf(&b, "%safter %s, which ", n->step > 0 ? "; " : "",
	    account_label(c->o->config, n->chain[n->step]));
	fault_print(&b, f);
	for (p = b.p; (p = strchr(p, '\n')) != NULL; p++)
		*p = ' ';
	(void)strlcat(n->passed, buf_text(&b), sizeof(n->passed));
	buf_release(&b);
}

/* Give those who got nothing to the next account; false: there is none. */
static bool
fall_back(struct counter *c, struct numbered *n)
{
	struct envelope *e = &n->job.env;
	const struct fault *why = NULL;
	size_t i;

	if (n->step + 1 >= n->nchain)
		return false;
	for (i = 0; i < e->nrcpt && why == NULL; i++)
		if (may_fall_back(&e->rcpt[i]))
			why = e->rcpt[i].why;
	if (why == NULL)
		return false;
	pass_over(c, n, why);
	for (i = 0; i < e->nrcpt; i++)
		if (may_fall_back(&e->rcpt[i]))
			rcpt_unsettle(&e->rcpt[i]);
	n->step++;
	hold(c, n);
	return true;
}

/* Is what became of this recipient what became of the one before it? */
static bool
alike(const struct rcpt *r)
{
	return r[-1].why != NULL && r->why != NULL &&
	    memcmp(r[-1].why, r->why, sizeof(*r->why)) == 0;
}

static void
report_faults(struct counter *c, const struct numbered *n)
{
	const struct envelope *env = &n->job.env;
	struct ipc_record r;
	size_t i, last;

	for (i = 0; i < env->nrcpt; i = last) {
		last = i + 1;
		if (env->rcpt[i].why == NULL)
			continue;
		while (last < env->nrcpt && alike(&env->rcpt[last]))
			last++;
		ipc_begin(&r, IPC_FAULT, n->number);
		r.u.fault.first = (uint32_t)i;
		r.u.fault.n = (uint32_t)(last - i);
		r.u.fault.fault = *env->rcpt[i].why;
		say(c, &r);
	}
}

static void
report(struct counter *c, struct numbered *n)
{
	const struct job *j = &n->job;
	struct ipc_record r;

	report_faults(c, n);
	ipc_begin(&r, IPC_DONE, n->number);
	r.u.done.taken = (uint32_t)envelope_count(&j->env, VD_OK);
	(void)strlcpy(r.u.done.accepted, j->accepted,
	    sizeof(r.u.done.accepted));
	r.u.done.conninfo = j->conninfo;
	r.u.done.conninfo.account = n->chain[n->step];
	(void)strlcpy(r.u.done.conninfo.passed, n->passed,
	    sizeof(r.u.done.conninfo.passed));
	say(c, &r);
	free_job(n);
}

static void
done(void *ctx, struct job *j)
{
	struct counter *c = ctx;
	struct numbered *n = (struct numbered *)(void *)j;

	if (!fall_back(c, n))
		report(c, n);
}

static struct party *
party_of(struct counter *c, int account)
{
	return &c->party[account + 1];
}

static void
start_party(struct counter *c, int account)
{
	struct party *p = party_of(c, account);

	p->opts = (struct transfer_opts){
		.set = config_settings(c->o->config, account),
		.fqdn = c->o->fqdn, .trace = c->o->trace,
		.transcript = c->o->transcript,
		.progress = c->o->progress, .dispatch = c->sock };
	p->transfer = transfer_new(&p->opts);
}

/* What is behind the walls: the password, addresses, a directory. */
static void
equip(struct counter *c, int account)
{
	struct party *p = party_of(c, account);
	const struct settings *s = config_settings(c->o->config, account);
	const char *password = NULL;
	struct fault f = { 0 };

	if (s->relay == NULL)
		return;
	if (p->transfer == NULL)
		start_party(c, account);
	if (account_logs_in(s)) {
		p->password = (struct buf){ .max = PASSWORD_MAX,
		    .secret = true };
		if (password_get(s, getenv("CREDENTIALS_DIRECTORY"),
		    c->limit, &p->password, &f) == -1)
			transfer_refuse(p->transfer, &f);
		password = buf_text(&p->password);
	}
	transfer_locate(p->transfer, password);
}

/* All that is still allowed, then close the walls. */
static void
close_walls(struct counter *c)
{
	size_t n = c->o->config->naccount + 1, i, nports = 0, ndirs = 0;
	int *ports = xcalloc(n * PORTS, sizeof(*ports));
	int *dirs = xcalloc(n, sizeof(*dirs));
	struct sandbox b = { .dirs = dirs, .ports = ports, .secret = true };

	for (i = 0; i < n; i++) {
		if (c->party[i].transfer == NULL)
			continue;
		nports += transfer_ports(c->party[i].transfer, ports + nports,
		    PORTS);
		if (transfer_dir(c->party[i].transfer) != -1)
			dirs[ndirs++] = transfer_dir(c->party[i].transfer);
		b.bind |= c->party[i].opts.set->source_address != NULL;
		b.reading |= transfer_reads(c->party[i].transfer);
	}
	b.nports = nports;
	b.ndirs = ndirs;
	sandbox_enter(&b);
	free(ports);
	free(dirs);
	c->boxed = true;
}

static void
box(struct counter *c, const struct numbered *first)
{
	size_t i;

	if (!c->o->single) {
		for (i = 0; i <= c->o->config->naccount; i++)
			equip(c, (int)i - 1);
	} else {
		for (i = 0; i < first->nchain; i++)
			if (first->chain[i] != ACCOUNT_NONE)
				equip(c, first->chain[i]);
	}
	close_walls(c);
}

static void
detach(bool keep_stderr)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	if (!keep_stderr)
		(void)dup2(null, STDERR_FILENO);
	(void)close(null);
}

/* The account of a message that has waited may be no more. */
static void
refuse_held(struct counter *c)
{
	struct fault f = { 0 };
	struct numbered *n;
	size_t i;

	(void)fault_set(&f, ST_CONFIG, FD_NONE, 0, VD_TEMP,
	    "the account of this message is not in the configuration, or "
	    "has no relay");
	while ((n = take_held(c)) != NULL) {
		for (i = 0; i < n->job.env.nrcpt; i++)
			if (!n->job.env.rcpt[i].done)
				rcpt_settle(&n->job.env.rcpt[i], &f);
		done(c, &n->job);
	}
}

/* Give each account its turn until nothing is held. */
static void
run(struct counter *c)
{
	const struct transfer_work work = { .next = next, .sent = sent,
	    .done = done, .ctx = c };
	struct transfer *k;

	while (c->nheld > 0 && !c->gone) {
		c->current = c->held[0]->chain[c->held[0]->step];
		k = c->current == ACCOUNT_NONE ? NULL :
		    party_of(c, c->current)->transfer;
		if (k != NULL)
			transfer_run(k, &work, c->limit);
		else
			refuse_held(c);
	}
}

static void
release(struct counter *c)
{
	size_t i;

	for (i = 0; i < c->nheld; i++)
		free_job(c->held[i]);
	free(c->held);
	for (i = 0; i <= c->o->config->naccount; i++) {
		if (c->party[i].transfer != NULL)
			transfer_free(c->party[i].transfer);
		buf_release(&c->party[i].password);
	}
	free(c->party);
}

void
agent_run(int sock, const struct agent_opts *o)
{
	struct counter c = { .sock = sock, .o = o };
	long long deadline = o->config->base.deadline;
	struct numbered *n;

	detach(o->trace || o->transcript || o->progress);
	/* The dispatcher is told to stop; we go when it does. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	c.party = xcalloc(o->config->naccount + 1, sizeof(*c.party));
	if (o->config->naccount == 0)
		start_party(&c, ACCOUNT_BASE);
	while (!c.gone) {
		c.ended = false;
		if (receive(&c, true, &n) != TRANSFER_JOB)
			continue;
		c.limit = deadline > 0 ? clock_ms() + deadline * 1000 : 0;
		if (!c.boxed)
			box(&c, n);
		hold(&c, n);
		run(&c);
	}
	release(&c);
}
