/* absent.c - stands in for OAuth in a build with OAUTH=no */

#include "oauth/grant.h"
#include "oauth/supply.h"

static int
absent_fault(struct fault *f)
{
	return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
	    "this heloise was built without OAuth (make OAUTH=no)");
}

void
place_find(struct place *p, const struct settings *s,
    const struct config_source *src)
{
	*p = (struct place){ .group = (gid_t)-1 };
}

void
place_release(struct place *p)
{
}

int
place_open(const struct place *p, bool create, struct fault *f)
{
	return absent_fault(f);
}

int
token_get(const struct token_source *from, const char *refused,
    long long limit, struct token *t, struct fault *f)
{
	return absent_fault(f);
}

bool
token_lasts(const struct token *t, long long now)
{
	return false;
}

int
supply_start(struct supply *s, const struct token_source *from,
    struct fault *f)
{
	return absent_fault(f);
}

void
supply_end(struct supply *s)
{
}

int
supply_get(const struct supply *s, const char *refused, long long limit,
    struct token *t, struct fault *f)
{
	return absent_fault(f);
}

int
grant_run(const struct token_source *from, struct fault *f)
{
	return absent_fault(f);
}

int
grant_forget(const struct token_source *from, bool *any, struct fault *f)
{
	return absent_fault(f);
}

int
grant_check(const struct token_source *from, struct fault *f)
{
	return absent_fault(f);
}

bool
grant_refused(const struct token_source *from, struct fault *f)
{
	return false;
}
