/* ascii.h - character classes of ASCII, in any locale */

#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>

/* These are inline because many run for each octet of a message. */

static inline bool
ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
ascii_alnum(char c)
{
	return ascii_digit(c) || ascii_letter(c);
}

/* Space and tab; RFC 5322 calls them WSP. */
static inline bool
ascii_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Space, tab, CR or LF. */
static inline bool
ascii_space(char c)
{
	return ascii_blank(c) || c == '\r' || c == '\n';
}

static inline bool
ascii_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A printable octet other than space. */
static inline bool
ascii_graphic(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f;
}

static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline char
ascii_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The value of a hexadecimal digit in either case, or -1. */
int	ascii_hex(char);

/* Is p[0..n) this word?  Ignores case. */
bool	ascii_is(const char *p, size_t n, const char *word);

/* Is p[0..n) a word of the list, which has blanks between them?  NULL: no. */
bool	ascii_listed(const char *list, const char *p, size_t n);

/* Is the name p[0..n) the domain q[0..k) or below it?  Ignores case. */
bool	ascii_below(const char *p, size_t n, const char *q, size_t k);

/* Is there a control character in p[0..n)? */
bool	ascii_controls(const char *p, size_t n);

#endif
