/* exim.h - reads update-exim4.conf.conf of Debian, and passwd.client */

#ifndef SETUP_EXIM_H
#define SETUP_EXIM_H

#include "base/fault.h"
#include "setup/draft.h"

/* Add its settings to the draft.  -1 with a fault. */
int	exim_import(struct draft *, const char *path, struct fault *);

#endif
