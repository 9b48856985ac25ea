/* serve.c - the courier's process: jobs from the keeper to the relay */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "record.h"
#include "serve.h"
#include "system/sandbox.h"
#include "system/secret.h"

struct counter {
	int		 sock;
	struct courier	*courier;
	const struct courier_opts *opts;
	struct buf	 password;
	bool		 boxed;
	struct job	*first;		/* came before there was a session */
	bool		 ended;		/* the keeper has no more for now */
	bool		 gone;		/* the keeper is no more */
};

/* A job as the keeper numbers it. */
struct numbered {
	struct job	 job;		/* first, so that it can be found */
	uint32_t	 number;
};

static void
free_job(struct numbered *n)
{
	envelope_release(&n->job.env);
	if (n->job.fd != -1)
		(void)close(n->job.fd);
	free(n);
}

static bool
add_rcpt(struct counter *c, struct numbered *n)
{
	struct record r;
	size_t i;
	int fd;

	if (record_receive(c->sock, &r, &fd, 0) != 1 ||
	    r.kind != REC_RCPT || r.job != n->number)
		return false;
	i = envelope_add(&n->job.env, r.u.rcpt.addr);
	if (i + 1 != n->job.env.nrcpt)
		return false;
	n->job.env.rcpt[i].notify = r.u.rcpt.notify;
	if (r.u.rcpt.orcpt[0] != '\0')
		n->job.env.rcpt[i].orcpt = xstrdup(r.u.rcpt.orcpt);
	return true;
}

static struct numbered *
read_job(struct counter *c, const struct record *r, int fd)
{
	struct numbered *n = xcalloc(1, sizeof(*n));
	uint32_t i;

	n->number = r->job;
	n->job.fd = fd;
	n->job.at = (off_t)r->u.job.at;
	n->job.size = (size_t)r->u.job.size;
	n->job.env.ret = (enum ret)r->u.job.ret;
	n->job.env.eightbit = r->u.job.eightbit != 0;
	envelope_from(&n->job.env, r->u.job.from);
	if (r->u.job.envid[0] != '\0')
		n->job.env.envid = xstrdup(r->u.job.envid);
	for (i = 0; i < r->u.job.nrcpt; i++)
		if (!add_rcpt(c, n)) {
			free_job(n);
			return NULL;
		}
	return n;
}

static enum courier_next
receive(struct counter *c, bool wait, struct job **j)
{
	struct numbered *n;
	struct record r;
	int fd, got;

	got = record_receive(c->sock, &r, &fd, !wait);
	if (got == 0)
		return NEXT_LATER;
	if (got == 1 && r.kind == REC_END) {
		c->ended = true;
		return NEXT_END;
	}
	if (got == 1 && r.kind == REC_JOB &&
	    (n = read_job(c, &r, fd)) != NULL) {
		c->ended = r.u.job.last != 0;
		*j = &n->job;
		return NEXT_JOB;
	}
	c->gone = true;
	return NEXT_END;
}

static enum courier_next
next(void *ctx, bool wait, struct job **j)
{
	struct counter *c = ctx;

	if (c->first != NULL) {
		*j = c->first;
		c->first = NULL;
		return NEXT_JOB;
	}
	if (c->ended || c->gone)
		return NEXT_END;
	return receive(c, wait, j);
}

/* A keeper that cannot be told anything is none. */
static void
say(struct counter *c, const struct record *r)
{
	if (!c->gone && record_send(c->sock, r, -1, 0) != 1)
		c->gone = true;
}

static bool
sent(void *ctx, struct job *j)
{
	struct counter *c = ctx;
	struct record r = { .kind = REC_SENT };

	r.job = ((struct numbered *)(void *)j)->number;
	say(c, &r);
	return !c->gone;
}

static void
done(void *ctx, struct job *j)
{
	struct counter *c = ctx;
	struct numbered *n = (struct numbered *)(void *)j;
	struct record r = { .job = n->number };
	const struct rcpt *to;
	size_t i;

	for (i = 0; i < j->env.nrcpt; i++) {
		to = &j->env.rcpt[i];
		if (to->why != NULL) {
			r.kind = REC_FAULT;
			r.u.fault.index = (uint32_t)i;
			r.u.fault.fault = *to->why;
		} else {
			r.kind = REC_TAKEN;
			r.u.taken.index = (uint32_t)i;
		}
		say(c, &r);
	}
	r.kind = REC_DONE;
	(void)strlcpy(r.u.done.accepted, j->accepted,
	    sizeof(r.u.done.accepted));
	r.u.done.link = j->link;
	say(c, &r);
	free_job(n);
}

/* Take what is behind the walls, then close them. */
static void
box(struct counter *c)
{
	const struct settings *s = c->opts->set;
	const char *password = NULL;
	struct fault f = { 0 };
	int port = courier_port(c->courier);
	struct sandbox b = { .ports = &port, .nports = 1, .secret = true };

	if (s->user != NULL && s->auth != SETTING_AUTH_NONE &&
	    s->auth != SETTING_AUTH_EXTERNAL) {
		if (secret_password(s, getenv("CREDENTIALS_DIRECTORY"),
		    &c->password, &f) == -1)
			courier_refuse(c->courier, &f);
		password = buf_text(&c->password);
	}
	courier_locate(c->courier, password);
	sandbox_enter(&b);
	c->boxed = true;
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

void
serve(int sock, const struct courier_opts *opts)
{
	struct counter c = { .sock = sock, .opts = opts,
	    .password = { .max = SECRET_MAX, .secret = true } };
	const struct courier_work work = { .next = next, .sent = sent,
	    .done = done, .ctx = &c };

	detach(opts->trace);
	/* The keeper is told to stop; we go when it does. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	c.courier = courier_new(opts);
	while (!c.gone) {
		c.ended = false;
		if (receive(&c, true, &c.first) != NEXT_JOB)
			continue;
		if (!c.boxed)
			box(&c);
		courier_run(c.courier, &work);
	}
	courier_free(c.courier);
	buf_release(&c.password);
}
