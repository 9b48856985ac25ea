/* suggest.h - the setting that a writer may have meant */

#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include "config/setting.h"

/*
 * The row whose key the writer may have meant: a slip of the pen or the
 * name that another mailer has for it.  NULL if nothing is near.
 */
const struct setting *suggest_setting(const char *key);

#endif
