/* header.h - the fields of a message header */

#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * One field, as slices of its header block.  The name is without the colon
 * and white space before it (RFC 5322, 4.5).  The value is all after the
 * colon with its folding but without the last CRLF.  line is the whole field
 * with every CRLF.
 */
struct field {
	const char	*name;
	size_t		 name_len;
	const char	*value;
	size_t		 value_len;
	const char	*line;
	size_t		 len;
};

/* May this octet stand in the name of a field? */
bool	header_octet(char);

/*
 * The field that begins at p[*at), moving *at past it; false when there is
 * none: at the empty line, at n, or at a line that is no field.  The block
 * p[0..n) has CRLF line ends.
 */
bool	header_next(const char *p, size_t n, size_t *at, struct field *);

/* Has it this name, in any case? */
bool	header_is(const struct field *, const char *name);

/* Does its name begin with "Resent-"? */
bool	header_resent(const struct field *);

/* The first field of that name in the block. */
bool	header_find(const char *p, size_t n, const char *name, struct field *);

/*
 * The traits of a field by its name, a set, and a number to count it by.  An
 * unknown field has HEADER_TEXT.
 */
#define HEADER_ADDRESSES	0x01	/* holds an address list */
#define HEADER_SINGLE		0x02	/* usually of one mailbox */
#define HEADER_TEXT		0x04	/* unstructured (RFC 5322, 2.2.1) */
#define HEADER_ONCE		0x08	/* the first one counts */
#define HEADER_JOIN		0x10	/* several are joined to one list */
#define HEADER_HIDDEN		0x20	/* private or wrong: removed */
#define HEADER_WORDS		0x40	/* words and comments may be encoded */
#define HEADER_LAST		0x80	/* the last one that parses counts */

enum header_id {
	HEADER_OTHER, HEADER_DATE, HEADER_FROM, HEADER_SENDER,
	HEADER_REPLY_TO, HEADER_TO, HEADER_CC, HEADER_MESSAGE_ID,
	HEADER_IN_REPLY_TO, HEADER_REFERENCES, HEADER_SUBJECT,
	HEADER_RESENT_DATE, HEADER_RESENT_FROM, HEADER_RESENT_MESSAGE_ID,
	HEADER_RESENT, HEADER_MIME_VERSION, HEADER_CONTENT_TYPE,
	HEADER_CONTENT_ENCODING, HEADER_DKIM
};

struct header_known {
	const char	*name;
	unsigned	 traits;
	enum header_id	 id;
};

const struct header_known *header_known(const struct field *);

/*
 * Is p[0..n) a Message-ID (RFC 5322, 3.6.4)?  White space may surround it, and
 * a comment follow.
 */
bool	header_message_id(const char *p, size_t n);

/* Is the value empty or only white space? */
bool	header_empty(const struct field *);

/* Append the value on one line, without white space around it. */
void	header_unfold(struct buf *, const struct field *);

#endif
