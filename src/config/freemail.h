/* freemail.h - domains in which strangers have addresses */

#ifndef CONFIG_FREEMAIL_H
#define CONFIG_FREEMAIL_H

#include <stdbool.h>

/*
 * May anybody have an address there?  Then a name of this host, such as
 * "root", must not be completed with that domain: somebody else has it.
 */
bool	freemail_domain(const char *domain);

#endif
