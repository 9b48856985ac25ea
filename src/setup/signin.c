/* signin.c - --setup where a provider wants OAuth: the client and the login */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/file.h"
#include "config/issuer.h"
#include "config/password.h"
#include "setup/ask.h"
#include "setup/signin.h"
#include "setup/trial.h"
#include "system/log.h"

#define NO_CLIENT	"none"	/* the answer of a person without one */

/* The draft's settings, for the questions of issuer.h. */
static void
signin_settings(const struct answers *a, struct config *c)
{
	struct buf text = { .max = CONFIG_FILE_MAX, .secret = true };

	draft_text(&a->draft, "", false, &text);
	config_init(c);
	(void)config_file_text(c, CONFIG_USER, a->path, a->src->home,
	    buf_text(&text), text.len);
	config_finish(c);
	buf_release(&text);
}

static bool
signin_has_password(const struct answers *a)
{
	const struct draft *d = &a->draft;

	return draft_get(d, "password") != NULL ||
	    draft_get(d, "password-file") != NULL ||
	    draft_get(d, "password-command") != NULL;
}

/* Take out what the other way to log in needs. */
static void
signin_decide(struct answers *a, bool oauth)
{
	static const char *const key[] = { "password", "password-file",
	    "password-command", "oauth", "oauth-tenant", "oauth-client-id",
	    "oauth-client-secret", "oauth-client-secret-file",
	    "oauth-client-secret-command", "oauth-scope", "oauth-grant",
	    "oauth-refresh-token-file", "oauth-cert", "oauth-key",
	    "oauth-ca" };
	size_t i;

	for (i = 0; i < NITEMS(key); i++)
		if ((strncmp(key[i], "password", 8) == 0) == oauth)
			draft_unset(&a->draft, key[i]);
}

bool
signin_wanted(struct answers *a)
{
	const struct service *s = a->service;
	bool has = draft_get(&a->draft, "oauth") != NULL, password, yes;

	if (s == NULL || s->oauth == NULL)
		return has;
	password = signin_has_password(a);
	if (s->oauth_only && !password)
		return true;
	if (!a->asks || s->oauth_only || answers_given(a, "oauth") ||
	    answers_given(a, "password-file") ||
	    answers_given(a, "password-command"))
		return has;
	/* Microsoft 365 takes passwords no longer, or not for long. */
	yes = ask_yes("Log in by OAuth, without a password", has ||
	    answers_given(a, "oauth-client-id") || (!password &&
	    strcmp(s->oauth, "microsoft") == 0));
	signin_decide(a, yes);
	return yes;
}

/* "01234567-89ab-cdef-0123-456789abcdef" */
static bool
signin_is_uuid(const char *p)
{
	size_t i;

	for (i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? p[i] != '-' :
		    ascii_hex(p[i]) == -1)
			return false;
	return p[36] == '\0';
}

static bool
signin_is_google(const char *p)
{
	static const char end[] = ".apps.googleusercontent.com";
	size_t n = strlen(p);

	return n >= sizeof(end) &&
	    strcmp(p + n - (sizeof(end) - 1), end) == 0;
}

/* What a client id of this provider looks like, or NULL if it does. */
static const char *
signin_client_form(const char *oauth, const char *id)
{
	static const struct {
		const char *oauth, *form;
		bool	(*good)(const char *);
	} forms[] = {
		{ "microsoft", "36 characters such as 01234567-89ab-cdef-0123-"
		    "456789abcdef: the \"Application (client) ID\"",
		    signin_is_uuid },
		{ "google", "an id that ends in .apps.googleusercontent.com",
		    signin_is_google },
	};
	size_t i;

	for (i = 0; i < NITEMS(forms); i++)
		if (oauth != NULL && strcmp(oauth, forms[i].oauth) == 0)
			return forms[i].good(id) ? NULL : forms[i].form;
	return NULL;
}

/* Take the answer; false, with words, if it is not valid. */
static bool
signin_take(struct answers *a, const char *key, const char *value)
{
	const char *form = strcmp(key, "oauth-client-id") == 0 ?
	    signin_client_form(draft_get(&a->draft, "oauth"), value) : NULL;

	if (form == NULL && draft_try(&a->draft, key, value))
		return true;
	if (form != NULL)
		log_say("%s: expected %s", value, form);
	else
		log_say("%s: this is not valid", value);
	return false;
}

/* A question about this key, until the value is valid; none removes it. */
static int
signin_ask(struct answers *a, const char *key, const char *question,
    const char *otherwise, const char *none, struct fault *f)
{
	struct buf answer = { .max = 1024 };
	const char *now = draft_get(&a->draft, key);
	char *flag = xasprintf("--%s", key);
	char *first = xstrdup(now != NULL ? now : otherwise);
	bool done = false;
	int status = 0;

	while (status == 0 && !done) {
		status = answers_ask(a, question, first, flag, &answer, f);
		done = status == 0 && (strcmp(buf_text(&answer), none) == 0 ||
		    signin_take(a, key, buf_text(&answer)));
	}
	if (status == 0 && strcmp(buf_text(&answer), none) == 0)
		draft_unset(&a->draft, key);
	buf_release(&answer);
	free(flag);
	free(first);
	return status;
}

static void
signin_secret(struct answers *a, bool again)
{
	struct draft *d = &a->draft;
	struct buf secret = { .max = PASSWORD_MAX, .secret = true };
	bool had = draft_get(d, "oauth-client-secret") != NULL ||
	    draft_get(d, "oauth-client-secret-file") != NULL ||
	    draft_get(d, "oauth-client-secret-command") != NULL;

	if ((!had || again) && password_ask(had ?
	    "Client secret (not shown; empty: as before): " :
	    "Client secret (not shown): ", &secret)) {
		draft_unset(d, "oauth-client-secret-file");
		draft_unset(d, "oauth-client-secret-command");
		(void)draft_set(d, "oauth-client-secret", buf_text(&secret));
	}
	buf_release(&secret);
}

static void
signin_explain(const struct issuer *p)
{
	puts("The provider must know this client.  Register it once, for all "
	    "users:");
	if (p->where != NULL)
		printf("    %s\n", p->where);
	puts("\"Registering a client\" in heloise.conf(5) names each step.");
}

/* The client that a person has registered at the provider. */
static int
signin_client(struct answers *a, bool again, struct fault *f)
{
	const struct draft *d = &a->draft;
	const struct issuer *p;
	struct config c;
	int status = 0;

	if (!a->asks || (!again && draft_get(d, "oauth-client-id") != NULL))
		return 0;
	signin_settings(a, &c);
	p = issuer_find(&c.base);
	if (!again)
		signin_explain(p);
	status = signin_ask(a, "oauth-client-id", "Client id (none: set it "
	    "later)", NO_CLIENT, NO_CLIENT, f);
	if (status == 0 && draft_get(d, "oauth-client-id") != NULL) {
		if (p->secret)
			signin_secret(a, again);
		if (p->tenants && (again || !answers_given(a, "oauth-tenant")))
			status = signin_ask(a, "oauth-tenant", "Tenant (id or "
			    "domain of the organization)", p->tenant,
			    p->tenant, f);
		if (status == 0 && again)
			status = signin_ask(a, "user", "User (the mailbox)",
			    a->address, "", f);
	}
	config_release(&c);
	return status;
}

int
signin_run(struct answers *a, bool again, struct probe_result *r,
    struct fault *f)
{
	struct draft *d = &a->draft;
	struct config c;
	bool person;

	if (a->service != NULL && a->service->oauth != NULL)
		draft_default(d, "oauth", a->service->oauth);
	draft_default(d, "user", a->address);
	if (signin_client(a, again, f) == -1)
		return -1;
	if (draft_get(d, "oauth-client-id") == NULL) {
		a->later = true;
		return 0;
	}
	answers_sort(a);
	trial_login(d, a->src, a->path, false, r);
	signin_settings(a, &c);
	person = issuer_login(&c.base);
	config_release(&c);
	if ((r->fault.verdict == VD_OK && !again) || !person)
		return 0;
	a->later = !a->asks || !ask_yes("Log in now", true);
	if (!a->later)
		trial_login(d, a->src, a->path, true, r);
	return 0;
}

bool
signin_postpone(struct answers *a, const struct fault *f)
{
	if (!a->asks || f->stage != ST_TOKEN || f->verdict != VD_TEMP)
		return false;
	a->later = ask_yes("Write the file without logging in (heloise "
	    "--login later)", true);
	return a->later;
}

void
signin_say_later(const struct answers *a)
{
	if (draft_get(&a->draft, "oauth-client-id") == NULL)
		printf("Set `oauth-client-id` in %s: \"Registering a client\" "
		    "in\nheloise.conf(5) says where it comes from.\n",
		    a->path);
	if (a->o->write != NULL || a->src->file != NULL)
		printf("To log in by OAuth, run: heloise -C %s --login\n",
		    a->path);
	else
		puts("To log in by OAuth, run: heloise --login");
}
