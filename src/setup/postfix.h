/* postfix.h - reads main.cf of Postfix, and the tables that it names */

#ifndef SETUP_POSTFIX_H
#define SETUP_POSTFIX_H

#include "base/fault.h"
#include "setup/draft.h"

/* Add its settings to the draft.  -1 with a fault. */
int	postfix_import(struct draft *, const char *path, struct fault *);

#endif
