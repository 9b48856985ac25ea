/* phrase.h - words in a header: atoms, quoted strings, encoded words */

#ifndef MAIL_PHRASE_H
#define MAIL_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* May this octet stand in an atom (RFC 5322, 3.2.3; RFC 6532, 3.2)? */
bool	phrase_atext(char);

/*
 * The length of the encoded word (RFC 2047) that p[0..n) begins with, or 0.
 * Many a program puts commas and dots into one where none are allowed.
 */
size_t	phrase_encoded(const char *p, size_t n);

/* Append a quoted string.  Controls become spaces. */
void	phrase_quote(struct buf *, const char *p, size_t n);

/*
 * Append encoded words, folded, that may stand in a phrase, a comment or a
 * text.  What is no UTF-8 is called ISO-8859-1.  Controls become spaces.
 */
void	phrase_encode(struct buf *, const char *p, size_t n);

/* Append a display name: atoms, else a quoted string, else encoded words. */
void	phrase_add(struct buf *, const char *name, size_t n);

#endif
