/* buf.h - a growable byte string with a ceiling */

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * p[0..len) are the bytes.  They may contain NUL; p[len] is always NUL once
 * anything was added, so that text can be printed.  A buf never grows past
 * max: what comes from outside cannot make us allocate without end.  Once an
 * append did not fit, full stays set until buf_clear(), so a caller may
 * append many times and look once.  {.max = N} is a valid empty buf.
 */
struct buf {
	char	*p;
	size_t	 len;
	size_t	 cap;		/* of the memory, which begins */
	size_t	 gone;		/* so many octets before p */
	size_t	 max;
	bool	 full;
	bool	 secret;	/* wipe before every free */
};

void	buf_add(struct buf *, const void *, size_t);
void	buf_adds(struct buf *, const char *);
void	buf_addf(struct buf *, const char *, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/*
 * Append bytes so that a terminal, a log or a file of lines is safe from
 * them: well-formed UTF-8 stays, anything that controls (C0, DEL, C1, the
 * bidirectional overrides) or is malformed becomes '?'.  With lines set,
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
