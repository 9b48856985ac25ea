/* login.c - --login and --logout: get and forget the tokens of an account */

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "admin/login.h"
#include "cli/option_table.h"
#include "config/account.h"
#include "config/issuer.h"
#include "config/judge.h"
#include "oauth/grant.h"
#include "probe/probe.h"
#include "report/explain.h"
#include "system/log.h"

/* Find the account that -a names, and where its tokens are kept. */
static int
login_find(struct token_source *from, const struct config *c,
    const struct config_source *src, struct fault *f)
{
	const char *name = c->base.account != NULL ? c->base.account : "";
	const struct settings *set;

	if (judge_check(c, src, f) == -1)
		return -1;
	set = config_settings(c, account_find(c, name));
	if (set->oauth == NULL)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s%s does not log in by OAuth: set `oauth`%s",
		    name[0] != '\0' ? "account " : "the default account",
		    name, name[0] == '\0' && c->naccount > 0 ?
		    ", or name an account with -a" : "");
	if (set->user == NULL)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "oauth is set, but no user: set `user`");
	if (src->elevated)
		return option_usage(f, "--login, --logout",
		    "only root may log in for all users");
	*from = (struct token_source){ .set = set, .account = name,
	    .credentials = getenv("CREDENTIALS_DIRECTORY") };
	place_find(&from->place, &c->base, src);
	return 0;
}

static int
login_failed(const struct config *c, const struct config_source *src,
    struct token_source *from, const struct fault *f)
{
	const struct explain_place at = { .account = from->account };
	struct explain x;

	explain_init(&x, c, src, NULL);
	explain_fault(&x, f, &at);
	place_release(&from->place);
	return log_flush(fault_exit(f));
}

int
login_quietly(const struct config *c, const struct config_source *src,
    bool ask, struct buf *hint, struct fault *f)
{
	struct token_source from = { .account = "" };
	const struct explain_place at = { .account = "" };
	struct explain x;
	int rc = login_find(&from, c, src, f);

	if (rc == 0)
		rc = ask ? grant_run(&from, f) : grant_check(&from, f);
	if (rc == 0) {
		fault_clear(f);
	} else {
		explain_init(&x, c, src, NULL);
		(void)explain_hint(&x, f, &at, hint);
	}
	place_release(&from.place);
	return rc;
}

int
login_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct token_source from = { .account = "" };
	struct fault f = { 0 };

	if (login_find(&from, c, src, &f) == -1 || grant_run(&from, &f) == -1)
		return login_failed(c, src, &from, &f);
	printf(issuer_login(from.set) ? "Logged in as %s.  Testing it:\n" :
	    "There is a token for %s.  Testing it:\n", from.set->user);
	(void)fflush(stdout);
	place_release(&from.place);
	return probe_run(o, c, src);
}

int
login_forget(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct token_source from = { .account = "" };
	struct fault f = { 0 };
	bool any;

	(void)o;
	if (login_find(&from, c, src, &f) == -1 ||
	    grant_forget(&from, &any, &f) == -1)
		return login_failed(c, src, &from, &f);
	printf("%s %s%s\n", any ? "Forgot the token of" :
	    "There is no token of", from.set->user, any ?
	    ".  The provider still lets this client send for that user; to "
	    "end that, remove its access in the user's account there." : "");
	place_release(&from.place);
	return log_flush(EX_OK);
}
