/* reply_table.h - what relays say when they refuse, and what to do */

#ifndef HINT_REPLY_TABLE_H
#define HINT_REPLY_TABLE_H

#include "hint/local_table.h"

/* As advice_table, for replies: code is theirs, or 4 or 5 for a class. */
extern const struct advice refusal_table[];
extern const size_t refusal_count;

#endif
