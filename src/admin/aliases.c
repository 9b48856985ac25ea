/* aliases.c - -bi and -bv: check the aliases, expand addresses */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/aliases.h"
#include "alias/expand.h"
#include "mail/message.h"
#include "submit/caller.h"
#include "system/log.h"

static int
aliases_load(struct expand *e, const struct settings *s, struct caller *a,
    struct buf *mistakes, struct fault *f)
{
	caller_find(a, getuid(), s);
	*e = (struct expand){ .host = a->host, .domain = a->domain };
	caller_local_names(a, s, &e->local);
	if (strcmp(s->aliases, "none") == 0)
		return 0;
	return expand_load(e, s->aliases, mistakes, f);
}

int
aliases_rebuild(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct buf mistakes = { .max = 1 << 20 };
	struct fault f = { 0 };
	struct caller a;
	struct expand e;
	int status = EX_OK;

	if (aliases_load(&e, &c->base, &a, &mistakes, &f) == -1)
		status = log_exit(&f);
	else
		printf("%s: %zu aliases\n", c->base.aliases, e.aliases.n);
	if (mistakes.len > 0) {
		log_raw(buf_text(&mistakes), mistakes.len);
		status = EX_DATAERR;
	}
	buf_release(&mistakes);
	expand_release(&e);
	return log_flush(status);
}

static int
aliases_verify_one(struct expand *e, const char *arg)
{
	struct buf b = { .max = 1 << 20 }, out = { .max = 1 << 20 };
	struct envelope env = { 0 };
	struct fault f = { 0 };
	int status = EX_OK;
	size_t i;

	e->left_out = &out;
	if (message_recipients(&env, arg, strlen(arg), EXPAND_BARE,
	    NULL, &f) == -1 ||
	    expand_envelope(e, &env, NULL, &f) == -1) {
		log_fault(&f);
		status = f.stage == ST_ADDRESS ? EX_NOUSER : fault_exit(&f);
	} else {
		buf_adds_visible(&b, arg);
		buf_adds(&b, ":");
		for (i = 0; i < env.nrcpt; i++)
			buf_addf(&b, " %s", env.rcpt[i].addr);
		puts(buf_text(&b));
		log_raw(buf_text(&out), out.len);
	}
	e->left_out = NULL;
	envelope_release(&env);
	buf_release(&b);
	buf_release(&out);
	return status;
}

int
aliases_verify(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct fault f = { 0 };
	struct caller a;
	struct expand e;
	int status = EX_OK, one;
	size_t i;

	if (aliases_load(&e, &c->base, &a, NULL, &f) == -1)
		log_fault(&f);
	for (i = 0; i < o->nrcpt; i++)
		if ((one = aliases_verify_one(&e, o->rcpt[i])) != EX_OK)
			status = one;
	expand_release(&e);
	return log_flush(status);
}
