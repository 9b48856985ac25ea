/* oauth_table.h - rules for faults of access tokens */

#ifndef HINT_OAUTH_TABLE_H
#define HINT_OAUTH_TABLE_H

#include "hint/local_table.h"

/*
 * As advice_table, and used before it: what providers say.  AADSTS are the
 * codes of Microsoft (learn.microsoft.com, "Microsoft Entra authentication
 * and authorization error codes"); the others are RFC 6749's, or Google's.
 */
extern const struct advice oauth_table[];
extern const size_t oauth_count;

/* As refusal_table, and used before it: what relays say to a token. */
extern const struct advice token_refusal_table[];
extern const size_t token_refusal_count;

#endif
