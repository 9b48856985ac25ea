/* message.h - stdin bytes to wire form */

#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"
#include "mail/frompolicy.h"

#define MESSAGE_HEADER_MAX	(1024 * 1024)

/* The facts and wishes of the caller.  It owns all of it. */
struct message_opts {
	bool		 extract;	/* -t: recipients from the header */
	bool		 dot_ends;	/* no -i: a lone dot ends the input */
	const char	*sender;	/* as addr_path() gave it, or NULL */
	const char	*user;		/* login name */
	const char	*full_name;	/* for a From that we add, or NULL */
	const char	*domain;	/* for bare names, or NULL */
	const char	*rcpt_domain;	/* for bare recipients, if another */
	const char	*hostname;	/* right side of a Message-ID */
	const char	*unique;	/* left side of it */
	time_t		 now;
	long		 utc_offset;	/* seconds ahead of UTC */
	bool		 repair;	/* mend header and body */
	const struct frompolicy *policy; /* who it may be from, or NULL */
	bool		(*alias)(void *ctx, const char *name, char **spec);
	void		*ctx;		/* for alias: see mail/repair */
};

/*
 * A message on its way through the door.  Bytes go in with message_feed(),
 * the wire form comes out in out, which the caller empties when it likes;
 * out holds no more than what was fed since, doubled, and the header.
 *
 * The wire form: every CRLF, lone CR and lone LF of the body is one CRLF,
 * also at the end; in the header a lone CR is a space; NUL is dropped.  The
 * header is written as mail/rewrite has it, and ends in an empty line.  All
 * else travels byte for byte.
 */
struct message {
	struct buf		 out;
	bool			 header_done;	/* the envelope is complete */
	bool			 ended;		/* a lone dot: feed no more */

	/* Facts, complete after message_end(). */
	uint64_t		 size;		/* octets of the wire form */
	size_t			 longest_line;	/* octets, without CRLF */
	bool			 header_8bit;
	bool			 body_8bit;
	bool			 nul_seen;	/* and dropped */
	bool			 sealed;	/* signed: not to be changed */
	bool			 labelled;	/* as mime_labelled() */

	/* Private. */
	const struct message_opts *opts;
	struct envelope		*envelope;
	struct buf		 head;		/* the header until it ends */
	size_t			 head_line;	/* where its last line starts */
	int			 state;		/* of that line */
	bool			 mbox;		/* a "From " line was dropped */
	bool			 cr;		/* the last octet was a CR */
	bool			 dot;		/* a dot opened the line */
	size_t			 line;		/* octets in the body line */
	size_t			 body_line;	/* the longest of those */
};

/* Both outlive the message.  Recipients are added to those there are. */
void	message_init(struct message *, const struct message_opts *,
	    struct envelope *);
void	message_release(struct message *);

/* After a fault only message_release() may follow. */
int	message_feed(struct message *, const char *p, size_t n, struct fault *);

/*
 * Add the mailboxes of an address list, p[0..n), to an envelope: each
 * qualified with domain (if not NULL), in ASCII where that can be, checked.
 */
int	message_recipients(struct envelope *, const char *p, size_t n,
	    const char *domain, struct fault *);

/* The input is at its end. */
int	message_end(struct message *, struct fault *);

/*
 * What is to be mended in a second reading of the wire form: a set of
 * ENCODE_ values, for recode_init(); 0 is nothing.
 */
unsigned message_wants(const struct message *);

#endif
