/* reply_table.h - rules for replies with which a relay refuses */

#ifndef HINT_REPLY_TABLE_H
#define HINT_REPLY_TABLE_H

#include "hint/local_table.h"

/*
 * As advice_table, for replies: code is that of the reply, or 4 or 5 for a
 * class.  The text begins with the code and the enhanced status code, so
 * words may hold "<550>" or "<5.7.60>".
 */
extern const struct advice refusal_table[];
extern const size_t refusal_count;

#endif
