/* buf.h - a growable byte string with a ceiling */

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * p[0..len) are the bytes.  They may contain NUL; p[len] is always NUL once
 * anything was added, so that text can be printed.  A buf never grows past
 * max, so input cannot make the process allocate without end.  Once an
 * append did not fit, full stays set until buf_clear(), so a caller may
 * append many times and check once.  {.max = N} is a valid empty buf.
 */
struct buf {
	char	*p;
	size_t	 len;
	size_t	 cap;		/* octets of memory, from p - gone */
	size_t	 gone;		/* octets dropped before p */
	size_t	 max;
	bool	 full;
	bool	 secret;	/* wipe before every free */
};

void	buf_add(struct buf *, const void *, size_t);
void	buf_adds(struct buf *, const char *);
void	buf_addf(struct buf *, const char *, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/*
 * Append bytes in a form that is safe for a terminal, a log or a file of
 * lines.  Well-formed UTF-8 stays; malformed octets and control characters
 * (C0, DEL, C1, the bidirectional overrides) become '?'.  With lines set,
 * LF and TAB stay as they are.
 */
void	buf_add_visible(struct buf *, const void *, size_t, bool lines);
void	buf_adds_visible(struct buf *, const char *);	/* on one line */

/* Make room for n more bytes; false (and full set) when over max. */
bool	buf_reserve(struct buf *, size_t n);
void	buf_drop(struct buf *, size_t);	/* forget the first n bytes */
void	buf_clear(struct buf *);	/* empty it, keep the memory */
void	buf_release(struct buf *);	/* free the memory */

/* The text, never NULL. */
const char *buf_text(const struct buf *);

#endif
