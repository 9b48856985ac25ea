/* claimed.h - a message of the spool in our hands, and all that is known */

#ifndef SPOOL_CLAIMED_H
#define SPOOL_CLAIMED_H

#include "spool/claim.h"

struct claimed {
	struct spool_file file;
	struct envelope	 env;
	struct spool_meta meta;
	struct note	 note;
};

void	claim_release(struct spool *, struct claimed *);

#endif
