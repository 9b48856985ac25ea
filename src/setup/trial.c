/*
 * trial.c - a probe with settings that are not yet in a file
 *
 * A probe leaves a process that can do nothing else, so it runs in a child.
 */

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/login.h"
#include "base/util.h"
#include "config/file.h"
#include "setup/trial.h"
#include "system/log.h"

#define TRIAL_CONNECT	10	/* seconds, where a relay is only a guess */

/* What a child does; it has the settings, and fills in the result. */
struct trial {
	void		 (*work)(const struct trial *, struct config *,
			    struct probe_result *);
	struct config_source src;
	const struct options *given;
	const char	*sender;
	bool		 login, ask;
};

static void
trial_probe(const struct trial *t, struct config *c, struct probe_result *r)
{
	char *rcpt = xstrdup(t->sender);
	struct options o = { .mode = MODE_PROBE, .sender = t->sender,
	    .rcpt = &rcpt, .nrcpt = t->login ? 1 : 0, .trace = t->given->trace,
	    .verbose = t->given->verbose, .delivery = -1 };

	if (!t->login) {
		c->base.auth = SETTING_AUTH_NONE;
		c->base.connect_timeout = TRIAL_CONNECT;
	}
	probe_quietly(&o, c, &t->src, r);
	free(rcpt);
}

static void
trial_token(const struct trial *t, struct config *c, struct probe_result *r)
{
	struct buf hint = { .max = sizeof(r->hint) - 1 };

	(void)login_quietly(c, &t->src, t->ask, &hint, &r->fault);
	(void)strlcpy(r->hint, buf_text(&hint), sizeof(r->hint));
	buf_release(&hint);
}

/* The file is not written yet, so a hint names the option, or says so. */
static void
trial_originate(const struct trial *t, struct config *c)
{
	const struct options *o = t->given;
	size_t i, k;
	bool given;

	for (i = 0; i < setting_count; i++) {
		if (c->origin[i].text == NULL)
			continue;
		for (given = false, k = 0; o != NULL && k < o->nflag; k++)
			given = given || strcmp(o->flag[k].key,
			    setting_table[i].key) == 0;
		free(c->origin[i].text);
		c->origin[i].text = given ? xasprintf("--%s",
		    setting_table[i].key) : xstrdup("the new file");
	}
}

/* Of the draft only what is above all accounts. */
static void
trial_child(const struct trial *t, const struct buf *text, int to)
{
	struct probe_result r = { 0 };
	struct config c;

	config_init(&c);
	(void)config_file_text(&c, CONFIG_USER, t->src.file, t->src.home,
	    buf_text(text), text->len);
	config_finish(&c);
	trial_originate(t, &c);
	c.naccount = 0;
	c.base.fallback = NULL;
	if (c.nmistakes > 0)
		(void)fault_set(&r.fault, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s", buf_text(&c.mistakes));
	else
		t->work(t, &c, &r);
	(void)fflush(stdout);
	_exit(write(to, &r, sizeof(r)) == (ssize_t)sizeof(r) ? 0 : 1);
}

/* The result that the child writes; -1 if it did not. */
static int
trial_read(int fd, struct probe_result *r)
{
	char *p = (char *)r;
	size_t left = sizeof(*r);
	ssize_t n;

	while (left > 0) {
		n = read(fd, p, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		left -= (size_t)n;
	}
	return fault_sane(&r->fault) ? 0 : -1;
}

static void
trial_fork(struct trial *t, const struct draft *d,
    const struct config_source *src, const char *path, struct probe_result *r)
{
	struct buf text = { .max = CONFIG_FILE_MAX, .secret = true };
	int fd[2] = { -1, -1 };
	pid_t pid = -1;

	t->src = *src;
	t->src.file = path;
	draft_text(d, "", false, &text);
	(void)fflush(stdout);
	if (pipe(fd) == 0)
		pid = fork();
	if (pid == 0) {
		(void)signal(SIGINT, SIG_DFL);
		/* A probe closes all descriptors from 3 on. */
		if (t->work == trial_probe &&
		    (fd[1] = dup2(fd[1], STDIN_FILENO)) == -1)
			_exit(1);
		trial_child(t, &text, fd[1]);
	}
	if (fd[1] != -1)
		(void)close(fd[1]);
	if (pid == -1 || trial_read(fd[0], r) == -1) {
		*r = (struct probe_result){ 0 };
		(void)fault_set(&r->fault, ST_CONNECT, FD_NONE, 0, VD_TEMP,
		    "the test of the relay did not end");
	}
	if (fd[0] != -1)
		(void)close(fd[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	buf_release(&text);
}

void
trial_run(const struct draft *d, const struct options *o,
    const struct config_source *src, const char *path, const char *sender,
    bool login, struct probe_result *r)
{
	struct trial t = { .work = trial_probe, .given = o, .sender = sender,
	    .login = login };

	trial_fork(&t, d, src, path, r);
}

void
trial_answers(struct answers *a, bool login, struct probe_result *r)
{
	/* Of two lines that exclude each other the later one wins. */
	answers_sort(a);
	trial_run(&a->draft, a->o, a->src, a->path, a->address, login, r);
}

void
trial_show(const struct probe_result *r)
{
	(void)fflush(stdout);
	log_fault(&r->fault);
	if (r->hint[0] != '\0')
		log_say("hint: %s", r->hint);
}

void
trial_login(const struct draft *d, const struct config_source *src,
    const char *path, bool ask, struct probe_result *r)
{
	struct trial t = { .work = trial_token, .ask = ask };

	trial_fork(&t, d, src, path, r);
}

bool
trial_reached(const struct probe_result *r)
{
	return r->fault.verdict == VD_OK || r->fault.stage >= ST_AUTH;
}
