/* maildir.h - keeps mail in a maildir instead of sending it */

#ifndef AGENT_MAILDIR_H
#define AGENT_MAILDIR_H

#include "base/fault.h"
#include "mail/envelope.h"

/*
 * Open a maildir, and make its missing directories; the directory above it
 * must exist.  A descriptor, or -1 with a fault.
 */
int	maildir_open(const char *path, struct fault *);

/*
 * Write the message there and sync it.  Lines end in LF.  Return-Path and,
 * for each recipient without a verdict, Delivered-To come first.  name gets
 * its path, "new/...".  0, or -1 with a fault of VD_TEMP.
 */
int	maildir_keep(int dir, const struct envelope *,
	    const struct span *, char name[64], struct fault *);

#endif
