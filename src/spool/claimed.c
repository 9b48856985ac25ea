/* claimed.c - a message of the spool in our hands, and all that is known */

#include "spool/claimed.h"

void
claim_release(struct spool *spool, struct claimed *c)
{
	spool_release(spool, &c->file);
	envelope_release(&c->env);
	spool_meta_release(&c->meta);
}
