/* esmtp.h - reads esmtprc */

#ifndef SETUP_ESMTP_H
#define SETUP_ESMTP_H

#include "base/fault.h"
#include "setup/draft.h"

/* Add its identities, as accounts, to the draft.  -1 with a fault. */
int	esmtp_import(struct draft *, const char *path, struct fault *);

#endif
