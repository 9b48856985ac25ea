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

/* Read each file once, and none after expand_load(). */
static int
expand_include(void *ctx, const char *path, struct buf *out, struct fault *f)
{
	struct expand *e = ctx;
	const struct expand_file *known = expand_included(e, path);
	struct expand_file *new;

	if (known == NULL && e->closed)
		return fault_set(f, ST_ADDRESS, FD_NONE, 0, VD_PERM,
		    "%s was not read when the aliases were loaded", path);
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

static int
expand_bare(void *ctx, const char *name, const char **to, struct fault *f)
{
	struct expand *e = ctx;

	return localname_mailbox(&e->local, name, to, f);
}

static struct alias_opts
expand_options(struct expand *e, struct buf *mistakes)
{
	e->hosts[0] = e->host;
	e->hosts[1] = EXPAND_BARE;
	return (struct alias_opts){ .hosts = e->hosts, .nhosts = 2,
	    .domain = e->domain, .bare = expand_bare,
	    .include = expand_include, .ctx = e, .mistakes = mistakes };
}

int
expand_load(struct expand *e, const char *path, struct buf *mistakes,
    struct fault *f)
{
	struct alias_opts o = expand_options(e, mistakes);

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
	localname_release(&e->local);
	*e = (struct expand){ 0 };
}

/* Expand one recipient into the new envelope; NOTIFY is copied. */
static int
expand_one(struct expand *e, const struct rcpt *r, struct envelope *new,
    struct fault *f)
{
	struct alias_opts o = expand_options(e, e->left_out);
	const char *at = addr_at(r->addr);
	size_t had = new->nrcpt, i;
	char *name = at != NULL && strcasecmp(at + 1, EXPAND_BARE) == 0 ?
	    xstrndup(r->addr, (size_t)(at - r->addr)) : xstrdup(r->addr);
	int status;

	o.refused = true;
	status = alias_expand(&e->aliases, &o, name, new, f);
	for (i = had; i < new->nrcpt; i++) {
		new->rcpt[i].notify = r->notify;
		/* A bounce names the recipient as it was given. */
		if (r->orcpt != NULL && new->rcpt[i].orcpt == NULL)
			new->rcpt[i].orcpt = xstrdup(r->orcpt);
	}
	free(name);
	return status;
}

/* May one of the recipients have an alias? */
static bool
expand_concerns(struct expand *e, const struct envelope *env)
{
	const struct alias_opts o = expand_options(e, NULL);
	size_t i;

	for (i = 0; i < env->nrcpt; i++)
		if (alias_concerns(&o, env->rcpt[i].addr))
			return true;
	return false;
}

/* A recipient cannot be expanded: -1 if the others must not get mail. */
static int
expand_refuse(struct message_refused *refused, struct fault *f)
{
	if (refused == NULL || f->verdict != VD_PERM)
		return -1;
	message_refuse(refused, f);
	if (refused->name.verdict == VD_OK)
		refused->name = *f;
	fault_clear(f);
	return 0;
}

int
expand_envelope(struct expand *e, struct envelope *env,
    struct message_refused *refused, struct fault *f)
{
	struct envelope old = *env, new = old;
	int status = 0;
	size_t i;

	if (!expand_concerns(e, env))
		return 0;
	new.rcpt = NULL;
	new.slot = NULL;
	new.nrcpt = new.nslot = 0;
	for (i = 0; status == 0 && i < old.nrcpt; i++)
		if (expand_one(e, &old.rcpt[i], &new, f) == -1)
			status = expand_refuse(refused, f);
	if (status == 0 && new.nrcpt == 0) {
		*f = refused->first;
		status = -1;
	}
	if (status == 0) {
		*env = new;
		new = old;
	}
	new.from = new.envid = NULL;	/* they stay in env */
	envelope_release(&new);
	return status;
}

int
expand_check(struct expand *e, const char *addr, struct fault *f)
{
	struct buf *left_out = e->left_out;
	struct rcpt r = { .addr = xstrdup(addr) };
	struct envelope new = { 0 };
	int status;

	e->left_out = NULL;
	status = expand_one(e, &r, &new, f);
	e->left_out = left_out;
	envelope_release(&new);
	free(r.addr);
	return status;
}

bool
expand_name(void *ctx, const char *name, char **spec)
{
	struct expand *e = ctx;
	const struct localname *l = &e->local;
	struct alias_opts o = expand_options(e, NULL);

	if (alias_lookup_single(&e->aliases, &o, name, spec))
		return true;
	/* At the domain it would be a stranger's. */
	*spec = NULL;
	return l->guarded && l->shared && !l->chosen;
}
