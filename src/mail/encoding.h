/* encoding.h - quoted-printable and base64 (RFC 2045, 6.7 and 6.8) */

#ifndef MAIL_ENCODING_H
#define MAIL_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* ENCODING_RAW is base64 of octets that are no lines. */
enum encoding_kind { ENCODING_QP, ENCODING_BASE64, ENCODING_RAW };

/* {.kind = K} is ready for the first octet. */
struct encoding {
	enum encoding_kind	 kind;
	char			 line[80];	/* not written yet */
	size_t			 n;
	bool			 soft;		/* it continues a line */
	bool			 end;		/* a line end is held back */
};

/*
 * Encode octets of a body of any length, with CRLF line ends unless it is
 * raw; whole lines are appended to out.
 */
void	encoding_feed(struct encoding *, struct buf *out, const char *p,
	    size_t n);

/*
 * End the body.  With delimiter set its last CRLF belongs to the boundary
 * that follows (RFC 2046, 5.1.1); the encoded text ends in CRLF anyway.
 */
void	encoding_end(struct encoding *, struct buf *out, bool delimiter);

#endif
