/*
 * former.c - the login of the present configuration, and whose it is
 *
 * A password belongs to the relay that it was set for.  Another relay must
 * never see it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "config/load.h"
#include "mail/addr.h"
#include "net/relay.h"
#include "setup/ask.h"
#include "setup/former.h"
#include "system/log.h"

/* Who logs in, and how the relay is trusted. */
static const char *const former_login[] = { "user", "password",
    "password-file", "password-command", "auth", "auth-cleartext", "oauth",
    "oauth-tenant", "oauth-client-id", "oauth-client-secret",
    "oauth-client-secret-file", "oauth-client-secret-command",
    "oauth-scope", "oauth-grant", "oauth-refresh-token-file", "oauth-cert",
    "oauth-key", "oauth-ca", "tls-ca", "tls-name", "tls-pin", "tls-cert",
    "tls-key", "tls-verify", "from" };

/* Where it goes. */
static const char *const former_relay[] = { "relay", "provider", "port",
    "tls" };

void
former_read(struct config *c, const struct config_source *src)
{
	static char *const none[] = { NULL };
	struct config_source files = *src;
	struct fault f = { 0 };

	files.env = none;
	config_init(c);
	(void)config_load(c, &files, &f);
}

/* The host of a relay, or its path; false if there is none. */
static bool
former_host(const char *relay, struct relay *r)
{
	return relay != NULL && relay_parse(relay, r);
}

static const char *
former_name(const struct relay *r)
{
	return r->path[0] != '\0' ? r->path : r->host;
}

static bool
former_chosen(const struct answers *a, struct relay *r)
{
	const char *provider = draft_get(&a->draft, "provider");
	const struct service *s = provider != NULL ? service_find(provider) :
	    NULL;

	return former_host(s != NULL ? s->host :
	    draft_get(&a->draft, "relay"), r);
}

static bool
former_same(const struct answers *a)
{
	struct relay old, new;

	if (a->before == NULL)
		return true;
	return former_host(a->before->base.relay, &old) &&
	    former_chosen(a, &new) && old.kind == new.kind &&
	    strcasecmp(former_name(&old), former_name(&new)) == 0;
}

/* This key is not on the command line, nor is one that excludes it. */
static bool
former_free(const struct answers *a, const struct setting *row)
{
	size_t i;

	for (i = 0; i < NITEMS(row->rival) && row->rival[i] != NULL; i++)
		if (answers_given(a, row->rival[i]))
			return false;
	return !answers_given(a, row->key);
}

bool
former_fits(struct answers *a)
{
	bool same = former_same(a), had;
	const struct setting *row;
	struct relay old;
	size_t i;

	had = a->before != NULL && former_host(a->before->base.relay, &old);
	for (i = 0; i < NITEMS(former_login); i++) {
		row = setting_find(former_login[i]);
		/* Without a relay, they say whom to trust at any. */
		if (!former_free(a, row) ||
		    (!had && strncmp(row->key, "tls-", 4) == 0))
			continue;
		draft_unset(&a->draft, row->key);
		if (same && a->before != NULL)
			answers_restore(a, row);
	}
	/* A relay of the command line is no reason to keep the old port. */
	for (i = 0; i < NITEMS(former_relay) && !same; i++)
		if (answers_given(a, "relay") || answers_given(a, "provider"))
			if (former_free(a, setting_find(former_relay[i])))
				draft_unset(&a->draft, former_relay[i]);
	return same;
}

/* What the new settings above say and the old ones did not: the default. */
static void
former_shield(struct answers *a, const struct setting *row)
{
	struct draft *d = &a->draft;
	size_t open = d->open;
	bool above;

	d->open = 0;
	above = draft_get(d, row->key) != NULL;
	d->open = open;
	if (above && row->def != NULL)
		draft_default(d, row->key, row->def);
}

/*
 * Accounts inherit from above: write there what they had, and not the new
 * port, mode or login.
 */
static void
former_keep_account(struct answers *a)
{
	struct draft *d = &a->draft;
	size_t i;

	for (i = 0; i < NITEMS(former_relay); i++)
		answers_bequeath(a, setting_find(former_relay[i]));
	for (i = 0; i < NITEMS(former_login); i++)
		answers_bequeath(a, setting_find(former_login[i]));
	if (draft_get(d, "provider") == NULL) {
		draft_default(d, "port", "auto");
		draft_default(d, "tls", "auto");
	}
	if (draft_get(d, "user") == NULL)
		draft_default(d, "auth", "none");
	for (i = 0; i < NITEMS(former_login); i++)
		former_shield(a, setting_find(former_login[i]));
}

void
former_settle(struct answers *a)
{
	struct draft *d = &a->draft;
	struct relay old, new;

	if (former_fits(a))
		return;
	if (answers_had(a, "user") && former_host(a->before->base.relay,
	    &old) && former_chosen(a, &new)) {
		(void)fflush(stdout);
		log_say("The configuration is for %s; its login is not used "
		    "for %s.", former_name(&old), former_name(&new));
	}
	for (d->open = 1; d->open < d->n; d->open++)
		former_keep_account(a);
	d->open = 0;
}

/* Is the user one person, "alice@example.org" or "alice"? */
static bool
former_personal(const char *user, const char *from)
{
	size_t n = strcspn(from, "@");

	return strchr(user, '@') != NULL ||
	    (strlen(user) == n && strncmp(user, from, n) == 0);
}

void
former_ask(struct answers *a)
{
	static const char *const login[] = { "user", "password",
	    "password-file", "password-command" };
	const char *user = draft_get(&a->draft, "user");
	const char *from = a->before != NULL ? a->before->base.from : NULL;
	char *question;
	bool yes;
	size_t i;

	if (!a->asks || user == NULL || from == NULL ||
	    !answers_had(a, "user") || answers_given(a, "user") ||
	    addr_same(from, a->address) || strcmp(user, a->address) == 0 ||
	    !former_personal(user, from))
		return;
	question = xasprintf("Use the login of %s for %s", user, a->address);
	yes = ask_yes(question, false);
	free(question);
	for (i = 0; i < NITEMS(login) && !yes; i++)
		if (!answers_given(a, login[i]))
			draft_unset(&a->draft, login[i]);
}
