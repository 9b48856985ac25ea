/* longline.h - the first line that is too long for SMTP */

#ifndef MAIL_LONGLINE_H
#define MAIL_LONGLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Octets without CRLF (RFC 5321, 4.5.3.1.6; RFC 5322, 2.1.1). */
#define LONGLINE_MAX	998
#define LONGLINE_KEPT	60	/* octets that are kept of a line */

/* {0} is ready for the first octet. */
struct longline {
	bool	 found;			/* a line is over LONGLINE_MAX */
	char	 first[LONGLINE_KEPT + 1]; /* that line, cut */

	/* Private. */
	size_t	 length;		/* of the line so far */
};

/* Look at the next octets, p[0..n); lines end in CRLF. */
void	longline_feed(struct longline *, const char *p, size_t n);

#endif
