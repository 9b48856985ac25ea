/*
 * client_state.h - the state of a client session, and the one door for commands
 *
 * What smtp/hello, smtp/transact and smtp/client share.  Everybody else
 * sees it through smtp/client.h.
 */

#ifndef SMTP_CLIENT_STATE_H
#define SMTP_CLIENT_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"
#include "smtp/capability.h"
#include "smtp/reply.h"
#include "smtp/sasl.h"

#define CLIENT_RING	1024	/* commands in flight at most */
#define CLIENT_WINDOW	8	/* messages in flight at most */
#define CLIENT_ONEFLIGHT 65536	/* BDAT goes with the envelope up to here */
#define CLIENT_BLOCK	131072	/* octets of body in c->out at a time */
#define CLIENT_TALK	65536	/* octets of dialogue kept */
#define CLIENT_BINDING	64	/* octets that name a TLS session */

enum client_tls {
	CLIENT_TLS_NONE,
	CLIENT_TLS_OPPORTUNISTIC,
	CLIENT_TLS_STARTTLS,
	CLIENT_TLS_IMPLICIT
};

struct client;
struct client_command;

/* Borrowed until client_release(). */
struct client_opts {
	const char	*helo;
	const char	*what;		/* "relay:587", for faults */
	enum client_tls	 tls;
	bool		 lmtp;		/* speak LMTP (RFC 2033) */
	const char	*user;		/* NULL: log in with EXTERNAL or not */
	const char	*password;
	const char	*host;		/* the relay, as OAUTHBEARER tells it */
	int		 port;
	enum sasl_mech	 mech;		/* SASL__MAX: the best of both */
	bool		 auth_cleartext;
	void		 (*random)(void *, size_t); /* fill with octets */

	/*
	 * Told of each reply that answers a command, once the machine has
	 * taken it in; c->reply still holds it.  NULL: nobody.
	 */
	void		 (*heard)(void *ctx, const struct client *,
			    const struct client_command *);
	void		*heard_ctx;
};

/* What the machine itself will do next; only src/smtp looks. */
enum client_phase {
	PH_WAIT,	/* nothing to send until a reply comes */
	PH_HELLO,	/* EHLO or HELO to be sent */
	PH_STARTTLS,	/* decide on and send STARTTLS */
	PH_TLS,		/* the caller shakes hands */
	PH_AUTH,	/* decide on and send AUTH */
	PH_IDLE,	/* ready for a message, or to leave */
	PH_ENVELOPE,	/* MAIL, RCPT... to be sent */
	PH_DATA,	/* DATA or BDAT to be sent */
	PH_BODY,	/* the message to be sent */
	PH_QUIT,
	PH_OVER
};

/*
 * A message to send.  env, size and probe come from the caller, who keeps
 * all of it alive until over is set; then every recipient of env has a
 * verdict and accepted holds the relay's words, if it took the message.
 * With probe nothing is sent: the verdicts are those on the addresses, of
 * which there may be none.
 */
struct client_mail {
	struct envelope	*env;
	size_t		 size;		/* octets in wire form */
	bool		 probe;		/* RSET instead of a message */
	bool		 over;
	char		 accepted[512];

	/* the machine's own */
	size_t		 next;		/* next recipient to name */
	size_t		 asked;		/* recipients to name in all */
	size_t		 answered, taken; /* RCPTs answered, and with 2yz */
	size_t		 told;		/* LMTP: whose verdict was heard */
	bool		 mail_sent, chunk, bol, reset;
	size_t		 body_left;	/* octets that BDAT still owes */
	unsigned long long end;		/* in the stream: after the last */
	bool		 ended;		/* all of it is in the stream */
};

/* A verb, or what else a reply may answer. */
enum verb {
	V_GREET, V_EHLO, V_HELO, V_STARTTLS, V_AUTH, V_RSET, V_MAIL, V_RCPT,
	V_DATA, V_DOT, V_NOBODY, V_QUIT, V__MAX
};

struct client_command {
	enum verb	 verb;
	unsigned	 rcpt;
	struct client_mail *mail;
	unsigned long long end;		/* in the stream: after the command */
};

struct client {
	const struct client_opts *o;

	/* what is known of the relay; the probe reads it */
	struct caps	 caps;
	char		 banner[512];
	char		 last[512];	/* the first line it said last */
	bool		 tls, trusted, authed, helo_only;
	const char	*binding_name;	/* of the TLS session: client_bind() */
	unsigned char	 binding[CLIENT_BINDING];
	size_t		 binding_len;
	enum sasl_mech	 mech;		/* the one used, once authed */

	/* the two directions; sent counts octets of all time, fed and
	 * begun are what it was when the last octets came in, and when the
	 * reply now being read began */
	struct buf	 in, out;
	unsigned long long sent, queued, fed, begun;
	struct reply	 reply;
	unsigned long	 replies;	/* whole replies so far: progress */

	/* how many commands there are in the ring, and from where on */
	unsigned	 ring_at, ring_n;

	/* messages not yet over, oldest first; the last may be in hand */
	struct client_mail *mails[CLIENT_WINDOW];
	unsigned	 nmails;
	struct client_mail *mail;	/* the one being sent, or NULL */

	enum client_phase phase;
	bool		 again;		/* LMTP: the oldest gets more replies */
	bool		 paused;	/* the caller has nothing to give now */
	bool		 dirty;		/* RSET before the next MAIL */
	unsigned	 ehlos;
	struct sasl	 sasl;
	struct buf	 initial;	/* SASL response held back */
	bool		 held;
	bool		 cancelled;	/* fault waits for the reply to "*" */
	struct fault	 fault;

	/* the dialogue in "C: " and "S: " lines, secrets masked; the caller
	 * may drop from it what it has shown */
	struct buf	 talk;

	/* commands sent and not yet answered, oldest first; it is most of
	 * all this, and what is not in use was never written */
	struct client_command ring[CLIENT_RING];
};

/* May one more command go out now? */
bool		 client_state_room(const struct client *);
bool		 client_state_pipes(const struct client *);

/* The oldest command in flight; only while ring_n > 0. */
struct client_command *client_state_oldest(struct client *);

/*
 * The one door for commands: puts the line into the stream and expects a
 * reply to it.  No octet that could end a line or fool a reader passes,
 * whatever the address checks have let by, and nothing but the way to TLS
 * passes before a TLS that is due.  shown (or NULL for the line itself) is
 * what people may see of it.  Returns PH_WAIT, or PH_OVER if it did not
 * pass.
 */
enum client_phase client_state_say(struct client *, enum verb, unsigned rcpt,
		    const char *line, const char *shown);

/* The same without a reply of its own: BDAT, whose data follow. */
enum client_phase client_state_put(struct client *, enum verb,
		    const char *line, const char *shown);

/* Expect a reply to what stands in the stream. */
void		 client_state_expect(struct client *, enum verb, unsigned rcpt);

/* Note something for people: who is "C: ", "S: " or "-- ". */
void		 client_state_note(struct client *, const char *who,
		    const char *p, size_t n);

/* What the relay just said, as a fault; never VD_OK. */
void		 client_state_heard(const struct client *, struct fault *);
bool		 client_state_yes(const struct client *);	/* 2yz */

/* The name of a command as it was sent, without a secret. */
void		 client_state_command(const struct client *,
		    const struct client_command *, struct fault *);

/*
 * End the session; all return PH_OVER.  Everyone not yet answered for
 * shares the fault, but who had the last octet of his message sent before
 * a silent death is in doubt (RFC 1047), and what is permanent is so only
 * for the message that caused it.  Once QUIT is all that is left to be
 * answered, the session has ended well.
 */
enum client_phase client_state_die(struct client *, struct fault *);
enum client_phase client_state_die_with(struct client *, enum stage,
		    enum verdict, const char *why);
enum client_phase client_state_refused(struct client *);

/* A message is settled: all its recipients get what is still due to them. */
void		 client_state_settle(struct client *, struct client_mail *,
		    const struct fault *);

/* Where a verb belongs, and its time in seconds (RFC 5321 4.5.3.2). */
enum stage	 client_state_verb_stage(enum verb);
int		 client_state_verb_timeout(enum verb);

#endif
