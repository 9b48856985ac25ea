/*
 * client.h - the client's side of an SMTP session, without any I/O
 *
 * The caller asks client_step() what is wanted, does it, and says so:
 *
 *	CLIENT_SEND	write from c->out; client_sent() as it goes
 *	CLIENT_RECV	read; client_feed(), or client_broken() at the end
 *	CLIENT_TLS	shake hands; client_tls_up() or client_broken()
 *	CLIENT_IDLE	client_mail(), client_quit() or client_pause()
 *	CLIENT_BODY	client_body() a block, client_body_end() at the end
 *	CLIENT_OVER	c->fault says how the session ended
 *
 * While something is being written the caller should also read and feed
 * what arrives: a relay may stop reading until it got rid of its replies.
 */

#ifndef SMTP_CLIENT_H
#define SMTP_CLIENT_H

#include "smtp/client_state.h"

enum client_want {
	CLIENT_SEND, CLIENT_RECV, CLIENT_TLS, CLIENT_IDLE, CLIENT_BODY,
	CLIENT_OVER
};

void		 client_init(struct client *, const struct client_opts *);
void		 client_release(struct client *);
enum client_want client_step(struct client *);

/*
 * Seconds that the reply (or the progress of the body) awaited now may
 * take, RFC 5321 4.5.3.2.
 */
int		 client_timeout(const struct client *);

/* n octets from the start of c->out are on their way. */
void		 client_sent(struct client *, size_t n);
void		 client_feed(struct client *, const void *, size_t);

/*
 * The connection is no more, or can no longer be waited for.  What the
 * fault says is kept; who is in doubt is for the machine to say.
 */
void		 client_broken(struct client *, const struct fault *);

/* trusted: the relay's certificate was verified, or need not be. */
void		 client_tls_up(struct client *, bool trusted);

/*
 * And before that, if the TLS session has what a login can be bound to: its
 * kind, "tls-exporter" or "tls-unique" (static), and its octets.
 */
void		 client_bind(struct client *, const char *name, const void *,
		    size_t);

void		 client_mail(struct client *, struct client_mail *);
void		 client_quit(struct client *);

/*
 * Nothing to give now: first see to what is in flight (c->ring_n > 0).  It
 * asks again after the next reply, or once there may be something.
 */
void		 client_pause(struct client *);
void		 client_resume(struct client *);

/*
 * p[0..n) is the next part of the message, whose lines end in CRLF: at most
 * CLIENT_BLOCK octets at a time, and not more in all than was announced.
 */
void		 client_body(struct client *, const char *p, size_t n);

/*
 * Where to put the next n octets so that client_body() need not copy them,
 * if nothing else is asked of the machine in between.  NULL: there is no
 * such place, since they are still to be changed.
 */
char		*client_space(struct client *, size_t n);
void		 client_body_end(struct client *);

#endif
