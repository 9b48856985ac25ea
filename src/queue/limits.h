/* limits.h - what a spool may hold, by the settings */

#ifndef QUEUE_LIMITS_H
#define QUEUE_LIMITS_H

#include "config/setting.h"
#include "spool/spool.h"

/* elevated: see priv_elevated(); others fill the same file system. */
struct spool_limits limits_get(const struct settings *, bool elevated);

#endif
