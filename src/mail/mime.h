/* mime.h - the MIME fields that describe a body */

#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/header.h"

#define MIME_BOUNDARY	200	/* octets; RFC 2046, 5.1.1 allows 70 */

enum mime_kind {
	MIME_TEXT,		/* or malformed (RFC 2045, 5.2) */
	MIME_MULTIPART,		/* boundary is set */
	MIME_DIGEST,		/* likewise; its parts are messages */
	MIME_MESSAGE,		/* message/rfc822: a header follows */
	MIME_SIGNED,		/* or encrypted: must not be changed */
	MIME_OPAQUE,		/* cannot be read */
	MIME_OTHER
};

struct mime_type {
	enum mime_kind	 kind;
	bool		 valid;		/* it can be read */
	bool		 plain;		/* text/plain */
	bool		 charset;	/* it has one, or none can be added */
	bool		 ascii;		/* that is US-ASCII */
	bool		 wide;		/* that is UTF-16 or the like */
	char		 boundary[MIME_BOUNDARY + 1];
	size_t		 boundary_len;
};

/* MIME_UNKNOWN and those after it are encoded. */
enum mime_coding {
	MIME_7BIT, MIME_8BIT, MIME_BINARY, MIME_UNKNOWN, MIME_QP, MIME_BASE64
};

/*
 * Read the value of a Content-Type field (RFC 2045, 5.1); n is 0 without a
 * field.  MIME_OPAQUE are multiparts without a boundary, and messages other
 * than message/rfc822.
 */
void	mime_content_type(struct mime_type *, const char *value, size_t n);

/*
 * The same of a Content-Transfer-Encoding.  Words that programs write by
 * mistake are read as what they mean: "7-bit", "8bits", "utf-8", "plain".
 */
enum mime_coding mime_coding(const char *value, size_t n);

/* Its name in the field. */
const char *mime_coding_name(enum mime_coding);

/*
 * The field of that name in the header p[0..n) that counts: the last one
 * that can be read, or else the first one.
 */
bool	mime_find(const char *p, size_t n, const char *name, struct field *);

/* The fields of one header that count, as far as asked; {0} at first. */
struct mime_counting {
	const char	*line[HEADER_DKIM];	/* by enum header_id */
};

/*
 * Is it that field of its name?  It is one of HEADER_LAST in the header
 * p[0..n), which is read once for each name.
 */
bool	mime_counts(struct mime_counting *, const char *p, size_t n,
	    const struct field *);

/* Read both fields of a header. */
void	mime_describe(const char *p, size_t n, struct mime_type *,
	    enum mime_coding *);

/*
 * Does the header p[0..n) describe an 8-bit body completely?  A type other
 * than text/plain may name its charset in the body.  A part needs no
 * MIME-Version.
 */
bool	mime_labelled(const char *p, size_t n, bool part);

#endif
