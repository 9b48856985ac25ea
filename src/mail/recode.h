/* recode.h - bodies that a relay would not take as they are */

#ifndef MAIL_RECODE_H
#define MAIL_RECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/encoding.h"
#include "mail/mime.h"

#define RECODE_LINE	998	/* octets without CRLF (RFC 5322, 2.1.1) */
#define RECODE_DEPTH	16	/* multiparts in each other; then sealed */

/* What is to be mended, a set. */
#define RECODE_LABEL	0x1	/* 8-bit of which no MIME field speaks */
#define RECODE_LONG	0x2	/* lines that are too long */
#define RECODE_8BIT	0x4	/* 8-bit of any kind */

struct recode_part {
	uint64_t	 octets;
	uint64_t	 strange;	/* of those, not printable */
	bool		 text;
	bool		 eightbit;	/* also of what is in it, once mended */
	bool		 longline;
	bool		 no_utf8;
	unsigned char	 plan;
};

/*
 * A message in wire form is read twice: first recode_look() sees all of it,
 * in pieces of any size; then, if recode_plan() found something to do,
 * recode_feed() is given the same octets and recode_end() ends it.  The new
 * wire form comes out in out, which the caller empties when it likes.
 *
 * Text becomes quoted-printable or, with much in it that is not ASCII,
 * base64; all else base64; each part of a multipart by itself and only if
 * it needs it.  Untouched stay messages within, signed and encrypted
 * multiparts, what is encoded already, and the whole of a message with a
 * DKIM signature.  Memory does not grow with the message.
 */
struct recode {
	struct buf		 out;
	bool			 eightbit;	/* of what came out */

	/* Private. */
	unsigned		 why;
	bool			 writing;	/* the second reading */
	bool			 changes;
	bool			 labelled;	/* as mime_labelled() */
	struct recode_part	*part;
	size_t			 nparts, cap;	/* seen so far, in a reading */
	size_t			 now;		/* the part we are in */
	struct {
		char		 boundary[MIME_BOUNDARY + 1];
		size_t		 len;
		size_t		 part;
		bool		 digest;
	} open[RECODE_DEPTH];			/* multiparts around us */
	size_t			 depth;
	struct buf		 head;		/* of a part, until it ends */
	struct buf		 held;		/* a line that may delimit */
	int			 state;
	bool			 mid;		/* in the midst of a line */
	size_t			 line;		/* its length so far */
	unsigned char		 rest[4];	/* UTF-8 that is cut off */
	size_t			 nrest;
	struct encoding		 transfer;
};

void	recode_init(struct recode *, unsigned why);
void	recode_release(struct recode *);
void	recode_look(struct recode *, const char *p, size_t n);
bool	recode_plan(struct recode *);
void	recode_feed(struct recode *, const char *p, size_t n);
void	recode_end(struct recode *);

#endif
