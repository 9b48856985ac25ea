/* accept.h - stdin to a message and an envelope */

#ifndef SUBMIT_ACCEPT_H
#define SUBMIT_ACCEPT_H

#include "alias/expand.h"
#include "mail/message.h"
#include "spool/store.h"

/* A message on its way from its caller into a store. */
struct accept {
	struct message	 message;
	struct envelope	*env;
	struct store	*store;		/* begun */
	struct spool_meta *meta;	/* its origin grows by the script */
	long long	 max_size;	/* octets; 0 for any */
	struct expand	*expand;	/* aliases, or NULL */
	unsigned	 notify;	/* NOTIFY_* for every recipient */

	/*
	 * Asked when the envelope is complete, before it is stored; header
	 * fields it adds stand before the message.  Or NULL.
	 */
	int		(*addressed)(void *, struct buf *fields,
			    struct fault *);
	void		*ctx;
	bool		 written;	/* the envelope is in the store */

	/* while a message is read a second time */
	struct store	 again;
};

/* All is borrowed until accept_release(). */
void	accept_init(struct accept *, const struct message_opts *,
	    struct envelope *, struct store *, struct spool_meta *,
	    long long max_size);
void	accept_release(struct accept *);

/* The next octets; the message goes into the store in wire form. */
int	accept_feed(struct accept *, const char *, size_t, struct fault *);
int	accept_end(struct accept *, struct fault *);

/*
 * Read a descriptor to its end: feed all and end.  Memory does not grow
 * with the message.
 */
int	accept_read(struct accept *, int in, struct fault *);

#endif
