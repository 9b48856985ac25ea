/* options.c - the parsed command line */

#include <stdlib.h>

#include "base/util.h"
#include "cli/options.h"
#include "config/judge.h"
#include "config/load.h"

void
options_flag(struct options *o, char *key, const char *value)
{
	o->flag = xreallocarray(o->flag, o->nflag + 1, sizeof(*o->flag));
	o->flag[o->nflag].key = key;
	o->flag[o->nflag++].value = value;
}

void
options_release(struct options *o)
{
	size_t i;

	for (i = 0; i < o->nflag; i++)
		free(o->flag[i].key);
	free(o->flag);
	free(o->rcpt);
	*o = (struct options){ 0 };
}

int
options_configure(const struct options *o, struct config *c,
    const struct config_source *src, struct fault *f)
{
	size_t i;

	for (i = 0; i < o->nflag; i++)
		if (config_set_flag(c, src, o->flag[i].key, o->flag[i].value,
		    f) == -1)
			return -1;
	return config_load(c, src, f);
}

int
options_reload(const void *ctx, struct fault *f)
{
	const struct options_again *again = ctx;
	struct config new;

	config_init(&new);
	if (options_configure(again->o, &new, again->src, f) == -1 ||
	    judge_check(&new, again->src, f) == -1) {
		config_release(&new);
		return -1;
	}
	config_release(again->config);
	*again->config = new;
	return 0;
}
