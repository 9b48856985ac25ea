/* reply.h - SMTP replies out of a stream of bytes, bounded */

#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "base/buf.h"

#define REPLY_LINE	8192	/* octets; RFC 5321 4.5.3.1.5 says 512 */
#define REPLY_LINES	200
#define REPLY_TEXT	65536	/* octets of one reply */

/* {.text.max = REPLY_TEXT} is a valid empty reply. */
struct reply {
	int		code;		/* 0 before the first line */
	unsigned char	esc[3];		/* RFC 2034; all 0 if not given */
	unsigned	lines;
	struct buf	text;		/* the lines, LF between, printable */
};

enum reply_got {
	REPLY_MORE,	/* no whole reply yet */
	REPLY_DONE,
	REPLY_BAD	/* this is not SMTP, or it is without end */
};

/*
 * Take whole lines from p[0..n) until one reply is complete (RFC 5321, 4.2:
 * the same code on every line; a code may stand without text).  *used says
 * how many octets were taken, whatever the outcome.
 */
enum reply_got	reply_next(struct reply *, const char *p, size_t n,
		    size_t *used);
void		reply_clear(struct reply *);

#endif
