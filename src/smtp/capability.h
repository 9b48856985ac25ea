/* capability.h - the extensions that a relay offers in its reply to EHLO */

#ifndef SMTP_CAPABILITY_H
#define SMTP_CAPABILITY_H

#include <stddef.h>

#define CAP_STARTTLS	0x001	/* RFC 3207 */
#define CAP_PIPELINING	0x002	/* RFC 2920 */
#define CAP_SIZE	0x004	/* RFC 1870 */
#define CAP_8BITMIME	0x008	/* RFC 6152 */
#define CAP_SMTPUTF8	0x010	/* RFC 6531 */
#define CAP_DSN		0x020	/* RFC 3461 */
#define CAP_CHUNKING	0x040	/* RFC 3030 */
#define CAP_ESC		0x080	/* RFC 2034, ENHANCEDSTATUSCODES */
#define CAP_AUTH	0x100	/* RFC 4954 */

/* One struct, so that STARTTLS can clear all of it. */
struct caps {
	unsigned	set;		/* CAP_* */
	unsigned	mechs;		/* SASL_BIT()s of known mechanisms */
	long long	maxsize;	/* octets; 0: no limit was given */
	char		auth[256];	/* the mechanisms, blanks between */
};

/* One row for each CAP_ bit, in the order of the probe's output. */
struct capability {
	unsigned	 bit;
	const char	*keyword;	/* "PIPELINING" */
	const char	*words;		/* "several commands at once" */
};

extern const struct capability capability_table[];
extern const size_t capability_count;

/*
 * Parse the text of a reply to EHLO: lines with LF between.  The first line
 * is the relay's name (RFC 5321, 4.1.1.1).  Unknown keywords are ignored.
 */
void		 capability_parse(struct caps *, const char *text);

#endif
