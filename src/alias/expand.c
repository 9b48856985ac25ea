/* expand.c - the aliases of this host, applied to an envelope */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alias/expand.h"
#include "alias/file.h"
#include "base/util.h"
#include "mail/addr.h"

struct expand_file {
	char		*path;
	struct buf	 text;
	struct fault	 fault;		/* VD_OK: it could be read */
};

static const struct expand_file *
expand_included(const struct expand *e, const char *path)
{
	size_t i;

	for (i = 0; i < e->nfile; i++)
		if (strcmp(e->file[i].path, path) == 0)
			return &e->file[i];
	return NULL;
}

/* Files are read once, while that is still possible. */
static int
expand_include(void *ctx, const char *path, struct buf *out, struct fault *f)
{
	struct expand *e = ctx;
	const struct expand_file *known = expand_included(e, path);
	struct expand_file *new;

	if (known == NULL && e->closed)
		return fault_set(f, ST_ADDRESS, FD_NONE, 0, VD_PERM,
		    "%s was not read in time", path);
	if (known == NULL) {
		e->file = xreallocarray(e->file, e->nfile + 1,
		    sizeof(*e->file));
		new = &e->file[e->nfile++];
		*new = (struct expand_file){ .path = xstrdup(path),
		    .text.max = ALIAS_INCLUDE_MAX };
		if (alias_file_include(&e->owner, path, &new->text,
		    &new->fault) == 0)
			fault_clear(&new->fault);
		known = new;
	}
	if (known->fault.verdict != VD_OK) {
		*f = known->fault;
		return -1;
	}
	buf_add(out, buf_text(&known->text), known->text.len);
	return 0;
}

static struct alias_opts
expand_options(struct expand *e, const char *const hosts[2], struct buf
    *mistakes)
{
	return (struct alias_opts){ .hosts = hosts, .nhosts = 2,
	    .domain = e->domain, .include = expand_include, .ctx = e,
	    .mistakes = mistakes };
}

int
expand_load(struct expand *e, const char *path, struct buf *mistakes,
    struct fault *f)
{
	const char *hosts[] = { e->host, EXPAND_BARE };
	struct alias_opts o = expand_options(e, hosts, mistakes);

	e->closed = false;
	if (alias_file_load(&e->aliases, path, &e->owner, mistakes, f) == -1) {
		if (f->domain != FD_ERRNO || f->code != ENOENT)
			return -1;
		fault_clear(f);
	}
	alias_check(&e->aliases, &o);
	e->closed = true;
	return 0;
}

void
expand_release(struct expand *e)
{
	size_t i;

	aliases_release(&e->aliases);
	for (i = 0; i < e->nfile; i++) {
		free(e->file[i].path);
		buf_release(&e->file[i].text);
	}
	free(e->file);
	*e = (struct expand){ 0 };
}

/* One recipient into the new envelope, with all that was asked for it. */
static int
expand_one(struct expand *e, const struct rcpt *r, struct envelope *new,
    struct fault *f)
{
	const char *hosts[] = { e->host, EXPAND_BARE };
	struct alias_opts o = expand_options(e, hosts, NULL);
	const char *at = addr_at(r->addr);
	size_t had = new->nrcpt, i;
	char *name = at != NULL && strcasecmp(at + 1, EXPAND_BARE) == 0 ?
	    xstrndup(r->addr, (size_t)(at - r->addr)) : xstrdup(r->addr);
	int status = alias_expand(&e->aliases, &o, name, new, f);

	for (i = had; i < new->nrcpt; i++) {
		new->rcpt[i].notify = r->notify;
		/* One who stands for another keeps the other's name. */
		if (r->orcpt != NULL && new->rcpt[i].orcpt == NULL)
			new->rcpt[i].orcpt = xstrdup(r->orcpt);
	}
	free(name);
	return status;
}

/* Is there anybody who may become somebody else? */
static bool
expand_concerns(struct expand *e, const struct envelope *env)
{
	const char *hosts[] = { e->host, EXPAND_BARE };
	const struct alias_opts o = expand_options(e, hosts, NULL);
	size_t i;

	for (i = 0; i < env->nrcpt; i++)
		if (alias_concerns(&o, env->rcpt[i].addr))
			return true;
	return false;
}

int
expand_envelope(struct expand *e, struct envelope *env, struct fault *f)
{
	struct envelope new = { 0 }, old;
	int status = 0;
	size_t i;

	if (!expand_concerns(e, env))
		return 0;
	for (i = 0; status == 0 && i < env->nrcpt; i++)
		status = expand_one(e, &env->rcpt[i], &new, f);
	if (status == 0) {
		old = *env;
		env->rcpt = new.rcpt;
		env->nrcpt = new.nrcpt;
		env->slot = new.slot;
		env->nslot = new.nslot;
		new.rcpt = old.rcpt;
		new.nrcpt = old.nrcpt;
		new.slot = old.slot;
		new.nslot = old.nslot;
	}
	envelope_release(&new);
	return status;
}

bool
expand_name(void *ctx, const char *name, char **spec)
{
	struct expand *e = ctx;
	const char *hosts[] = { e->host, EXPAND_BARE };
	struct alias_opts o = expand_options(e, hosts, NULL);

	return alias_lookup_single(&e->aliases, &o, name, spec);
}
