/* refusal.h - what relays say when they refuse, and what to do */

#ifndef SMTP_REFUSAL_H
#define SMTP_REFUSAL_H

#include "smtp/advice.h"

/* As advice_table, for replies: code is theirs, or 4 or 5 for a class. */
extern const struct advice refusal_table[];
extern const size_t refusal_count;

#endif
