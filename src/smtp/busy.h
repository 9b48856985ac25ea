/* busy.h - does a relay refuse because it has too many connections? */

#ifndef SMTP_BUSY_H
#define SMTP_BUSY_H

#include <stdbool.h>

#include "base/fault.h"

/*
 * No reply code is for this alone: relays say 421, 432, 450 to 454, in the
 * greeting also 554 (RFC 5321, 3.8 and 4.3.2; 432 4.3.2 is Exchange's).  So
 * the words decide.  They are about connections or sessions that are too many,
 * not about logins, recipients, messages, errors or timeouts.
 */
bool	busy_relay(const struct fault *);

#endif
