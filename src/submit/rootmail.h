/* rootmail.h - where mail for root goes */

#ifndef SUBMIT_ROOTMAIL_H
#define SUBMIT_ROOTMAIL_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/fault.h"
#include "config/setting.h"

/*
 * Append the addresses that get a message for "root" from that user, with
 * blanks between them: by aliases, `root-mail` and `domain`.  -1 with a
 * fault: it is refused, or the aliases cannot be used.
 */
int	rootmail_find(uid_t, const struct settings *, struct buf *out,
	    struct fault *);

#endif
