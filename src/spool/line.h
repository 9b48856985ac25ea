/* line.h - lines of encoded words */

#ifndef SPOOL_LINE_H
#define SPOOL_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The files of a spool are lines of words with one space between them.  In
 * a word each octet up to the space, DEL and '%' is written as %XX, so no
 * word can forge a line or another word; "-" is the empty word, and %2D the
 * word "-".  Each word has only one spelling.
 */
void	line_add(struct buf *, const char *word);	/* NULL is "-" */
void	line_add_number(struct buf *, long long);
void	line_end(struct buf *);

/* A line of a key and a number. */
void	line_pair(struct buf *, const char *key, long long);

/* The position p of a reader in [start, end); {p, p, end} is the beginning. */
struct line {
	const char	*start;
	const char	*p;
	const char	*end;
};

/*
 * Take the next word of the line.  False if the line has no more words, if
 * line_add() spells the word differently, or if it is longer than size - 1;
 * then the position is undefined.
 */
bool	line_word(struct line *, char *out, size_t size);

/* The same without a limit; to be freed by the caller, NULL is false. */
char	*line_string(struct line *);

/* Take a number within these bounds. */
bool	line_number(struct line *, long long min, long long max, long long *);

/* Take a line of that key and a number from 0 to max. */
bool	line_take(struct line *, const char *key, long long max, long long *);

/* Take the next word if it is that one; else the position stays. */
bool	line_is(struct line *, const char *word);

/* Go to the next line; false if words are left in this one. */
bool	line_next(struct line *);

/* The number of the current line, from 1, for messages. */
size_t	line_number_of(const struct line *);

#endif
