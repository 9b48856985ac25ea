/* msmtp.h - reads msmtprc */

#ifndef SETUP_MSMTP_H
#define SETUP_MSMTP_H

#include "base/fault.h"
#include "setup/draft.h"

/* Add the file's accounts to the draft.  -1 with a fault. */
int	msmtp_import(struct draft *, const char *path, struct fault *);

#endif
