/* accept.h - stdin to a message and an envelope */

#ifndef SUBMIT_ACCEPT_H
#define SUBMIT_ACCEPT_H

#include "alias/expand.h"
#include "mail/message.h"
#include "spool/store.h"

/* A message that is read from its caller and written to a store. */
struct accept {
	struct message	 message;
	struct envelope	*env;
	struct store	*store;		/* begun */
	struct spool_meta *meta;	/* gets the name of a PHP script */
	long long	 max_size;	/* octets; 0 for any */
	struct expand	*expand;	/* aliases, or NULL */
	unsigned	 notify;	/* NOTIFY_* for every recipient */

	/*
	 * NULL, or called when the envelope is complete, before it is
	 * stored.  Header fields that it adds stand before the message.
	 */
	int		(*addressed)(void *, struct buf *fields,
			    struct fault *);
	void		*ctx;
	bool		 written;	/* the envelope is in the store */

	struct store	 again;		/* for the second reading */
};

/* All arguments are borrowed until accept_release(). */
void	accept_init(struct accept *, const struct message_opts *,
	    struct envelope *, struct store *, struct spool_meta *,
	    long long max_size);
void	accept_release(struct accept *);

/* The next octets; the message goes into the store in wire form. */
int	accept_feed(struct accept *, const char *, size_t, struct fault *);
int	accept_end(struct accept *, struct fault *);

/*
 * Read a descriptor to its end: feed all and end.  Wait for more if it does
 * not block.  Memory does not grow with the message.
 */
int	accept_read(struct accept *, int in, struct fault *);

#endif
