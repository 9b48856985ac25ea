/* display.h - display names that do not stand where they belong */

#ifndef MAIL_DISPLAY_H
#define MAIL_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/addrlist.h"

/*
 * The end of the quoted string or comment at p[i], or of the backslash there
 * and what it quotes, or i + 1.
 */
size_t	display_after(const char *p, size_t n, size_t i);

/*
 * Append p[0..n), which holds the mailboxes of the list, with words that
 * follow an address in "<" and ">" before it: "<j@x> Joe".  Comments stay
 * behind it.  False, and nothing appended, if there are none.
 */
bool	display_before(struct buf *, const char *p, size_t n,
	    const struct addr_list *);

#endif
