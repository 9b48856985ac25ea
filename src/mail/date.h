/* date.h - RFC 5322 dates from a given time */

#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include <time.h>

#include "base/buf.h"

/*
 * Append "Sat, 21 Nov 2026 10:01:02 +0000" (RFC 5322, 3.3): the time t as
 * a clock shows it that is utc_offset seconds ahead of UTC.  Seconds of the
 * offset that do not make a minute are left out of clock and zone alike.
 * What does not fit in the years 0 to 9999 becomes the nearest that does.
 */
void	date_add(struct buf *, time_t t, long utc_offset);

#endif
