/* mailbox.h - a name and an address in one value */

#ifndef CONFIG_MAILBOX_H
#define CONFIG_MAILBOX_H

#include <stdbool.h>

/*
 * Split "NAME <ADDRESS>", where the name may be quoted or empty.  The caller
 * frees both.  False, and nothing to free, if the value has another form.
 */
bool	mailbox_split(const char *value, char **name, char **address);

#endif
