/* explain.c - a fault in words for people: its cause and what to change */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/account.h"
#include "net/relay.h"
#include "report/explain.h"
#include "smtp/avoid.h"
#include "system/identity.h"
#include "system/log.h"

void
explain_init(struct explain *x, const struct config *config,
    const struct config_source *src, const char *fqdn)
{
	char full[8];

	*x = (struct explain){ .config = config, .fqdn = fqdn,
	    .file = src->file != NULL ? src->file : src->system };
	identity_user(geteuid(), x->who, sizeof(x->who), full, sizeof(full));
}

const struct settings *
explain_settings(const struct explain *x, const struct explain_place *at)
{
	int account = ACCOUNT_NONE;

	if (at->conninfo != NULL &&
	    at->conninfo->account < (int)x->config->naccount)
		account = at->conninfo->account;
	if (account == ACCOUNT_NONE && at->account != NULL)
		account = account_find(x->config, at->account);
	return account == ACCOUNT_NONE ? &x->config->base :
	    config_settings(x->config, account);
}

/* The relay that was tried: the settings may have changed since. */
static void
explain_add_relay(struct hint_context *ctx, const struct settings *s,
    struct relay *set, struct relay *tried)
{
	const char *what = ctx->fault->what, *is = NULL;

	if (s->relay != NULL && relay_parse(s->relay, set))
		is = set->path[0] != '\0' ? set->path : set->host;
	if (what[0] == '/') {
		ctx->relay = what;
	} else if (relay_host(what, tried) && tried->port != 0) {
		ctx->relay = tried->host;
		ctx->port = tried->port;
	} else {
		ctx->relay = is;
	}
	if (is == NULL || strcmp(is, ctx->relay) != 0)
		return;
	ctx->setting = s->relay;
	ctx->maildir = set->kind == RELAY_MAILDIR;
}

static bool
explain_is_set(const void *settings, const char *key, const char *value)
{
	return setting_is(settings, key, value);
}

bool
explain_hint(const struct explain *x, const struct fault *f,
    const struct explain_place *at, struct buf *out)
{
	const struct settings *s = explain_settings(x, at);
	const struct conninfo *l = at->conninfo;
	struct relay relay = { 0 }, tried = { 0 };
	struct hint_context ctx = { .fault = f, .port = config_port(s),
	    .tls = config_client_tls(s), .fqdn = x->fqdn,
	    .one_family = s->family != SETTING_FAMILY_ANY,
	    .login = account_logs_in(s),
	    .asked = s->auth != SETTING_AUTH_AUTO,
	    .user = s->user, .sender = at->sender,
	    .recipient = at->recipient, .config_file = x->file, .who = x->who,
	    .is_set = explain_is_set, .settings = s };
	struct buf line = { .max = EXPLAIN_HINT };
	char group[64] = "";
	struct hint h;
	bool any;

	if (f->domain == FD_ERRNO && f->code == EACCES)
		identity_group(group, sizeof(group));
	ctx.group = group;
	if (s->helo != NULL && strcmp(s->helo, "auto") != 0)
		ctx.helo = s->helo;
	explain_add_relay(&ctx, s, &relay, &tried);
	if (l != NULL) {
		ctx.tls_up = l->tls[0] != '\0';
		ctx.caps = l->caps;
		ctx.auth_offered = l->offered;
		ctx.banner = l->banner;
		if (l->helo[0] != '\0')
			ctx.helo = l->helo;
		ctx.mech = l->auth;
	}
	if ((any = hint_for(&ctx, &h))) {
		hint_print(&line, &h);
		buf_drop(&line, sizeof("hint: ") - 1);
		buf_adds(out, buf_text(&line));
	}
	buf_release(&line);
	return any;
}

void
explain_extensions(unsigned bits, struct buf *out)
{
	avoid_words(bits, out);
}

void
explain_fault(const struct explain *x, const struct fault *f,
    const struct explain_place *at)
{
	struct buf hint = { .max = EXPLAIN_HINT };

	log_fault(f);
	if (explain_hint(x, f, at, &hint))
		log_say("hint: %s", buf_text(&hint));
	buf_release(&hint);
}
