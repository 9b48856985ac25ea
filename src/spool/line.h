/* line.h - lines of words that no word can break out of */

#ifndef SPOOL_LINE_H
#define SPOOL_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The files of a spool are lines of words with one space between them.  In
 * a word each octet up to the space, DEL and '%' is written as %XX, so a
 * word cannot forge a line or another word, whatever it holds; "-" is the
 * empty word, and %2D the word "-".  Each word has one spelling only.
 */
void	line_add(struct buf *, const char *word);	/* NULL is "-" */
void	line_add_number(struct buf *, long long);
void	line_end(struct buf *);

/* Where a reader stands in p[0..end).  {p, p, end} is the beginning. */
struct line {
	const char	*start;
	const char	*p;
	const char	*end;
};

/*
 * Take the next word of the line.  False if there is none left in it, if
 * it is not spelled as line_add() spells it, or if it is longer than
 * size - 1; where the reader stands then is of no more use.
 */
bool	line_word(struct line *, char *out, size_t size);

/* The same without a limit; to be freed by the caller, NULL is false. */
char	*line_string(struct line *);

/* The next word is a number within these bounds. */
bool	line_number(struct line *, long long min, long long max, long long *);

/* The next word is that one.  If it is not, the reader stays. */
bool	line_is(struct line *, const char *word);

/* Go to the next line; false if words are left in this one. */
bool	line_next(struct line *);

/* Counted from 1, for messages. */
size_t	line_number_of(const struct line *);

#endif
