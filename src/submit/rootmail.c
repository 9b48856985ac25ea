/* rootmail.c - where mail for root goes */

#include <string.h>

#include "alias/expand.h"
#include "submit/caller.h"
#include "submit/rootmail.h"

int
rootmail_find(uid_t uid, const struct settings *s, struct buf *out,
    struct fault *f)
{
	struct envelope env = { 0 };
	struct caller a;
	struct expand e;
	int status = 0;
	size_t i;

	caller_find(&a, uid, s);
	e = (struct expand){ .host = a.host, .domain = a.domain };
	caller_local_names(&a, s, &e.local);
	if (strcmp(s->aliases, "none") != 0)
		status = expand_load(&e, s->aliases, NULL, f);
	(void)envelope_add(&env, "root@" EXPAND_BARE);
	if (status == 0)
		status = expand_envelope(&e, &env, NULL, f);
	for (i = 0; status == 0 && i < env.nrcpt; i++)
		buf_addf(out, "%s%s", i > 0 ? " " : "", env.rcpt[i].addr);
	envelope_release(&env);
	expand_release(&e);
	return status;
}
