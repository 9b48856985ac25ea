/* phrase.h - words in a header: atoms, quoted strings, encoded words */

#ifndef MAIL_PHRASE_H
#define MAIL_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* May this octet stand in an atom (RFC 5322, 3.2.3; RFC 6532, 3.2)? */
bool	phrase_atext(char);

/*
 * The length of the encoded word (RFC 2047) at the start of p[0..n), or 0.
 * Commas and dots in it are accepted, since many programs put them there.
 */
size_t	phrase_encoded(const char *p, size_t n);

/*
 * Append the octets that an encoded word p[0..n) stands for; false if it is
 * none, is malformed, or its charset is not UTF-8, US-ASCII or ISO-8859-1.
 */
bool	phrase_decode(struct buf *, const char *p, size_t n);

/*
 * Is it an encoded word with octets that others take for the syntax of
 * addresses (RFC 2047, 5)?  Not if phrase_mend() would make it too long.
 */
bool	phrase_misread(const char *p, size_t n);

/*
 * Append an encoded word p[0..n) with such octets and those over 127 as =XX,
 * and US-ASCII then as UTF-8; false if that would not be one.
 */
bool	phrase_mend(struct buf *, const char *p, size_t n);

/*
 * The length of what would be an encoded word in Q encoding but for blanks and
 * octets over 127 in its text; folding may be in it, too.  White space or the
 * end must follow.  0: it is none, or cannot be mended.
 */
size_t	phrase_loose(const char *p, size_t n);

/* Append the encoded words for such a one, p[0..n). */
void	phrase_mend_loose(struct buf *, const char *p, size_t n);

/* Append a quoted string.  Controls become spaces. */
void	phrase_quote(struct buf *, const char *p, size_t n);

/*
 * Append encoded words, folded, valid in a phrase, a comment and a text.
 * Malformed UTF-8 is labelled ISO-8859-1.  Controls become spaces.
 */
void	phrase_encode(struct buf *, const char *p, size_t n);

/* Append a display name: atoms, else a quoted string, else encoded words. */
void	phrase_add(struct buf *, const char *name, size_t n);

#endif
