/* accounts.c - gets accounts ready for use, then enters the sandbox */

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/accounts.h"
#include "agent/maildir.h"
#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "net/trust.h"
#include "system/sandbox.h"

/* The end of a step: its fault names the relay, or there is none. */
static int
accounts_step_end(struct account *a, int status)
{
	if (status == 0)
		fault_clear(&a->fault);
	else
		(void)strlcpy(a->fault.what, a->transport.what,
		    sizeof(a->fault.what));
	return status;
}

int
accounts_prepare(struct account *a, const struct settings *set,
    const char *name, const struct place *place, const char *fqdn)
{
	*a = (struct account){ .set = set, .name = name, .place = place,
	    .maildir = -1, .supply.sock = -1,
	    .password = { .max = PASSWORD_MAX, .secret = true } };
	return accounts_step_end(a,
	    transport_prepare(&a->transport, set, fqdn, &a->fault));
}

int
accounts_token(struct account *a, bool refused, long long limit,
    bool *changed, struct fault *f)
{
	struct token *t = a->token;
	char *had;
	int rc;

	*changed = false;
	if (t == NULL || (!refused && token_lasts(t, time(NULL))))
		return 0;
	had = xstrdup(t->text);
	rc = supply_get(&a->supply, refused ? had : NULL, limit, t, f);
	if (rc == 0) {
		*changed = strcmp(had, t->text) != 0;
		a->transport.client.password = t->text;
	} else if (!refused && had[0] != '\0' && time(NULL) < t->until) {
		rc = 0;		/* it may do once more */
	} else {
		(void)strlcpy(f->what, a->transport.what, sizeof(f->what));
	}
	explicit_bzero(had, strlen(had));
	free(had);
	return rc;
}

bool
accounts_refused(const struct account *a, const struct client *c,
    const struct fault *f)
{
	return a->token != NULL && f->stage == ST_AUTH &&
	    ((f->domain == FD_SMTP && f->code == 535) || c->sasl.refused);
}

static int
accounts_first_token(struct account *a, long long limit)
{
	const struct token_source from = { .set = a->set, .account = a->name,
	    .place = *a->place,
	    .credentials = getenv("CREDENTIALS_DIRECTORY") };
	bool changed;

	a->token = xcalloc(1, sizeof(*a->token));
	if (supply_start(&a->supply, &from, &a->fault) == -1)
		return -1;
	return accounts_token(a, false, limit, &changed, &a->fault);
}

int
accounts_password(struct account *a, long long limit)
{
	if (a->fault.verdict != VD_OK)
		return -1;
	if (!account_needs_password(a->set))
		return 0;
	if (a->set->oauth != NULL)
		return accounts_step_end(a, accounts_first_token(a, limit));
	if (password_get(a->set, getenv("CREDENTIALS_DIRECTORY"), limit,
	    &a->password, &a->fault) == -1)
		return accounts_step_end(a, -1);
	a->transport.client.password = buf_text(&a->password);
	return accounts_step_end(a, 0);
}

int
accounts_locate(struct account *a, long long limit)
{
	const struct relay *relay = &a->transport.route.relay;

	if (a->fault.verdict != VD_OK)
		return -1;
	if (relay->kind != RELAY_MAILDIR)
		return accounts_step_end(a,
		    transport_locate(&a->transport, limit, &a->fault));
	a->maildir = maildir_open(relay->path, &a->fault);
	return accounts_step_end(a, a->maildir != -1 ? 0 : -1);
}

/* Where the connector of some accounts may connect to. */
struct accounts_lines {
	struct connector_line *line;
	size_t		 n;
};

static void
accounts_add_line(void *ctx, const struct address *to,
    const struct address *source)
{
	struct accounts_lines *l = ctx;

	l->line = xreallocarray(l->line, l->n + 1, sizeof(*l->line));
	l->line[l->n++] = (struct connector_line){ *to, *source };
}

static void
accounts_connector(struct account *const *list, size_t n, struct connector *c)
{
	struct accounts_lines l = { .line = NULL };
	struct fault f = { 0 };
	size_t i;

	*c = (struct connector){ .sock = -1 };
	for (i = 0; i < n; i++)
		if (list[i] != NULL && list[i]->fault.verdict == VD_OK)
			route_each(&list[i]->transport.route,
			    accounts_add_line, &l);
	if (l.n > 0)
		(void)connector_start(c, l.line, l.n, &f);
	for (i = 0; i < n; i++) {
		if (list[i] == NULL || list[i]->fault.verdict != VD_OK)
			continue;
		list[i]->transport.route.by = &c->by;
		if (f.verdict != VD_OK && list[i]->maildir == -1) {
			list[i]->fault = f;
			(void)accounts_step_end(list[i], -1);
		}
	}
	free(l.line);
}

void
accounts_sandbox(struct account *const *list, size_t n, struct connector *c)
{
	int *dirs = xcalloc(n, sizeof(*dirs));
	/* A message is converted in memory. */
	struct sandbox b = { .dirs = dirs, .secret = true, .memory = true };
	const struct account *a;
	size_t i;

	accounts_connector(list, n, c);
	for (i = 0; i < n; i++) {
		if ((a = list[i]) == NULL)
			continue;
		if (a->maildir != -1)
			dirs[b.ndirs++] = a->maildir;
		b.reading |= a->transport.trust != NULL &&
		    trust_has_token(a->transport.trust);
	}
	/* The library of a token may talk to a process that has it. */
	b.local = b.reading;
	sandbox_enter(&b);
	free(dirs);
}

void
accounts_release(struct account *a)
{
	transport_release(&a->transport);
	supply_end(&a->supply);
	if (a->token != NULL)
		explicit_bzero(a->token, sizeof(*a->token));
	free(a->token);
	a->token = NULL;
	if (a->maildir != -1)
		(void)close(a->maildir);
	buf_release(&a->password);
}
