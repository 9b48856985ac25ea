/* highbit.h - where a message has octets over 127 */

#ifndef MAIL_HIGHBIT_H
#define MAIL_HIGHBIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define HIGHBIT_LINE	100	/* octets that are kept of a line */

/* {.line.max = HIGHBIT_LINE} is ready for the first octet. */
struct highbit {
	bool		 header;	/* the header has such octets */
	bool		 body;		/* the body */
	bool		 body_begun;	/* the header is over */
	bool		 malformed;	/* the header is not UTF-8 */
	bool		 dkim;		/* it is signed, so it has to stay */
	char		 first[HIGHBIT_LINE + 1]; /* the first such line, cut */

	/* Private. */
	struct buf	 line;		/* the start of the current line */
	bool		 high;		/* it has such octets */
	unsigned char	 rest[4];	/* incomplete UTF-8 */
	size_t		 nrest;
};

/* Look at the next octets of a message in wire form. */
void	highbit_feed(struct highbit *, const char *p, size_t n);
void	highbit_release(struct highbit *);

#endif
