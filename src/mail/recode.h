/* recode.h - encode bodies that a relay may refuse */

#ifndef MAIL_RECODE_H
#define MAIL_RECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/boundary.h"
#include "mail/encoding.h"
#include "mail/mime.h"

/* What is to be repaired, a set. */
#define RECODE_LABEL	0x1	/* 8-bit without MIME fields for it */
#define RECODE_LONG	0x2	/* lines that are too long */
#define RECODE_8BIT	0x4	/* 8-bit of any kind */

struct recode_part {
	uint64_t	 octets;
	uint64_t	 strange;	/* of those, not printable */
	bool		 text;
	bool		 eightbit;	/* also in its parts after the plans */
	bool		 longline;
	bool		 no_utf8;
	bool		 head;		/* its header is to be repaired */
	unsigned char	 plan;
};

/*
 * A message in wire form is read twice: first recode_look() takes all of it,
 * in pieces of any size.  If recode_plan() then returns true, recode_feed()
 * takes the same octets and recode_end() ends the message.  The new wire
 * form is appended to out, which the caller may empty at any time.
 *
 * Text becomes quoted-printable or, if much of it is not ASCII, base64; all
 * else becomes base64.  Each part of a multipart or an included message is
 * encoded on its own, and only if needed; with RECODE_8BIT also the headers
 * in it are repaired.  Signed and encrypted multiparts, encoded parts and
 * messages with a DKIM signature stay unchanged.  More than BOUNDARY_DEPTH
 * nested ones stay, too.  Memory does not grow with the size of the message.
 */
struct recode {
	struct buf		 out;
	bool			 eightbit;	/* of what was appended */

	/* Private. */
	unsigned		 why;
	bool			 writing;	/* the second pass */
	bool			 changes;
	bool			 labelled;	/* as mime_labelled() */
	struct recode_part	*part;
	size_t			 nparts, cap;	/* so far in this pass */
	size_t			 now;		/* the current part */
	struct boundary		 multi;		/* tags are indexes of part */
	struct {
		size_t		 part;
		size_t		 depth;		/* of multi around it */
	} message[BOUNDARY_DEPTH];		/* included, and open */
	size_t			 nmessages;
	struct buf		 head;		/* of a part, until it ends */
	struct buf		 held;		/* may be a delimiter line */
	int			 state;
	bool			 mid;		/* within a line */
	size_t			 line;		/* its length so far */
	unsigned char		 rest[4];	/* incomplete UTF-8 */
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
