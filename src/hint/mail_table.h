/* mail_table.h - rules for replies to MAIL, RCPT, DATA and the message */

#ifndef HINT_MAIL_TABLE_H
#define HINT_MAIL_TABLE_H

#include "hint/local_table.h"

/* As refusal_table, and used after it. */
extern const struct advice mail_refusal_table[];
extern const size_t mail_refusal_count;

#endif
