/* reply.h - parses SMTP replies, which have limits */

#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "base/buf.h"

#define REPLY_LINE	8192	/* octets; RFC 5321 4.5.3.1.5 says 512 */
#define REPLY_LINES	200
#define REPLY_TEXT	65536	/* octets of one reply */

/* {.text.max = REPLY_TEXT} is a valid empty reply. */
struct reply {
	int		code;		/* 0 before the first line */
	unsigned short	esc[3];		/* RFC 2034; all 0 if not given */
	unsigned	lines;
	struct buf	text;		/* the lines, LF between, printable */
};

enum reply_got {
	REPLY_MORE,	/* no whole reply yet */
	REPLY_DONE,
	REPLY_BAD	/* this is not SMTP, or over a limit */
};

/*
 * Take whole lines from p[0..n) until one reply is complete (RFC 5321, 4.2:
 * the same code on every line; the text may be absent).  *used is always set
 * to the number of octets taken.
 */
enum reply_got	reply_next(struct reply *, const char *p, size_t n,
		    size_t *used);
void		reply_clear(struct reply *);

/*
 * Does p[0..n) begin with an enhanced status code (RFC 3463) "5.7.8", and
 * then a blank or the end?  Its numbers go to v.
 */
bool		reply_enhanced(unsigned v[3], const char *p, size_t n);

#endif
