/* words.h - write the words of a header field in ASCII */

#ifndef MAIL_WORDS_H
#define MAIL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define WORDS_COLUMNS	76	/* of a line with encoded words (RFC 2047, 2) */

/*
 * The length of the token at the start of p[0..n), n > 0, which is no white
 * space: a word, a quoted string, a comment, [...], or one of ",;:<>".
 */
size_t	words_token(const char *p, size_t n);

/*
 * Must the words of a phrase be written anew?  Sets *parts if there are
 * comments or encoded words among them.
 */
bool	words_unfit(const char *p, size_t n, bool *parts);

/*
 * Append white space before a word of n octets unless it is there; folding if
 * the word might not fit into the line.
 */
void	words_break(struct buf *, size_t n);

/*
 * Append p[0..n), a phrase or the text between mailboxes, token by token.
 * What is not ASCII becomes encoded words; in a phrase a word with specials
 * gets quotes.
 */
void	words_write(struct buf *, const char *p, size_t n, bool phrase);

/*
 * Append a text; adjacent words that are not ASCII become encoded words.  With
 * quoting a backslash may stand before an octet, as in a comment.  The buffer
 * must not be empty.
 */
void	words_write_text(struct buf *, const char *p, size_t n, bool quoting);

#endif
