/* body.h - the body of a message, from its octets to its wire form */

#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/boundary.h"
#include "mail/canon.h"
#include "mail/encoding.h"
#include "mail/longline.h"
#include "mail/mime.h"
#include "mail/undot.h"

/*
 * All lines of the wire form end in CRLF (see mail/canon.h).  So parts whose
 * octets are not text are encoded before their line ends are touched: those
 * in the encoding "binary" and text in UTF-16 or UTF-32 become base64.  Text
 * in the encoding "binary" is held back up to BODY_CHOICE octets: it stays
 * text if it ends by then and would lose no NUL or lone CR.  On
 * the way the headers of parts are repaired (see mail/mimehead.h), and in
 * encoded parts raw octets and lines over 76 octets.  The headers within
 * included messages stay, but for what becomes base64.  Signed parts stay.
 */
#define BODY_CHOICE	(1U << 20)

struct body {
	/* Facts. */
	bool		 choosing;	/* an encoding; see body_hold() */
	bool		 ended;		/* by a lone dot: feed no more */
	bool		 nul;		/* a NUL was dropped */
	bool		 eightbit;
	bool		 unlabelled;	/* 8-bit text in a part that hides it */
	bool		 broken;	/* a signed part lost octets */
	struct longline	 overlong;	/* in signed parts */
	size_t		 longest;	/* line, without CRLF */

	/* Private. */
	struct canon	 canon;
	bool		 active;	/* else there are only lines */
	bool		 fixed;		/* signed: the lines stay */
	bool		 dot_ends;	/* if active; else canon has it */
	struct undot	 undot;		/* for that */
	struct boundary	 multi;
	int		 state;
	size_t		 message;	/* depth of an included message + 1 */
	bool		 inner;		/* the header is that of a message */
	bool		 hides;		/* 8-bit octets here need a label */
	struct buf	 lines;		/* canonical, not looked at yet */
	struct buf	 head;		/* of a part, until it ends */
	bool		 mid;		/* lines begin within a line */
	bool		 crlf;		/* the last line ended in CRLF */
	size_t		 column;	/* of an encoded line */
	unsigned	 escape;	/* octets of "=XX" to come */
	struct buf	 held;		/* raw: a line end and "--..." */
	size_t		 held_eol;	/* octets of that line end */
	bool		 start;		/* raw: that line may be one */
	size_t		 tail;		/* octets of the last line so far */
	struct encoding	 encoding;
	struct buf	 choice;	/* octets held back, after this */
	struct buf	 choice_head;	/* header */
};

/* Only lines: nothing is repaired. */
void	body_init(struct body *, bool dot_ends);

/*
 * Begin after the header head[0..n), which ends in an empty line.  Returns
 * the encoding that the header has to name instead of its own; MIME_UNKNOWN
 * for none.  fixed: nothing may be changed.
 */
enum mime_coding body_begin(struct body *, const char *head, size_t n,
	    bool fixed, bool dot_ends);
void	body_release(struct body *);

/*
 * If the body is choosing after body_begin(), do not append the header, but
 * give it to the body: that appends it when the encoding is known.
 */
void	body_hold(struct body *, const char *head, size_t n);

/*
 * Append the wire form of p[0..n) to out.  At most BOUNDARY_LINE octets, the
 * header of a part, and CRs are kept back.
 */
void	body_feed(struct body *, struct buf *out, const char *p, size_t n);
void	body_end(struct body *, struct buf *out);

#endif
