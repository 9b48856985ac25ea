/* tap.h - say "ok" and "not ok" (Test Anything Protocol) */

#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

/* One test; what follows the format names it.  Returns the condition. */
bool	ok(bool, const char *, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/* Are both strings the same?  Shows both where they are not; NULL is fine. */
bool	is(const char *got, const char *want, const char *, ...)
    __attribute__((__format__(__printf__, 3, 4)));

bool	is_int(long long got, long long want, const char *, ...)
    __attribute__((__format__(__printf__, 3, 4)));

/* Print the plan; the exit status for main(). */
int	done(void);

#endif
