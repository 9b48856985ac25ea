/* units.h - times and sizes as people write them */

#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include "base/buf.h"

/*
 * Append a number of seconds as "1d3h5s", or of octets as "20M", such that
 * duration_parse() and size_parse() read the same number.  It is above 0.
 */
void	units_time(struct buf *, long long seconds);
void	units_size(struct buf *, long long octets);

#endif
