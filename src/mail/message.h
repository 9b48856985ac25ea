/* message.h - stdin bytes to wire form */

#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/body.h"
#include "mail/envelope.h"
#include "mail/frompolicy.h"

#define MESSAGE_HEADER_MAX	(1024 * 1024)

/*
 * Recipients that cannot be used: the others get the message all the same.
 * Set lines.max.
 */
struct message_refused {
	size_t		 n;
	struct fault	 first;
	struct fault	 name;		/* the first of alias/expand, or {0} */
	struct buf	 lines;		/* "ADDRESS: why", each with LF */
};

/* Facts and options of the caller, which owns all of it. */
struct message_opts {
	bool		 extract;	/* -t: recipients from the header */
	bool		 dot_ends;	/* no -i: a lone dot ends the input */
	const char	*sender;	/* as lenient_path() gave it, or NULL */
	const char	*user;		/* login name */
	const char	*full_name;	/* for an added From, or NULL */
	const char	*domain;	/* for bare names, or NULL */
	const char	*rcpt_domain;	/* for bare recipients; NULL: domain */
	const char	*hostname;	/* right side of a Message-ID */
	const char	*unique;	/* left side of it */
	time_t		 now;
	long		 utc_offset;	/* seconds ahead of UTC */
	bool		 repair;	/* repair header and body */
	const struct frompolicy *policy; /* for sender and From, or NULL */
	bool		(*alias)(void *ctx, const char *name, char **spec);
	void		*ctx;		/* for alias: see mail/repair */
	char		*owner;		/* for bare names of senders, or NULL */
	struct message_refused *refused; /* NULL: a bad one is a fault */
};

/*
 * A message that is being read.  message_feed() takes its octets and appends
 * the wire form to out.  The caller may empty out at any time; it holds at
 * most four times what was fed since then, and the header.
 *
 * The wire form: mail/rewrite writes the header, which ends in an empty line.
 * In the header a lone CR is a space, and NUL is dropped; also a BOM of UTF-8
 * before the first field.  mail/body has the body; without repair it is only
 * lines (see mail/canon.h).
 */
struct message {
	struct buf		 out;
	bool			 header_done;	/* the envelope is complete */
	bool			 ended;		/* a lone dot: feed no more */

	/* Facts, complete after message_end(). */
	uint64_t		 size;		/* octets of the wire form */
	size_t			 longest_line;	/* octets, without CRLF */
	bool			 header_8bit;
	bool			 nul_seen;	/* and dropped in the header */
	bool			 fixed;		/* signed: not to be changed */
	bool			 labelled;	/* as mime_labelled() */

	/* Private. */
	const struct message_opts *opts;
	struct envelope		*envelope;
	struct buf		 head;		/* the header until it ends */
	size_t			 head_line;	/* where its last line starts */
	int			 state;		/* of that line */
	bool			 bom;		/* of UTF-8, dropped */
	bool			 mbox;		/* a "From " line was dropped */
	size_t			 crs;		/* CRs that may end the line */
	struct body		 body;
};

/* Both must outlive the message.  Recipients are added to the envelope. */
void	message_init(struct message *, const struct message_opts *,
	    struct envelope *);
void	message_release(struct message *);

/* Add a recipient: the fault says which and why. */
void	message_refuse(struct message_refused *, const struct fault *);

/* After a fault only message_release() may follow. */
int	message_feed(struct message *, const char *p, size_t n, struct fault *);

/*
 * Add the mailboxes of an address list, p[0..n), to an envelope, each after
 * addr_complete().  Those that cannot be used are added to refused; if that
 * is NULL, -1 with the fault of the first.
 */
int	message_recipients(struct envelope *, const char *p, size_t n,
	    const char *domain, struct message_refused *, struct fault *);

/* The input has ended. */
int	message_end(struct message *, struct fault *);

/*
 * What a second pass over the wire form has to repair: a set of RECODE_
 * values for recode_init(), 0 for nothing.
 */
unsigned message_wants(const struct message *);

#endif
