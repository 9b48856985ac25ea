/* ssmtp.h - reads ssmtp.conf, and revaliases beside it */

#ifndef SETUP_SSMTP_H
#define SETUP_SSMTP_H

#include "base/fault.h"
#include "setup/draft.h"

/* Add its settings to the draft.  -1 with a fault. */
int	ssmtp_import(struct draft *, const char *path, struct fault *);

#endif
