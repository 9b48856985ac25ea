/* nullmailer.h - reads the directory /etc/nullmailer */

#ifndef SETUP_NULLMAILER_H
#define SETUP_NULLMAILER_H

#include "base/fault.h"
#include "setup/draft.h"

/*
 * Add its settings to the draft; the path is that of its file remotes, or of
 * the directory.  -1 with a fault.
 */
int	nullmailer_import(struct draft *, const char *path, struct fault *);

#endif
