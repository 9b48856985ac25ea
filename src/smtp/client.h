/*
 * client.h - the client's side of an SMTP session, without any I/O
 *
 * The caller does what client_step() asks for, and reports it:
 *
 *	CLIENT_SEND	write from c->out; client_sent() as it goes
 *	CLIENT_RECV	read; client_feed(), or client_broken() at the end
 *	CLIENT_TLS	do the handshake; client_tls_up() or client_broken()
 *	CLIENT_IDLE	client_mail(), client_quit() or client_pause()
 *	CLIENT_BODY	client_body() a block, client_body_end() at the end
 *	CLIENT_OVER	c->fault says how the session ended
 *
 * While it writes, the caller should also read and feed: a relay may stop
 * reading until its own replies are sent.
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
 * Seconds to wait for the next reply, or for progress of the body (RFC 5321
 * 4.5.3.2).
 */
int		 client_timeout(const struct client *);

/* n octets from the start of c->out were written. */
void		 client_sent(struct client *, size_t n);
void		 client_feed(struct client *, const void *, size_t);

/*
 * The connection ended, or the deadline passed.  The fault is kept; the
 * machine decides which messages get VD_DOUBT.
 */
void		 client_broken(struct client *, const struct fault *);

/* trusted: the relay's certificate was verified, or need not be. */
void		 client_tls_up(struct client *, bool trusted);

/*
 * To be called before client_tls_up() if the TLS session has a channel
 * binding: its kind, "tls-exporter" or "tls-unique" (static), and its octets.
 */
void		 client_bind(struct client *, const char *name, const void *,
		    size_t);

/* From now on treat these CAP_* as not offered; for client_mail(). */
void		 client_avoid(struct client *, unsigned);

void		 client_mail(struct client *, struct client_mail *);
void		 client_quit(struct client *);

/* Is QUIT the only command without a reply?  Then all verdicts are known. */
bool		 client_leaving(const struct client *);

/*
 * There is no message now: wait for replies first (c->ring_n > 0).  The
 * machine asks again after the next reply, or after client_resume().
 */
void		 client_pause(struct client *);
void		 client_resume(struct client *);

/*
 * p[0..n) is the next part of the message; its lines end in CRLF.  At most
 * CLIENT_BLOCK octets at a time, and not more in all than was announced.
 */
void		 client_body(struct client *, const char *p, size_t n);

/*
 * A place for the next n octets, so that client_body() need not copy them.
 * Call nothing else of the machine in between.  NULL if there is no such
 * place, because the machine must change the octets.
 */
char		*client_space(struct client *, size_t n);
void		 client_body_end(struct client *);

#endif
