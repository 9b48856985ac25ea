/* minfree.h - the value of `min-free`: a part of a file system, or a size */

#ifndef CONFIG_MINFREE_H
#define CONFIG_MINFREE_H

#include <stdbool.h>

/*
 * Parse "5%", "200M", "0" or "auto": 5% if the file system is shared with
 * users that do not trust each other, else 0.  With a percentage, octets is
 * 10 MiB: at least so much stays free.  False if it is wrong.
 */
bool	minfree_parse(const char *, bool shared, unsigned *percent,
	    long long *octets);

#endif
