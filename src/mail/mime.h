/* mime.h - the MIME fields that describe a body */

#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>

#define MIME_BOUNDARY	200	/* octets; RFC 2046, 5.1.1 allows 70 */

enum mime_kind {
	MIME_TEXT,		/* or malformed (RFC 2045, 5.2) */
	MIME_MULTIPART,		/* boundary is set */
	MIME_DIGEST,		/* likewise; its parts are messages */
	MIME_OPAQUE,		/* must not be changed, or cannot be read */
	MIME_OTHER
};

struct mime_type {
	enum mime_kind	 kind;
	bool		 plain;		/* text/plain */
	bool		 charset;	/* it has one, or none can be added */
	char		 boundary[MIME_BOUNDARY + 1];
	size_t		 boundary_len;
};

enum mime_coding { MIME_7BIT, MIME_8BIT, MIME_CODED };

/*
 * Read the value of a Content-Type field (RFC 2045, 5.1); n is 0 without a
 * field.  MIME_OPAQUE are messages, signed and encrypted multiparts, and
 * multiparts without a boundary.
 */
void	mime_content_type(struct mime_type *, const char *value, size_t n);

/* The same of a Content-Transfer-Encoding; binary counts as 8bit. */
enum mime_coding mime_coding(const char *value, size_t n);

/*
 * Does the header p[0..n) describe an 8-bit body completely?  A type other
 * than text/plain may name its charset in the body.
 */
bool	mime_labelled(const char *p, size_t n);

#endif
