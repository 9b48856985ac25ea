/* envelope.h - the sender and recipients of a message, with verdicts */

#ifndef MAIL_ENVELOPE_H
#define MAIL_ENVELOPE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/* DSN NOTIFY (RFC 3461, 4.1), a set; 0: not given. */
#define NOTIFY_NEVER	0x1
#define NOTIFY_SUCCESS	0x2
#define NOTIFY_FAILURE	0x4
#define NOTIFY_DELAY	0x8
#define NOTIFY_ALL	0xf

/* DSN RET (RFC 3461, 4.3). */
enum ret { RET_UNSET, RET_FULL, RET_HDRS };

/*
 * One recipient.  The verdict is valid once done is set; why is the fault of
 * any verdict but VD_OK.
 */
struct rcpt {
	char		*addr;		/* local@domain, checked */
	char		*orcpt;		/* "rfc822;xtext", or NULL */
	unsigned	 notify;
	bool		 done;
	bool		 told;		/* its sender knows that it failed */
	enum verdict	 verdict;
	struct fault	*why;		/* NULL without a fault */
};

/* Owns all it points to.  {0} is a valid empty envelope. */
struct envelope {
	char		*from;		/* "" is the null sender */
	struct rcpt	*rcpt;
	size_t		 nrcpt;
	size_t		*slot;		/* hash table: index + 1, or 0 */
	size_t		 nslot;		/* a power of two, over 2 nrcpt */
	char		*envid;		/* xtext, or NULL */
	enum ret	 ret;
	bool		 eightbit;	/* the message has octets over 127 */
};

/* A message in a file: its octets [at, at + size). */
struct span {
	int		 fd;
	off_t		 at;
	size_t		 size;
};

void	envelope_release(struct envelope *);
void	envelope_from(struct envelope *, const char *);

/*
 * Add a recipient unless it is there already, by addr_same() (RFC 5321,
 * 2.4).  Returns its index.
 */
size_t	envelope_add(struct envelope *, const char *addr);

/* Remove the recipient that was added last; there must be one. */
void	envelope_remove_last(struct envelope *);

/* Settle a recipient.  The fault is copied; NULL means accepted. */
void	rcpt_settle(struct rcpt *, const struct fault *);

/* The same for all recipients that have no verdict. */
void	envelope_settle(struct envelope *, const struct fault *);

/* Forget a verdict, to try again. */
void	rcpt_unsettle(struct rcpt *);

/*
 * May it be tried again?  Yes without a verdict, after VD_TEMP or VD_DOUBT,
 * and after a VD_PERM of the session, which an administrator can correct.
 */
bool	rcpt_waits(const struct rcpt *);

/* The number of recipients with that verdict. */
size_t	envelope_count(const struct envelope *, enum verdict);

#define ENVELOPE_ENVID	100	/* octets of an ENVID (RFC 3461, 4.4) */

/* Is it xtext (RFC 3461, 4) of 1 to max octets? */
bool	envelope_xtext(const char *, size_t max);

/*
 * The NOTIFY_* bits of "never" or of a list of "success", "failure" and
 * "delay", in any case; 0 if it is neither.
 */
unsigned envelope_notify(const char *);

#endif
