/* date.h - RFC 5322 dates: write one, check one */

#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"

/*
 * Append "Sat, 21 Nov 2026 10:01:02 +0000" (RFC 5322, 3.3): the time t of
 * a clock that is utc_offset seconds ahead of UTC.  The offset is cut to
 * whole minutes, the time to the years 0 to 9999.
 */
void	date_add(struct buf *, time_t t, long utc_offset);

/*
 * Can p[0..n) be read as a date (RFC 5322, 3.3 and 4.3)?  White space,
 * folding and comments may stand anywhere.
 */
bool	date_valid(const char *p, size_t n);

#endif
