/* credentials.c - --setup: the login that the relay wants, proven by a trial */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/password.h"
#include "mail/addr.h"
#include "net/relay.h"
#include "setup/ask.h"
#include "setup/credentials.h"
#include "setup/signin.h"
#include "setup/trial.h"
#include "system/log.h"

enum way { WAY_PASSWORD, WAY_OAUTH, WAY_NONE };

static bool
credentials_has_password(const struct answers *a)
{
	return draft_get(&a->draft, "password") != NULL ||
	    draft_get(&a->draft, "password-file") != NULL ||
	    draft_get(&a->draft, "password-command") != NULL;
}

/* "none" is no login. */
static bool
credentials_take_user(struct answers *a, const char *user)
{
	struct draft *d = &a->draft;
	const char *auth = draft_get(d, "auth");

	if (strcmp(user, "none") == 0) {
		draft_unset(d, "user");
		return draft_set(d, "auth", "none");
	}
	if (auth != NULL && strcmp(auth, "none") == 0)
		draft_unset(d, "auth");
	return draft_try(d, "user", user);
}

static int
credentials_user(struct answers *a, bool again, struct fault *f)
{
	struct buf otherwise = { .max = 1024 }, answer = { .max = 1024 };
	const char *user = draft_get(&a->draft, "user");
	int status = 0;

	/* Most relays want the whole address. */
	if (again && user != NULL && strchr(user, '@') == NULL &&
	    (a->service == NULL || a->service->user == NULL))
		user = a->address;
	if (user != NULL)
		buf_adds(&otherwise, user);
	else if (a->service != NULL)
		service_user(a->service, a->address, &otherwise);
	else
		buf_adds(&otherwise, a->address);
	if (user == NULL && !a->asks && !credentials_has_password(a)) {
		status = answers_missing(a, f, "give --user and "
		    "--password-file, or --auth none");
	} else if (a->asks && (again || !answers_given(a, "user"))) {
		status = answers_ask(a, "User (none: no login)",
		    buf_text(&otherwise), "--user", &answer, f);
	} else {
		buf_adds(&answer, buf_text(&otherwise));
	}
	if (status == 0 && !credentials_take_user(a, buf_text(&answer)))
		status = answers_missing(a, f, "give --user");
	buf_release(&otherwise);
	buf_release(&answer);
	return status;
}

static int
credentials_password(struct answers *a, bool again, struct fault *f)
{
	struct buf answer = { .max = PASSWORD_MAX, .secret = true };
	const char *words = a->service != NULL ? service_login(a->service) :
	    NULL;

	if (credentials_has_password(a) && !again)
		return 0;
	if (words != NULL && !again)
		printf("%s: %s.\n", a->service->title, words);
	(void)fflush(stdout);
	if (a->asks && password_ask("Password (not shown): ", &answer))
		(void)draft_set(&a->draft, "password", buf_text(&answer));
	buf_release(&answer);
	return credentials_has_password(a) ? 0 :
	    answers_missing(a, f, "no password: give --password-file");
}

/* On this host, too, a password needs TLS, unless a setting says otherwise. */
static void
credentials_secure(struct answers *a)
{
	struct draft *d = &a->draft;
	const char *relay = draft_get(d, "relay");
	const char *port = draft_get(d, "port");
	struct relay r;

	if (relay != NULL && relay_parse(relay, &r) && r.loopback &&
	    r.port != 465 && !r.implicit && (port == NULL ||
	    strcmp(port, "465") != 0) && draft_get(d, "tls") == NULL &&
	    draft_get(d, "auth-cleartext") == NULL)
		(void)draft_set(d, "tls", "starttls");
}

/* Many a login may send only as itself. */
static bool
credentials_sender_is_user(struct answers *a)
{
	const char *user = draft_get(&a->draft, "user");
	struct fault f = { 0 };
	char *question;
	bool yes;

	if (user == NULL || strchr(user, '@') == NULL ||
	    addr_same(user, a->address))
		return false;
	question = xasprintf("Send all mail as %s (from-policy force)", user);
	yes = ask_yes(question, true);
	free(question);
	return yes && answers_take_address(a, user, &f) &&
	    draft_set(&a->draft, "from-policy", "force");
}

/* The relay accepts the login, but not the sender: another one? */
static int
credentials_sender(struct answers *a, struct fault *f)
{
	struct buf answer = { .max = 1024 };
	int status = 0;

	if (!credentials_sender_is_user(a)) {
		status = answers_ask(a, "Sender", a->address, "ADDRESS",
		    &answer, f);
		if (status == 0 && !answers_take_address(a, buf_text(&answer),
		    f))
			log_fault(f);
	}
	if (status == 0)
		(void)draft_set(&a->draft, "from", a->address);
	buf_release(&answer);
	return status;
}

/* Ask for what the login needs, or, if sender is set, for another sender. */
static int
credentials_ask(struct answers *a, enum way way, bool sender, bool again,
    struct probe_result *r, struct fault *f)
{
	*r = (struct probe_result){ 0 };
	if (sender)
		return credentials_sender(a, f);
	if (way == WAY_OAUTH)
		return signin_run(a, again, r, f);
	if (way == WAY_NONE)
		return 0;
	if (credentials_user(a, again, f) == -1)
		return -1;
	return draft_get(&a->draft, "user") == NULL ? 0 :
	    credentials_password(a, again, f);
}

static enum way
credentials_way(struct answers *a)
{
	const char *auth = draft_get(&a->draft, "auth");

	if ((auth != NULL && strcmp(auth, "none") == 0) ||
	    (a->service != NULL && a->service->user != NULL &&
	    strcmp(a->service->user, SERVICE_NONE) == 0))
		return WAY_NONE;
	return signin_wanted(a) ? WAY_OAUTH : WAY_PASSWORD;
}

static const char *
credentials_outcome(const struct fault *f, bool login)
{
	if (f->verdict == VD_OK)
		return "accepted.";
	if (f->stage == ST_SECRET)
		return "no password.";
	if (f->stage == ST_TOKEN)
		return "no token.";
	if (f->stage >= ST_AUTH)
		return f->stage == ST_RCPT && f->verdict == VD_TEMP ?
		    "accepted, but not yet the recipient." :
		    login && f->stage > ST_AUTH ?
		    "accepted, but not the address." : "refused.";
	return f->stage >= ST_RESOLVE ? "no connection." : "not tried.";
}

/* A relay may take a recipient only at the second try (greylisting). */
static void
credentials_defers(struct probe_result *r)
{
	if (r->fault.stage != ST_RCPT || r->fault.verdict != VD_TEMP)
		return;
	trial_show(r);
	*r = (struct probe_result){ 0 };
}

int
credentials_prove(struct answers *a, struct fault *f)
{
	enum way way = credentials_way(a);
	struct probe_result r;
	bool sender = false, login;
	int tries;

	for (tries = 0;; tries++) {
		if (credentials_ask(a, way, sender, tries > 0, &r, f) == -1)
			return -1;
		if (a->later)
			return 0;
		login = draft_get(&a->draft, "user") != NULL;
		if (login)
			credentials_secure(a);
		if (r.fault.verdict == VD_OK) {
			printf("Trying %s ... ", login ? "the login" :
			    "the sender");
			trial_answers(a, true, &r);
			puts(credentials_outcome(&r.fault, login));
			credentials_defers(&r);
		}
		if (r.fault.verdict == VD_OK)
			return 0;
		trial_show(&r);
		if (signin_postpone(a, &r.fault))
			return 0;
		sender = way == WAY_NONE || (login &&
		    r.fault.stage > ST_AUTH);
		if (!a->asks || tries == ANSWERS_TRIES) {
			a->told = true;
			*f = r.fault;
			return -1;
		}
	}
}
