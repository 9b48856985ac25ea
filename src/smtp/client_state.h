/*
 * client_state.h - the state of a client session, and how it sends commands
 *
 * client_setup, client_mail and client share this; others use smtp/client.h.
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
#define CLIENT_ONEFLIGHT 65536	/* octets that go with their envelope in BDAT */
#define CLIENT_BLOCK	131072	/* octets of body in c->out at a time */
#define CLIENT_TALK	65536	/* octets of dialogue kept */
#define CLIENT_BINDING	64	/* octets that name a TLS session */
#define CLIENT_SECRETS	262144	/* octets of responses to hide */
#define CLIENT_MASK	"********"

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
	bool		 token;		/* password is an access token, */
	enum sasl_mech	 token_mech;	/* for this, or SASL__MAX for any */
	bool		 auth_cleartext;
	unsigned	 avoid;		/* CAP_* to treat as not offered */
	bool		 chunks;	/* BDAT is known to work here */
	void		 (*random)(void *, size_t); /* fill with octets */

	/*
	 * Called for each reply that answers a command, after the machine
	 * has used it; c->reply still holds it.  May be NULL.
	 */
	void		 (*heard)(void *ctx, const struct client *,
			    const struct client_command *);
	void		*heard_ctx;
};

/* What the machine does next; only for src/smtp. */
enum client_phase {
	PH_WAIT,	/* nothing to send until a reply comes */
	PH_HELLO,	/* EHLO or HELO to be sent */
	PH_STARTTLS,	/* decide on and send STARTTLS */
	PH_TLS,		/* the caller does the TLS handshake */
	PH_AUTH,	/* decide on and send AUTH */
	PH_IDLE,	/* ready for a message, or to leave */
	PH_ENVELOPE,	/* MAIL, RCPT... to be sent */
	PH_DATA,	/* DATA or BDAT to be sent */
	PH_BODY,	/* the message to be sent */
	PH_QUIT,
	PH_OVER
};

/*
 * A message to send.  env, size and probe come from the caller, which keeps
 * all of it alive until over is set.  Then every recipient of env has a
 * verdict, and accepted holds the relay's text if it took the message.
 * With probe no message is sent: the verdicts are those on the addresses.
 * There may be no recipients then.
 */
struct client_mail {
	struct envelope	*env;
	size_t		 size;		/* octets in wire form */
	bool		 probe;		/* RSET instead of a message */
	bool		 utf8;		/* its header needs SMTPUTF8 */
	const struct fault *unfit;	/* why not to send it, or NULL */
	bool		 over;
	char		 accepted[512];

	/* private to the machine */
	size_t		 next;		/* next recipient to send */
	size_t		 asked;		/* recipients to send in all */
	size_t		 answered, taken; /* RCPTs answered, and with 2yz */
	size_t		 told;		/* LMTP: recipient of the last reply */
	unsigned	 used;		/* CAP_* that it needed so far */
	bool		 begun;		/* MAIL was accepted */
	bool		 mail_sent, chunk, tested, reset;
	bool		 bol;		/* at the beginning of a line */
	size_t		 body_left;	/* octets that BDAT announced */
	unsigned long long end;		/* stream offset after the last */
	bool		 ended;		/* all of it is in the stream */
};

/* A command, or another event that gets a reply. */
enum verb {
	V_GREET, V_EHLO, V_HELO, V_STARTTLS, V_AUTH, V_RSET, V_MAIL, V_RCPT,
	V_DATA, V_CHUNK, V_DOT, V_NOBODY, V_QUIT, V__MAX
};

struct client_command {
	enum verb	 verb;
	unsigned	 rcpt;
	struct client_mail *mail;
	unsigned long long end;		/* stream offset after the command */
};

struct client {
	const struct client_opts *o;

	/* facts about the relay; the probe reads them */
	struct caps	 caps;
	char		 banner[512];
	char		 last[512];	/* first line of the last reply */
	bool		 tls, trusted, authed, helo_only;
	unsigned	 avoid;		/* as in client_opts */
	bool		 chunks;	/* BDAT has worked */
	const char	*binding_name;	/* set by client_bind() */
	unsigned char	 binding[CLIENT_BINDING];
	size_t		 binding_len;
	enum sasl_mech	 mech;		/* the one used, once authed */

	/* the two directions; sent counts all octets of the session; fed and
	 * begun are its values at the last input, and when the reply now
	 * being read began */
	struct buf	 in, out;
	unsigned long long sent, queued, fed, begun;
	struct reply	 reply;
	unsigned long	 replies;	/* whole replies so far: progress */

	/* the first command in the ring, and how many there are */
	unsigned	 ring_at, ring_n;

	/* messages not yet over, oldest first */
	struct client_mail *mails[CLIENT_WINDOW];
	unsigned	 nmails;
	unsigned long	 settled;	/* messages over so far */
	struct client_mail *mail;	/* the one being sent, or NULL */

	enum client_phase phase;
	bool		 again;		/* LMTP: the oldest gets more replies */
	bool		 paused;	/* the caller has no message now */
	bool		 dirty;		/* RSET before the next MAIL */
	unsigned	 ehlos;
	struct sasl	 sasl;
	struct buf	 initial;	/* SASL response held back */
	struct buf	 secrets;	/* SASL responses made, one a line */
	bool		 held;
	bool		 swapped;	/* mech replaces a refused one */
	bool		 cancelled;	/* fault waits for the reply to "*" */
	struct fault	 fault;

	/* the dialogue in "C: " and "S: " lines, secrets masked; the caller
	 * may drop the part that it has shown */
	struct buf	 talk;

	/* commands sent and not yet answered, oldest first; the large part
	 * of this struct, so client_init() leaves it alone */
	struct client_command ring[CLIENT_RING];
};

/* A function that handles the reply to a command; returns the next phase. */
typedef enum client_phase client_answer(struct client *,
    const struct client_command *);

/* The CAP_* to use: those offered, but for those to avoid. */
unsigned	 client_state_use(const struct client *);

/* May one more command go out now?  Does the relay take several at once? */
bool		 client_state_room(const struct client *);
bool		 client_state_pipes(const struct client *);

/* The oldest command in flight; only while ring_n > 0. */
struct client_command *client_state_oldest(struct client *);

/*
 * Send a command and expect a reply to it; all commands pass here.  A line
 * with a control character is refused, whatever the address checks allowed.
 * Where TLS is required, only commands that lead to TLS may go before it.
 * shown (or NULL for the line itself) goes into the dialogue.  Returns
 * PH_WAIT, or PH_OVER if the line was refused.
 */
enum client_phase client_state_say(struct client *, enum verb, unsigned rcpt,
		    const char *line, const char *shown);

/* The same without a reply of its own: BDAT, whose data follow. */
enum client_phase client_state_put(struct client *, enum verb,
		    const char *line, const char *shown);

/* Expect a reply to the last octets in the stream. */
void		 client_state_expect(struct client *, enum verb, unsigned rcpt);

/* Add a line to the dialogue: who is "C: ", "S: " or "-- ". */
void		 client_state_note(struct client *, const char *who,
		    const char *p, size_t n);

/*
 * Replace the password and all SASL responses (in base64) in a text of the
 * relay, once there are any.  Those under four octets stay: as parts of
 * words they would be everywhere.
 */
void		 client_state_hide(const struct client *, struct buf *);

/* The last reply as a fault; never VD_OK. */
void		 client_state_heard(const struct client *, struct fault *);
bool		 client_state_yes(const struct client *);	/* 2yz */

/* Set f->command to the command as it was sent, without a secret. */
void		 client_state_command(const struct client *,
		    const struct client_command *, struct fault *);

/*
 * End the session; all return PH_OVER.  Recipients without a verdict get
 * the fault.  It becomes VD_DOUBT if the last octet of the message was sent
 * and the connection broke (RFC 1047).  A permanent fault is permanent only
 * for the message that caused it.  If only QUIT was unanswered, the session
 * has no fault.
 */
enum client_phase client_state_die(struct client *, struct fault *);
enum client_phase client_state_die_with(struct client *, enum stage,
		    enum verdict, const char *why);
enum client_phase client_state_refused(struct client *);

/* Finish a message: all its recipients without a verdict get this one. */
void		 client_state_settle(struct client *, struct client_mail *,
		    const struct fault *);

/* The stage of a verb, and its timeout in seconds (RFC 5321 4.5.3.2). */
enum stage	 client_state_verb_stage(enum verb);
int		 client_state_verb_timeout(enum verb);

#endif
